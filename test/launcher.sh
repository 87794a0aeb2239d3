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
# A checkout of its own, whose compiler only copies and counts: it is about when there is a build, not about what it makes.
checkout=$state/checkout lib=$(sed -n "s/.* build='\(.*\)'$/\1/p" "$top/target/dist/launch")/lib
mkdir -p "$checkout/cli/src/main" "$checkout/keeper" && cp -r "$top"/{ondol,tools} "$checkout/"
cat >"$checkout/mvnw" <<MVNW
#!/bin/sh
for word; do case \$word in -Ddist=*) cp -r '$lib'/. "\${word#-Ddist=}" ;; esac; done
echo >>'$state/builds'
MVNW
chmod +x "$checkout/mvnw"
echo 'rehearse() { :; }' >>"$checkout/tools/rehearse.sh"
(cd "$checkout" && touch pom.xml cli/pom.xml keeper/keeper.c cli/src/main/{One,Two} && echo target/ >.gitignore &&
  git init -q -b main && git config user.name test && git config user.email test@test && git add -A && git commit -qm one &&
  git switch -qc other && git rm -q cli/src/main/Two && git commit -qm two && git switch -q main)
builds() { "$checkout/ondol" --help >/dev/null 2>&1 || echo "exit code $?"; wc -l <"$state/builds"; }
equal "a checkout is built once" "1 1" "$(echo $(builds) $(builds))"
equal "a commit of what was built is not built again" 1 "$(cd "$checkout" && echo x >README && git add README && git commit -qm three && builds)"
equal "a merge that deletes a source is" 2 "$(cd "$checkout" && git merge -q other && builds)"
equal "once" 2 "$(builds)"
git -C "$checkout" worktree add -q "$state/worktree" main~2 2>/dev/null
checkout=$state/worktree
mkdir -p "$checkout/keeper" && cp "$state/checkout/mvnw" "$checkout/"
equal "a worktree is built" 3 "$(builds)"
equal "and built again when it was moved" 4 "$(cd "$checkout" && git checkout -q other && builds)"
finish
