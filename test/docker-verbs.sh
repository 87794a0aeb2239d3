#!/usr/bin/env bash
# The real docker command against our socket: every verb that the engine answers.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v docker >/dev/null || { say "docker-verbs.sh needs the docker command (Debian: docker-cli); skipped"; exit 77; }
command -v script >/dev/null || { say "docker-verbs.sh needs script (Debian: bsdutils); skipped"; exit 77; }
d=$(command -v docker)
start_engine
busybox_root "$state/root"
tar -C "$state/root" -cf "$state/root.tar" .

echo "version, info, import, images, tag"
holds "version: server" "$($d version)" "Server:"
like "version: api" '^1\.[0-9]+$' "$($d version -f '{{.Server.APIVersion}}')"
like "info" 'Kernel Version: [0-9]' "$($d info 2>/dev/null)"
like "import from stdin" '^sha256:[0-9a-f]{64}$' "$($d import -c 'CMD ["sh"]' -c 'ENV FROM=import' - base <"$state/root.tar")"
like "import from a file, with a tag" '^sha256:' "$($d import "$state/root.tar" other:v2)"
like "images" 'base +latest' "$($d images)"
equal "images: filter by name" "other:v2" "$($d images --format '{{.Repository}}:{{.Tag}}' other)"
holds "the image host is there" "$($d images --format '{{.Repository}}')" host
succeeds "tag" $d tag base again:and

echo "run"
equal "output" hello "$($d run --rm base echo hello)"
equal "the image's command and environment" import "$(echo 'echo $FROM' | $d run --rm -i base)"
equal "-i with a pipe" "5" "$(printf 'abc\nd' | $d run --rm -i base wc -c | tr -d ' ')"
equal "a megabyte through a pipe and back" "$(head -c 1000000 /dev/zero | cksum)" "$(head -c 1000000 /dev/zero | $d run --rm -i base cat | cksum)"
holds "stderr apart" "$($d run --rm base sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)" err
holds "-it has a terminal" "$(terminal "$d run --rm -it base tty" </dev/null)" /dev/pts/
holds "-it of the machine's own files" "$(printf 'hostname; exit 3\n' | terminal "$d run --rm -it --hostname room host bash")" room
exits "exit code" 3 $d run --rm base sh -c 'exit 3'
exits "killed" 137 $d run --rm --init base sh -c 'kill -9 $$'
exits "not found" 127 $d run --rm base nothing
exits "not executable" 126 $d run --rm base /etc
exits "no such image" 125 $d run --rm --pull never nothing true
equal "its own processes only" 1 "$($d run --rm base sh -c 'echo $$')"
equal "host: the machine's files, not its to write" "" "$($d run --rm host touch /etc/ondol-was-here 2>&1)$(ls /etc/ondol-was-here 2>/dev/null)"
equal "--user --workdir --env" "1 /new yes" "$($d run --rm -u daemon -w /new -e A=yes base sh -c 'echo $(id -u) $PWD $A')"
equal "--volume, read only" "Ondol test root" "$($d run --rm -v "$state/root/etc:/mnt:ro" base cat /mnt/release)"
like "--read-only" 'Read-only file system' "$($d run --rm --read-only base touch /x 2>&1)"
like "--network none: loopback alone" '^lo$' "$($d run --rm --network none base ls /sys/class/net)"
exits "a bad limit" 125 $d run --rm --memory 1 base true
exits "a mount source that is missing" 125 $d run --rm --mount type=bind,source="$state/none",target=/x base true
if ! has_nf_tables; then
  like "a kernel without nf_tables publishes no ports, and that is said" 'nf_tables' "$($d run --rm -p 8080:80 base true 2>&1)"
  $d run -d --name neighbour base sleep 1000 >/dev/null
  succeeds "containers reach each other all the same" $d run --rm --link neighbour base ping -c 1 -W 5 neighbour
  succeeds "and the machine" $d run --rm base sh -c 'ping -c 1 -W 5 $(ip route | awk "/default/ {print \$3}")'
  $d rm -f neighbour >/dev/null
fi
if [[ ! -e /proc/sys/net/ipv6 ]]; then
  holds "a kernel without IPv6 is told" "$($d network create --ipv6 six 2>&1)" "this machine's kernel has no IPv6: create network six without it"
  $d network create four >/dev/null
  like "and other networks are as ever" '^default via ' "$($d run --rm --network four base ip route)"
  succeeds "until they go" $d network rm four
fi

echo "create, start, attach, wait"
id=$($d create --name made -i base sh -c 'read line; echo "got $line"; exit 4')
like "create" '^[0-9a-f]{64}$' "$id"
equal "start -ai" "got it" "$(echo it | timeout 20 $d start -ai made)"
equal "wait" 4 "$($d wait made)"
exits "a name already taken" 125 $d run --name made base true
$d run -d --name talks base sh -c 'while echo later; do sleep 0.2; done' >/dev/null
equal "attach" later "$(timeout 60 $d attach --no-stdin talks 2>/dev/null | head -n 1)"
$d rm -f talks >/dev/null

