#!/usr/bin/env bash
# Bocker's verbs (https://github.com/p8952/bocker: init images run ps exec logs commit rm, and rmi, which is its rm of an
# image) and the examples of its README, done by ./ondol with an image made from a directory.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_engine
busybox_root "$state/root"

echo "init, images"
exits "a directory that is missing is refused" 1 "$ondol" init "$state/no-such-directory" base
id=$("$ondol" init "$state/root" base)
like "init prints the image's id" '^(sha256:)?[0-9a-f]{12,64}$' "$id"
images=$("$ondol" images)
holds "images has a heading" "$images" "IMAGE ID"
like "images lists it" '(^|[[:space:]])base[[:space:]]+latest' "$images"
equal "images -q gives its id" 1 "$("$ondol" images -q base | wc -l)"

echo "run, ps, logs, rm"
equal "run prints the file" "Ondol test root" "$("$ondol" run --name first base cat /etc/release)"
like "ps -a shows the command" 'base.*"cat /etc/release".*Exited \(0\).*first' "$("$ondol" ps -a)"
lacks "ps shows only what runs" "$("$ondol" ps)" first
equal "logs prints it again" "Ondol test root" "$("$ondol" logs first)"
first=$("$quick" ps -aq --no-trunc -f name=first)
equal "rm prints what was removed" first "$("$ondol" rm first)"
lacks "and it is gone" "$("$ondol" ps -a)" first
exits "logs of what is gone" 1 "$ondol" logs first
equal "nothing on the machine carries its id" "" "$(traces "$first")"
exits "run of an image that is missing" 125 "$ondol" run no-such-image true
exits "a command that is missing" 127 "$ondol" run --rm base no-such-command
exits "a command that cannot be executed" 126 "$ondol" run --rm base /etc/release
exits "an exit code comes through" 42 "$ondol" run --rm base sh -c 'exit 42'

echo "commit"
exits "the tool is not there yet" 1 "$ondol" run --rm base which tool
succeeds "it is installed in a container" "$ondol" run --name install base sh -c 'printf "#!/bin/sh\necho I am a tool\n" >/usr/bin/tool && chmod +x /usr/bin/tool'
[[ ! -e /usr/bin/tool ]] && ok "the machine has no such tool" || bad "the container wrote to the machine"
like "commit prints an id" '^sha256:[0-9a-f]{64}$' "$("$ondol" commit install base)"
equal "now the image has it" "/usr/bin/tool" "$("$ondol" run --rm base which tool)"
equal "and it runs" "I am a tool" "$("$ondol" run --rm base tool)"

echo "exec"
succeeds "a container in the background" "$ondol" run -d --name room --hostname room base sleep 1000
like "ps shows it" 'Up .*room' "$("$ondol" ps)"
equal "exec runs in it" room "$("$ondol" exec room hostname)"
equal "exec takes input" "through a pipe" "$(echo "through a pipe" | "$ondol" exec -i room cat)"
like "process 1 is its command" '^ *1 .*sleep 1000' "$("$ondol" exec room ps -o pid,args | grep 'sleep 1000')"
exits "exec in what does not exist" 1 "$ondol" exec no-such-container true
succeeds "rm -f ends it" "$ondol" rm -f room
exits "exec in what is gone" 1 "$ondol" exec room true

echo "limits"
limited() { # SHARES MEMORY: what the control groups of such a container say, in whichever hierarchy they are
  local room folder memory= cpu=
  room=$("$quick" run -d --cpu-shares "$1" --memory "$2" base sleep 1000)
  while read -r folder; do
    for file in memory.max memory.limit_in_bytes; do [[ ! -f $folder/$file ]] || memory=$(<"$folder/$file"); done
    for file in cpu.weight cpu.shares; do [[ ! -f $folder/$file ]] || cpu="$file $(<"$folder/$file")"; done
  done < <(find /sys/fs/cgroup -type d -name "*$room*")
  echo "$memory $cpu"
  "$quick" rm -f "$room" >/dev/null
}
little=$(limited 512 500m)
much=$(limited 1024 1000m)
like "memory: 500 MiB" '^524288000 ' "$little"
like "memory: 1000 MiB" '^1048576000 ' "$much"
like "half a share of the processor" 'cpu\.(shares 512|weight [1-9][0-9]?)$' "$little"
like "a whole share" 'cpu\.(shares 1024|weight (39|100))$' "$much"

echo "rmi"
exits "an image in use stays" 1 "$ondol" rmi "$("$quick" inspect -f '{{.Image}}' install)"
succeeds "rm of its container" "$ondol" rm install
holds "rmi says what went" "$("$ondol" rmi base)" "Untagged: base:latest"
lacks "and it is gone" "$("$ondol" images)" base
exits "rmi of what is gone" 1 "$ondol" rmi base
finish
