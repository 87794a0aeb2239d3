#!/usr/bin/env bash
# An engine that may not make namespaces and mounts (no CAP_SYS_ADMIN), as in a container of another engine: containers
# with a root of their own and nothing else.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v setpriv >/dev/null || { say "confined.sh needs setpriv (util-linux); skipped"; exit 77; }
busybox_root "$state/root"
setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \
  "$ondol" daemon --data-root "$state/data" --exec-root "$state/data/run" -H "$DOCKER_HOST" >>"$state/engine.log" 2>&1 </dev/null &
disown $!
until_true 120 answers || { bad "the engine starts" "$(tail -n 3 "$state/engine.log")"; finish; }
like "the engine has no CAP_SYS_ADMIN" '^[0-9a-f]*[^2367abef][0-9a-f]{5}$' "$(sed -n 's/^CapEff:\t//p' "/proc/$(engine_pid)/status")"
"$ondol" init "$state/root" base >/dev/null
said=$("$ondol" run --rm base true 2>&1)
equal "namespaces: exit code" 125 $?
holds "it says what is missing, and what to do" "$said" "no CAP_SYS_ADMIN); --isolation chroot goes"
equal "chroot: its own root" "Ondol test root" "$("$ondol" run --rm --isolation chroot base cat /etc/release)"
exits "an exit code" 7 "$ondol" run --rm --isolation chroot base sh -c 'exit 7'
equal "input" through "$(echo through | "$ondol" run --rm -i --isolation chroot base cat)"
"$ondol" run --name changed --isolation chroot base sh -c 'echo new >/root/new; rm /etc/release' >/dev/null
equal "diff" $'A /root/new\nC /etc\nC /root\nD /etc/release' "$("$ondol" diff changed | sort)"
like "commit" '^sha256:' "$("$ondol" commit changed next)"
equal "the commit runs" new "$("$ondol" run --rm --isolation chroot next cat /root/new)"
exits "what was deleted stays deleted" 1 "$ondol" run --rm --isolation chroot next cat /etc/release
equal "cp" new "$("$ondol" cp changed:/root/new - | tar -xO)"
succeeds "in the background" "$ondol" run -d --name back --isolation chroot base sleep 1000
equal "exec" "Ondol test root" "$("$ondol" exec back cat /etc/release)"
like "ps" 'Up .*back' "$("$ondol" ps)"
succeeds "stop" "$ondol" stop -t 1 back
succeeds "rm" "$ondol" rm back changed
finish
