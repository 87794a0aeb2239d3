#!/usr/bin/env bash
# The engine is killed with -9 in the middle of starting ten containers that count (five on a slow kernel), and twice more
# while they count. The next engine must find every container, every number, every exit code; and once all is removed,
# nothing must be left. In namespaces of its own for network and mounts, so that nobody else's links and mounts come and go
# in it.
[[ -n ${ONDOL_TEST_NAMESPACE:-} ]] || exec env ONDOL_TEST_NAMESPACE=1 unshare -nm -- "$0" "$@"
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
many=10 delays="0.05 0.1 0.13 0.16 0.2 0.25 0.3" pause=20 least=100
# where a run takes ten times as long, and five that sleep for 20 ms at a time leave the processor to nobody else
[[ ! ${ONDOL_SLOW:-} ]] || many=5 delays="0.5 1.2 1.9 2.6" pause=300 least=10
start_engine
busybox_root "$state/root"
succeeds "an image" "$ondol" init "$state/root" base
succeeds "a first run, so that what stays for good is there" "$ondol" run --rm base true
trash_empty() { [[ -z $(find "$state"/data/trash "$state"/data/images/trash -mindepth 1) ]]; } # what was removed is deleted behind the answer
until_true 20 trash_empty || bad "the trash is emptied"
no_bridge() { [[ -z $(ip -o link show type bridge 2>/dev/null | grep -F ": on$(head -c 8 "$state/data/id" 2>/dev/null)") ]]; }
until_true 15 no_bridge # that of the first run
before=$(machine) files=$(cd "$state" && find data -not -name '*.log' | sort)

echo "interrupted"
# a shell has what it starts in the background ignore this signal
env --default-signal=INT "$ondol" run --name caught base sh -c 'trap "exit 7" INT; echo ready; while :; do usleep 10000; done' >"$state/caught" 2>&1 &
caught=$!
until_true 20 grep -q ready "$state/caught"
kill -INT $caught
wait $caught
equal "Ctrl-C reaches the container, whose exit code is the command's" 7 $?
"$ondol" rm caught >/dev/null
for delay in $delays; do
  env --default-signal=INT "$ondol" run --rm base sh -c 'trap "exit 7" INT; while :; do usleep 10000; done' >/dev/null 2>&1 &
  run=$!
  sleep $delay
  # to a process 1 that has not got as far as its trap a signal means nothing: then once more, as people do
  for again in 1 2 3 4 5; do
    kill -INT $run 2>/dev/null
    until_true 3 gone $run && break
  done
done
nothing_runs() { [[ -z $("$quick" ps -aq) ]]; }
until_true 10 nothing_runs && ok "Ctrl-C at any moment of a run leaves no container" || bad "a container is left" "$("$ondol" ps -a)"

# Counts, $pause ms apart, until it is told to end, and says how far it came: on a machine that is slow, too, it counts as long
# as the engine is killed and started.
count='e=; trap e=1 USR1; i=0; while [ ! $e ]; do echo $i; i=$((i+1)); usleep '"$pause"'000; done; echo end $i; exit $0'

echo "killed while $many containers start"
(
  for ((n = 0; n < many; n++)); do
    "$ondol" run -d --name "count$n" base sh -c "$count" $((10 + n)) >"$state/run.$n" 2>"$state/error.$n"
    echo $? >"$state/status.$n"
  done
) &
starting=$!
until_true 20 test -s "$state/status.$((many / 2 - 1))"
kill_engine KILL && ok "the engine was killed" || bad "the engine could not be killed"
wait $starting
start_engine # a command that found no engine may have started it already
started=() cut=()
for ((n = 0; n < many; n++)); do
  if [[ $(<"$state/status.$n") = 0 ]]; then started+=("$n"); else cut+=("$n"); fi