echo "exec, ps, inspect, top"
succeeds "run -d" $d run -d --name room --label color=red --hostname room base sleep 1000
equal "exec" room "$($d exec room hostname)"
equal "exec -i" through "$(echo through | $d exec -i room cat)"
holds "exec -it" "$(terminal "$d exec -it room tty" </dev/null)" /dev/pts/
exits "exec: exit code" 9 $d exec room sh -c 'exit 9'
status=0
$d exec room nothing >/dev/null 2>&1 || status=$?
like "exec: not found (126 is what some of Docker's versions say)" '^12[67]$' $status
equal "exec -u -w -e" "1 /tmp b" "$($d exec -u 1 -w /tmp -e A=b room sh -c 'echo $(id -u) $PWD $A')"
succeeds "exec -d" $d exec -d room touch /tmp/detached
until_true 5 $d exec room test -e /tmp/detached && ok "exec -d: done" || bad "exec -d: not done"
like "ps" 'room' "$($d ps)"
equal "ps: filters and formats" "room" "$($d ps -f label=color=red -f status=running --format '{{.Names}}')"
like "ps -a" 'Exited \(4\).*made' "$($d ps -a)"
equal "inspect" "true room sleep" "$($d inspect -f '{{.State.Running}} {{.Config.Hostname}} {{.Path}}' room)"
exits "inspect: nothing there" 1 $d inspect nothing
equal "inspect: image" '[sh]' "$($d inspect -f '{{.Config.Cmd}}' base)"
equal "image inspect --platform" linux "$($d image inspect --platform linux -f '{{.Os}}' base)"
like "image inspect --platform: it is for another" 'base was found but does not match the specified platform: wanted linux/s390x, actual: linux/' \
  "$($d image inspect --platform linux/s390x base 2>&1)"

echo "logs"
$d run --name wrote base sh -c 'echo one; sleep 1.2; echo two; echo three >&2' >/dev/null 2>&1
equal "logs" $'one\ntwo' "$($d logs wrote 2>/dev/null)"
equal "logs: stderr apart" three "$($d logs wrote 2>&1 >/dev/null)"
equal "--tail" three "$($d logs --tail 1 wrote 2>&1)"
like "--timestamps" '^20[0-9-]+T[0-9:.]+Z one' "$($d logs -t wrote 2>/dev/null)"
middle=$($d logs -t wrote 2>/dev/null | sed -n '2s/ .*//p')
equal "--since" $'two' "$($d logs --since "$middle" wrote 2>/dev/null)"
equal "--until" one "$($d logs --until "$(date -u -d "$middle - 1 second" +%FT%T.%NZ)" wrote 2>/dev/null)"
$d run -d --name writes base sh -c 'for i in 1 2 3; do echo $i; sleep 0.3; done' >/dev/null
equal "-f, to the end" $'1\n2\n3' "$(timeout 20 $d logs -f writes)"

echo "stop, kill, restart, rm"
succeeds "restart" $d restart -t 1 room
equal "it runs again" true "$($d inspect -f '{{.State.Running}}' room)"
$d run -d --name polite base sh -c 'trap "exit 6" TERM; while :; do usleep 50000; done' >/dev/null
sleep 0.3
succeeds "stop" $d stop polite
equal "stop: the signal was heard" 6 "$($d inspect -f '{{.State.ExitCode}}' polite)"
succeeds "stop -t: patience ends" $d stop -t 1 room
equal "stop -t: killed" 137 "$($d inspect -f '{{.State.ExitCode}}' room)"
succeeds "start" $d start room
exits "rm of what runs" 1 $d rm room
succeeds "kill" $d kill room
equal "kill: exit code" 137 "$($d wait room)"
exits "kill of what does not run" 1 $d kill room

echo "diff, commit, export, history"
$d run --name changed base sh -c 'echo new >/root/new; rm /etc/release; echo more >>/etc/group' >/dev/null
equal "diff" $'A /root/new\nC /etc\nC /etc/group\nC /root\nD /etc/release' "$($d diff changed | sort)"
like "commit" '^sha256:[0-9a-f]{64}$' "$($d commit -m why -a who -c 'CMD ["cat", "/root/new"]' changed next:1)"
equal "the commit runs" new "$($d run --rm next:1)"
holds "history" "$($d history next:1)" why
exits "what was deleted stays deleted" 1 $d run --rm next:1 cat /etc/release
$d export changed >"$state/export.tar"
equal "export" new "$(tar -xOf "$state/export.tar" root/new)"
lacks "export: what was deleted is not there" "$(tar -tf "$state/export.tar")" etc/release
like "import of an export" '^sha256:' "$($d import "$state/export.tar" round:trip)"
equal "round trip" new "$($d run --rm round:trip cat /root/new)"
echo "copied" >"$state/file"
succeeds "cp in" $d cp "$state/file" changed:/root/file
equal "cp out" copied "$($d cp changed:/root/file - | tar -xOf -)"

echo "rm, rmi"
holds "rmi: a name of two" "$($d rmi again:and)" "Untagged: again:and"
exits "rmi of an image in use" 1 $d rmi base
succeeds "rm -f of everything" $d rm -f $($d ps -aq)
equal "ps -a is empty" "" "$($d ps -aq)"
holds "rmi: the last name" "$($d rmi next:1)" "Deleted: sha256:"
succeeds "rmi of the rest" $d rmi -f base other:v2 round:trip
exits "the image host stays" 1 $d rmi host
finish
