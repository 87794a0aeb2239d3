#!/usr/bin/env bash
# Builds of Dockerfiles: by the docker command with its classic builder, by `ondol build`, by curl where a client is to
# vanish; and an engine that is killed in the middle. Needs root, busybox, and docker for its part.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
busybox_root "$state/root"
start_engine
"$ondol" init "$state/root" base >/dev/null || exit 1
context=$state/context
mkdir -p "$context/src/deep" "$context/node_modules/x"
echo one >"$context/src/one" && echo two >"$context/src/deep/two" && echo junk >"$context/node_modules/x/junk"
echo 'node_modules
**/*.tmp
!src/keep.tmp' >"$context/.dockerignore"
touch "$context/src/drop.tmp" "$context/src/keep.tmp"
(cd "$context/src" && tar cf ../packed.tar one deep)
cat >"$context/Dockerfile" <<'D'
# escape=\
ARG FROM=base
FROM ${FROM} AS tools
ARG WHO
ENV GREETING="hello ${WHO:-nobody}"
WORKDIR /app
COPY src/ ./src/
ADD packed.tar /unpacked/
RUN echo "$GREETING" > greeting && \
    # a comment between
    ls -A /app/src && id -u
HEALTHCHECK --interval=5s CMD true
VOLUME /data
SHELL ["/bin/sh", "-ec"]
STOPSIGNAL SIGINT
ENTRYPOINT ["cat"]
CMD ["/app/greeting"]

FROM scratch AS files
COPY --from=tools /app/greeting /unpacked /

FROM tools
COPY --from=files --chown=daemon:1 --chmod=600 /greeting /owned
COPY --from=files /deep/ /deep/
D

build() { # CLIENT ARGUMENTS...: what it printed
  case $1 in
    docker) shift; DOCKER_BUILDKIT=0 docker build "$@" 2>/dev/null ;;
    ondol) shift; "$ondol" build "$@" 2>/dev/null ;;
  esac
}
clients=(ondol)
if command -v docker >/dev/null; then clients+=(docker); else say "docker is not here: its part is left out"; fi
for client in "${clients[@]}"; do
  say "by $client"
  out=$(build "$client" --no-cache --network none --build-arg WHO="$client" -t "built:$client" -t also --label made="by $client" "$context")
  holds "steps are counted" "$out" "Step 1/19 : FROM \${FROM} AS tools"
  holds "a command's output is shown" "$out" "keep.tmp"
  lacks "what is ignored is not there" "$out" "drop.tmp"
  holds "its end is said" "$out" "Successfully tagged built:$client"
  equal "the image runs" "hello $client" "$("$ondol" run --rm --network none "built:$client")"
  equal "archives, owners, modes, what is ignored" "two daemon daemon 600 " "$("$ondol" run --rm --network none --entrypoint sh "built:$client" -c \
    'echo $(cat /unpacked/deep/two) $(stat -c "%U %G %a" /owned) "$(find / -xdev -name junk)"')"
  again=$(build "$client" -q --network none --build-arg WHO="$client" --label made="by $client" "$context")
  equal "the same build gives the same image, with its labels" "$again by $client" "$("$ondol" inspect -f '{{.Id}} {{index .Config.Labels "made"}}' also)"
  build "$client" --iidfile "$state/iid" --network none --target files "$context" >/dev/null
  like "the image's id in a file" '^sha256:[0-9a-f]{64}$' "$(cat "$state/iid")"
  equal "a target" "1" "$("$ondol" inspect -f '{{len .RootFS.Layers}}' "$(cat "$state/iid")")"
done
between=$(sed -n '/^Step 4/{n;s/.* //p}' <<<"$out")
lacks "images between the steps are not listed" "$("$ondol" images -q)" "$between"
holds "but by -a" "$("$ondol" images -aq)" "$between"

say "where links lead" # each as Docker's classic builder has it
links=$state/links
mkdir -p "$links/tree/lib/sub" "$links/dir"
echo a >"$links/tree/lib/sub/a" && echo b >"$links/dir/b"
cat >"$links/Dockerfile" <<'D'
FROM base
RUN mkdir -p /real /usr/lib && ln -s usr/lib /lib && ln -s /real /alias && ln -s ../../gone /tmp/out && echo old >/real/file && ln -s real/file /file
COPY dir /alias
COPY dir/b /file
COPY dir /tmp/out
COPY nothing* dir/b /into/
COPY tree/ /
D
build ondol -q --network none -t links "$links" >/dev/null
equal "a destination that is a link is followed, also where it leads nowhere; a folder takes a link's place in what is copied" \
  "b /real b /real/file b ../../gone b directory" "$("$ondol" run --rm --network none links sh -c \
  'echo $(cat /real/b) $(readlink /alias) $(cat /real/file) $(readlink -f /file) $(cat /gone/b) $(readlink /tmp/out) $(cat /into/b) $(stat -c %F /lib)')"
holds "a folder does not take a file's place" "$(printf 'FROM base\nCOPY dir /etc/passwd\n' >"$links/Dockerfile"; "$ondol" build "$links" 2>&1)" "is no folder"
if command -v xz >/dev/null && command -v bzip2 >/dev/null; then
  tar -C "$links/dir" -cJf "$links/dir.tar.xz" b && tar -C "$links/dir" -cjf "$links/dir.tar.bz2" b
  printf 'FROM base\nADD dir.tar.xz /x\nCOPY dir.tar.bz2 /y/\n' >"$links/Dockerfile"
  build ondol -q --network none -t links "$links" >/dev/null
  equal "ADD unpacks what xz compressed" "b dir.tar.bz2" "$("$ondol" run --rm --network none links sh -c 'echo $(cat /x/b) $(ls /y)')"
  printf 'FROM base\nADD dir.tar.bz2 /x\n' >"$links/Dockerfile"
  holds "and says that it does not unpack what bzip2 did" "$("$ondol" build "$links" 2>&1)" "bzip2"
fi
"$ondol" rmi -f links >/dev/null

if command -v docker-registry >/dev/null; then
  say "from a registry"
  registry=127.0.0.1:5073
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' "$state/registry" $registry >"$state/registry.yml"
  docker-registry serve "$state/registry.yml" >"$state/registry.log" 2>&1 </dev/null &
  server=$!
  disown $server
  trap 'kill $server 2>/dev/null; end_all' EXIT
  until_true 20 curl -sf "http://$registry/v2/" -o /dev/null
  "$ondol" tag base "$registry/team/base:1" && "$ondol" push -q "$registry/team/base:1" >/dev/null && "$ondol" rmi "$registry/team/base:1" >/dev/null
  printf 'FROM %s/team/base:1\nRUN echo pulled >/pulled\nCOPY --from=%s/team/base:1 /etc/release /other\n' $registry $registry >"$links/Dockerfile"
  for client in "${clients[@]}"; do
    out=$(build "$client" --no-cache --network none -t pulled "$links")
    holds "$client: what FROM names is pulled" "$out" "Successfully tagged pulled"
    equal "$client: and built on" "pulled Ondol test root" "$("$ondol" run --rm --network none pulled sh -c 'echo $(cat /pulled /other)')"
    "$ondol" rmi -f pulled "$registry/team/base:1" >/dev/null
  done
  holds "a name that the registry has not" "$(printf 'FROM %s/team/none\n' $registry | "$ondol" build - 2>&1)" "$registry/team/none"
  kill $server
else
  say "docker-registry is not here: its part is left out"
fi

say "what fails"
failing() { printf 'FROM base\nRUN %s\n' "$1" | "$ondol" build --force-rm --network none - 2>&1; }
out=$(failing 'echo before; exit 7'); status=$?
equal "a command's exit code" 7 "$status"
holds "and the sentence" "$out" "The command '/bin/sh -c echo before; exit 7' returned a non-zero code: 7"
out=$(failing '--mount=type=cache,target=/x true')
holds "what only BuildKit can" "$out" "requires BuildKit"
out=$(printf 'FROM base\nCOPY nothing /\n' | "$ondol" build - 2>&1)
holds "a file that is not there" "$out" "file not found in build context"
if command -v docker >/dev/null; then
  out=$(printf 'FROM base\nRUN exit 9\n' | DOCKER_BUILDKIT=0 docker build --force-rm --network none - 2>&1); status=$?
  equal "docker's exit code" 9 "$status"
fi
holds "the API of BuildKit" "$(curl -s --unix-socket "$socket" -X POST http://d/session)" "DOCKER_BUILDKIT=0"
equal "no containers are left" "" "$("$ondol" ps -aq)"

say "who goes, and who is killed"
printf 'FROM base\nRUN echo begun; sleep 1000\n' >"$state/Dockerfile" && tar cf "$state/sleep.tar" -C "$state" Dockerfile
vanish() {
  curl -sN --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' --data-binary @"$state/sleep.tar" \
    'http://d/build?version=1&networkmode=none' >"$state/said" & client=$!
  until_true 20 grep -q begun "$state/said"
}
none() { [[ -z $("$ondol" ps -aq) ]]; }
left() { find "$state/data/images/staging" -name 'work-*' | head -n 1; }
vanish
kill "$client"
succeeds "a client that goes ends its build" until_true 15 none
interrupted() { # CLIENT...: a build of it, until its command runs, and then Ctrl-C
  set -m # a job of its own, whose SIGINT is not ignored
  DOCKER_BUILDKIT=0 "$@" build --network none - <"$state/Dockerfile" >"$state/said" 2>&1 & client=$!
  set +m
  until_true 20 grep -q begun "$state/said" && kill -INT "$client"
  until_true 10 gone "$client"
}
for client in "${clients[@]}"; do
  [[ $client != ondol ]] || client=$ondol
  succeeds "Ctrl-C ends ${client##*/} build" interrupted "$client"
  succeeds "and what it was doing" until_true 15 none
done
vanish
kill_engine KILL
wait "$client" 2>/dev/null
start_engine
succeeds "an engine that is killed leaves no container" until_true 15 none
equal "and no folder" "" "$(left)"
succeeds "what is stored is whole" "$ondol" system check

say "what a build made on its way"
for flag in --no-prune --force; do
  printf 'FROM base\nRUN echo one >/one\nRUN echo two >/two\n' | build "${clients[-1]}" -q -t kept - >/dev/null
  parent=$("$ondol" inspect -f '{{.Parent}}' kept)
  "$quick" rmi $flag kept >/dev/null
  [[ $flag = --force ]] || succeeds "stays, where its image is removed with --no-prune" "$quick" inspect "$parent"
done
exits "goes with its image otherwise" 1 "$quick" inspect "$parent"
before=$("$ondol" images -aq | wc -l)
"$ondol" rmi -f also built:ondol built:docker >/dev/null 2>&1
curl -s --unix-socket "$socket" -X POST http://d/build/prune >/dev/null
after=$("$ondol" images -aq | wc -l)
succeeds "pruning takes what builds left ($before images, then $after)" test "$after" -lt "$before"
finish