done
if ((${#started[@]} >= many / 2)); then ok "${#started[@]} of $many were started; those cut off say so"; else bad "only ${#started[@]} were started"; fi
for n in "${cut[@]}"; do
  [[ -s $state/error.$n ]] || bad "count$n failed without a word"
  "$ondol" rm -f "count$n" >/dev/null 2>&1 # whether it got as far as being made or not
  "$ondol" run -d --name "count$n" base sh -c "$count" $((10 + n)) >"$state/run.$n" || bad "count$n does not start after the restart"
done
equal "ps shows all $many" $many "$("$quick" ps -q -f name=count | sort -u | wc -l)"
ids=$(cat "$state"/run.?) counting=()
for ((n = 0; n < many; n++)); do counting+=("count$n"); done

echo "killed while they count"
succeeds "one that will end while there is no engine" "$ondol" run -d --name brief base sh -c 'echo early; sleep 2; echo late; exit 7'
succeeds "one on a terminal" "$ondol" run -dt --name screen base sh -c 'i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); usleep '"$((pause < 50 ? 50 : pause))"'000; done; exit 5'
kill_engine KILL
sleep 3 # with no engine there
start_engine
equal "the one that ended meanwhile" "exited 7" "$("$quick" inspect -f '{{.State.Status}} {{.State.ExitCode}}' brief)"
equal "nothing of its output is missing" $'early\nlate' "$("$quick" logs brief)"
equal "all $many still run" $many "$("$quick" ps -q -f name=count | wc -l)"
equal "exec works in one of them" 0 "$("$ondol" exec count0 id -u)"
"$ondol" logs -f "count$((many - 1))" >"$state/followed" 2>&1 & follower=$!
kill_engine KILL
start_engine

succeeds "all are told to end" "$ondol" kill -s USR1 "${counting[@]}"
wait $follower 2>/dev/null # whichever of the two engines it found
equal "their exit codes" "$(seq 10 $((9 + many)))" "$(timeout 60 "$ondol" wait "${counting[@]}")"
for ((n = 0; n < many; n++)); do
  numbers=$("$quick" logs "count$n") last=
  [[ $numbers =~ end\ ([0-9]+)$ ]] && last=${BASH_REMATCH[1]}
  if [[ $numbers == "$(seq 0 $((last - 1)))"$'\n'"end $last" && $last -gt $least ]]; then ok "count$n: no number is missing"; else
    bad "count$n: numbers are missing or doubled" "$(diff <(seq 0 $((${last:-1} - 1))) - <<<"$numbers" | head -5)"
  fi
done
equal "the terminal: exit code" 5 "$(timeout 60 "$ondol" wait screen)"
equal "the terminal: no number is missing" "$(seq 0 99)" "$("$quick" logs screen | tr -d '\r')"
equal "ps shows none" "" "$("$ondol" ps -q)"
equal "ps -a shows all" $((many + 2)) "$("$quick" ps -aq | wc -l)"

echo "nothing is left"
all=$("$quick" ps -aq --no-trunc) ids+=" $all"
succeeds "rm -f of everything" "$ondol" rm -f $all
equal "ps -a is empty" "" "$("$ondol" ps -aq)"
as_before() { [[ $(machine) == "$before" ]]; }
until_true 15 as_before # a bridge that nobody uses goes after some seconds
equal "mounts and links are as before" "$before" "$(machine)"
equal "no group, file or mount names a container" "" "$(traces $(tr ' ' '\n' <<<"$ids" | sort -u))"
until_true 20 trash_empty || bad "the trash is emptied at the end"
there() { (cd "$state" && find data -not -name '*.log' | sort); }
files_as_before() { [[ $(there) == "$files" ]]; }
until_true 20 files_as_before # the meter notes each minute what runs, and looks every ten seconds whether anything does
equal "files are as before" "$files" "$(there)"
exits "a second engine on the same root is refused" 1 timeout 20 "$ondol" daemon --data-root "$state/data" --exec-root "$state/other" -H "unix://$state/other.sock"
pid=$(engine_pid)
children=$(cat /proc/"$pid"/task/*/children)
succeeds "the engine ends when asked" kill "$pid"
until_true 15 gone "$pid" && ok "and has ended" || bad "it did not end"
for child in $children; do until_true 10 gone "$child" || bad "process $child ($(cat /proc/"$child"/comm)) outlives an engine without containers"; done

echo "left by an engine whose data are gone"
start_engine
id=$("$ondol" run -d --name orphan base sleep 1000)
mark=$(head -c 8 "$state/data/id")
process=$("$quick" inspect -f '{{.State.Pid}}' orphan)
lacks "system clean leaves an engine that runs alone" "$("$ondol" system clean -n)" "$mark"
kill_engine KILL
rm -rf --one-file-system "$state/data"
holds "nor where its engine has gone" "$("$ondol" system clean)" "control group /ondol-$mark: something runs in it"
kill -0 "$process" && kill -KILL "$process"
until_true 10 gone "$process"
# rules are there where the kernel has nf_tables
if nft list tables >/dev/null 2>&1; then rules=yes; else rules=; echo "  skipped: tables of rules; this kernel, or this machine, has no nf_tables"; fi
marks() { find /sys/fs/cgroup -maxdepth 2 -type d -name "ondol-$mark" | sed 's/.*/group/' | sort -u; [[ ! $rules ]] || nft list tables | grep -o "ondol-$mark"; grep -o "on${mark}0" /proc/self/net/dev; }
like "without a process there are groups, tables and a bridge" "^group
${rules:+(ondol-$mark
)+}on${mark}0\$" "$(marks)"
like "system clean says what it removes" "control group /ondol-$mark
bridge on${mark}0${rules:+
table .*ondol-$mark}" "$("$ondol" system clean)"
equal "and then nothing of it is left" "" "$(marks)$(find /sys/fs/cgroup -name "$id")"
finish
