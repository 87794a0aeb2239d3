#!/usr/bin/env bash
# Output to servers of logs: a real journald, started by hand, takes it by its own protocol and as syslog. In a mount
# namespace of its own, so that the machine's journal, where it has one, sees nothing of it.
if [[ $(id -u) = 0 && -z ${ONDOL_LOGS_ALONE:-} ]]; then
  export ONDOL_LOGS_ALONE=1
  exec unshare -m --propagation private "$0" "$@"
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
journald=/lib/systemd/systemd-journald
[[ -x $journald ]] && command -v journalctl >/dev/null && command -v jq >/dev/null && [[ -s /etc/machine-id ]] ||
  { say "logs.sh needs systemd-journald and journalctl (Debian: systemd), jq, and a machine id; skipped"; exit 77; }
mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal
journal() { # starts one
  "$journald" >"$state/journald.log" 2>&1 </dev/null &
  journal=$!
  disown $journal
  until_true 10 test -S /run/systemd/journal/dev-log
}
end_journal() { kill "$journal" 2>/dev/null && until_true 10 gone "$journal"; }
trap 'end_journal; end_all' EXIT
# entries FILTER...: fields of what the journal has, a line of JSON each
entries() { journalctl --no-pager -qa -o json "$@" | jq -c "$show"; }
busybox_root "$state/root"
start_engine
"$ondol" init "$state/root" base >/dev/null || exit 1

exits "without a journal there is no start" 125 "$ondol" run --network none --name early --log-driver journald base true
holds "which is said" "$("$ondol" start early 2>&1)" "journald is not enabled on this host"
"$ondol" rm early >/dev/null
journal || { say "journald did not start"; cat "$state/journald.log" >&2; exit 1; }

"$ondol" run --network none --name told --log-driver journald --log-opt tag='{{.Name}}/{{.ImageName}}' --log-opt labels=com.team --log-opt env=SITE \
  --label com.team=blue -e SITE=here base sh -c 'echo out; sleep 0.1; echo err >&2; sleep 0.1; head -c 20000 /dev/zero | tr "\0" x' >/dev/null 2>&1
id=$("$ondol" inspect -f '{{.Id}}' told)
there() { [[ $(journalctl -q -o cat "$@" | wc -l) -ge $expected ]]; }
expected=4
succeeds "the journal has its lines" until_true 10 there CONTAINER_NAME=told
show='[.MESSAGE, .PRIORITY, .CONTAINER_NAME, .CONTAINER_TAG, .SYSLOG_IDENTIFIER, .IMAGE_NAME, .COM_TEAM, .SITE]'
equal "with its fields" '["out","6","told","told/base","told/base","base","blue","here"]
["err","3","told","told/base","told/base","base","blue","here"]' "$(entries CONTAINER_ID_FULL="$id" | head -n 2)"
show='[(.MESSAGE | length), .CONTAINER_PARTIAL_MESSAGE, .CONTAINER_PARTIAL_ORDINAL, .CONTAINER_PARTIAL_LAST]'
equal "a long line comes in pieces" '[16384,"true","1","false"]
[3616,null,"2","true"]' "$(entries CONTAINER_ID="${id:0:12}" | tail -n 2)"
holds "and logs has it too" "$("$ondol" logs --details told 2>&1)" "SITE=here,com.team=blue,tag=told%2Fbase out"

"$ondol" run --network none --name sent --log-driver syslog --log-opt syslog-address=unix:///run/systemd/journal/dev-log \
  --log-opt syslog-facility=local1 --log-opt tag=app base sh -c 'echo one; sleep 0.1; echo two >&2' >/dev/null 2>&1
expected=2
succeeds "as syslog" until_true 10 there SYSLOG_IDENTIFIER=app
show='[.MESSAGE, .PRIORITY, .SYSLOG_FACILITY, ._TRANSPORT]'
equal "with facility and severity" '["one","6","17","syslog"]
["two","3","17","syslog"]' "$(entries SYSLOG_IDENTIFIER=app)"

"$ondol" run -d --network none --name lasting --log-driver journald --log-opt tag=lasting base \
  sh -c 'i=0; while [ $i -lt 150 ]; do echo $i; i=$((i+1)); usleep 20000; done' >/dev/null
expected=20
until_true 10 there CONTAINER_TAG=lasting
kill_engine KILL
start_engine
"$ondol" wait lasting >/dev/null
expected=150
succeeds "an engine that is killed loses nothing of it" until_true 10 there CONTAINER_TAG=lasting
equal "no line is missing" "$(seq 0 149)" "$(journalctl -q -o cat CONTAINER_TAG=lasting | sort -nu)"
"$ondol" rm told sent lasting >/dev/null
finish
