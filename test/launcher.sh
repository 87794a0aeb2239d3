#!/usr/bin/env bash
# ./ondol itself: it starts from anywhere, through links, with its archive; it says what is missing; it builds once.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
"$ondol" --help >/dev/null # builds, where there is no build
help=$("$ondol" --help)
like "help" 'Usage' "$help"
equal "through a link" "$help" "$(ln -s "$ondol" "$state/link" && "$state/link" --help)"
equal "from another folder, by a relative path" "$help" "$(cd "$top/cli" && ../ondol --help)"
equal "from PATH" "$help" "$(PATH=$top:$PATH && cd / && ondol --help)"
equal "by sh" "$help" "$(cd "$top" && sh ondol --help)"
loaded=$(ONDOL_JAVA_OPTIONS="-Xlog:class+load:file=$state/classes" "$ondol" --help >/dev/null && grep -c 'source: shared objects file' "$state/classes")
others=$(grep -c 'source: [^s]' "$state/classes")
if ((loaded > 300 && others < 20)); then ok "classes come from the archive ($loaded, $others not)"; else bad "classes do not come from the archive: $loaded do, $others do not"; fi

mkdir "$state/a copy" && cp -r "$top"/{ondol,tools,target} "$state/a copy/"
mkdir "$state/bin" && for tool in sh bash env sed id readlink mkdir flock dirname cat uname; do ln -s "$(command -v $tool)" "$state/bin/"; done
said=$(cd "$state/a copy" && unshare -m sh -c 'for d in /usr/lib/jvm /opt; do [ ! -d $d ] || mount -t tmpfs none $d; done; exec "$@"' sh \
  env -u JAVA_HOME PATH="$state/bin" ONDOL_NO_INSTALL=1 ./ondol version 2>&1)
equal "a moved checkout without a JDK: exit code" 125 $?
holds "it says what is missing" "$said" "a JDK 25"
finish
