#!/usr/bin/env bash
# What makes containers live, with the real docker command and ours: health checks, stats, events, restarts, log drivers,
# volumes, prune.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v docker >/dev/null || { say "live.sh needs the docker command (Debian: docker-cli); skipped"; exit 77; }
d=$(command -v docker)
often=100ms
[[ ! ${ONDOL_SLOW:-} ]] || often=2s # where a check takes longer than that there is no time for anything else
start_engine
busybox_root "$state/root"
tar -C "$state/root" -c . | $d import -c 'CMD ["sleep", "1000"]' - base >/dev/null
tar -C "$state/root" -c . | $d import -c "HEALTHCHECK --interval=$often --retries=1 CMD test -e /well" - checked >/dev/null
says() { [[ $($d inspect -f "$2" "$1" 2>/dev/null) == "$3" ]]; } # CONTAINER TEMPLATE TEXT

echo "health checks"
$d run -d --name sick --health-cmd 'echo looked; test -e /tmp/well' --health-interval $often --health-retries 2 \
  --health-timeout 5s base sleep 1000 >/dev/null
until_true 20 says sick '{{.State.Health.Status}}' unhealthy && ok "unhealthy" || bad "not unhealthy"
holds "its log" "$($d inspect -f '{{json .State.Health.Log}}' sick)" '"Output":"looked\n"'
like "ps says so" 'Up .*\(unhealthy\)' "$($d ps)"
equal "ps -f health" sick "$($d ps -f health=unhealthy --format '{{.Names}}')"
since=$(date +%s)
$d exec sick touch /tmp/well
until_true 20 says sick '{{.State.Health.Status}}' healthy && ok "healthy" || bad "not healthy"
sleep 1
holds "events" "$($d events --since "$since" --until "$(date +%s)" --filter event=health_status --format '{{.Action}}')" "health_status: healthy"
equal "ps: none of another health" "" "$($d ps -q -f health=unhealthy)"
kill_engine KILL
start_engine
equal "an engine later" healthy "$($d inspect -f '{{.State.Health.Status}}' sick)"
$d exec sick rm /tmp/well
until_true 20 says sick '{{.State.Health.Status}}' unhealthy && ok "and asked again" || bad "not asked again"
$d run -d --name inherits checked sleep 1000 >/dev/null
until_true 20 says inherits '{{.State.Health.Status}}' unhealthy && ok "the image's check" || bad "not the image's check"
$d run -d --name unasked --no-healthcheck checked sleep 1000 >/dev/null
equal "--no-healthcheck" "<nil>" "$($d inspect -f '{{.State.Health}}' unasked)"
exits "a check too often" 125 $d run --health-cmd true --health-interval 1us base true
$d run -d --name again --restart on-unhealthy --health-cmd 'test ! -e /tmp/ill' --health-interval $often --health-retries 1 \
  --stop-timeout 0 base sleep 1000 >/dev/null
equal "wait for health" 0 "$("$ondol" wait --condition healthy again)"
$d exec again touch /tmp/ill
until_true 30 says again '{{gt .RestartCount 0}}' true && ok "--restart on-unhealthy" || bad "not started again"
like "run -d --wait" '^[0-9a-f]{64}$' "$("$ondol" run -d --wait --health-cmd true --health-interval $often base sleep 1000)"
exits "run -d --wait of what fails" 125 "$ondol" run -d --wait --health-cmd 'echo no; false' --health-interval $often --health-retries 1 base sleep 1000
$d rm -f $($d ps -aq) >/dev/null

echo "stats"
$d run -d --name busy --memory 64m base sh -c 'while :; do :; done' >/dev/null
like "stats --no-stream" 'busy.*[1-9][0-9.]*%.*/ 64MiB' "$($d stats --no-stream busy | tail -n 1)"
like "ondol stats" 'busy' "$("$ondol" stats --no-stream busy)"
$d create --name idle base >/dev/null
like "stats of what does not run" 'idle.*0\.00%.*0B / 0B' "$($d stats --no-stream -a | grep idle)"
$d rm -f busy idle >/dev/null

echo "restart policies"
$d run -d --name loops --restart on-failure:2 base sh -c 'exit 7' >/dev/null
until_true 20 says loops '{{.State.Status}} {{.RestartCount}}' 'exited 2' && ok "on-failure:2" || bad "on-failure:2" "$($d inspect -f '{{.State.Status}} {{.RestartCount}}' loops)"
$d run -d --name steady --restart unless-stopped base sleep 1000 >/dev/null
$d run -d --name halted --restart unless-stopped base sleep 1000 >/dev/null
$d stop -t 0 halted >/dev/null
pid=$($d inspect -f '{{.State.Pid}}' steady)
kill_engine KILL
kill -9 "$pid"
start_engine
until_true 20 says steady '{{.State.Status}}' running && ok "unless-stopped, ended without an engine" || bad "not started again"
equal "unless-stopped, stopped" exited "$($d inspect -f '{{.State.Status}}' halted)"
$d run -d --name gone --rm base sleep 1000 >/dev/null
pid=$($d inspect -f '{{.State.Pid}}' gone)
kill_engine KILL
kill -9 "$pid"
start_engine
until_true 20 sh -c "! $d inspect gone >/dev/null 2>&1" && ok "--rm after a crash" || bad "--rm after a crash"
$d rm -f $($d ps -aq) >/dev/null

echo "out of memory"
since=$(date +%s)
$d run --name eats --memory 16m --memory-swap 16m base sh -c 'head -c 100m /dev/zero | tail >/dev/null; exit $?' >/dev/null 2>&1
equal "noticed" true "$($d inspect -f '{{.State.OOMKilled}}' eats)"
sleep 1
holds "said" "$($d events --since "$since" --until "$(date +%s)" --filter event=oom --format '{{.Action}}')" oom
$d rm -f eats >/dev/null

echo "log drivers"
$d run --name json --log-driver json-file --label team=blue --log-opt labels=team base sh -c 'echo one; echo two >&2' >/dev/null 2>&1
file=$($d inspect -f '{{.LogPath}}' json)
like "where it is" '/[0-9a-f]{64}-json\.log$' "$file"
both() { [[ $(wc -l <"$file") = 2 ]]; }
until_true 10 both && ok "both lines" || bad "not both lines" "$(cat "$file")"
holds "as Docker writes it" "$(cat "$file")" '{"log":"one\n","stream":"stdout","attrs":{"team":"blue"},"time":"'
equal "logs" $'one\ntwo' "$($d logs json 2>&1)"
$d run --name silent --log-driver none base echo unseen >/dev/null
holds "none: logs are refused" "$($d logs silent 2>&1)" "does not support reading"
exits "no such driver" 125 $d run --log-driver nosuch base true
exits "no such option" 125 $d run --log-opt colour=red base true
equal "a slow reader gets all" 60000000 "$($d run --rm base head -c 60000000 /dev/zero | (sleep 2; wc -c))"

echo "volumes"
mkdir -p "$state/place"
succeeds "create: a folder" $d volume create -o type=none -o o=bind -o device="$state/place" bound
$d run --rm -v bound:/x base sh -c 'echo here >/x/file'
equal "it is there" here "$(cat "$state/place/file")"
succeeds "create: in memory" $d volume create -o type=tmpfs -o device=tmpfs -o o=size=1m quick
equal "it is" tmpfs "$($d run --rm -v quick:/x base stat -f -c %T /x)"
exits "nfs" 1 $d volume create -o type=nfs -o device=:/x far
$d run -d --name holds -v named:/data -v /anonymous base >/dev/null
exits "in use" 1 $d volume rm named
equal "ls -f dangling" $'bound\nquick' "$($d volume ls -q -f dangling=true | sort)"
$d run --name reads --volumes-from holds:ro base sh -c 'touch /data/x' >/dev/null 2>&1
lacks "--volumes-from :ro" "$($d exec holds ls /data)" x
$d rm -f holds reads >/dev/null
holds "prune: what nobody named" "$($d volume prune -f)" "Total reclaimed"
equal "the named ones stay" $'bound\nnamed\nquick' "$($d volume ls -q | sort)"
holds "prune -a" "$($d volume prune -af)" named
equal "all gone" "" "$($d volume ls -q)"

echo "prune, events"
$d run --name old base true; $d run --name keep --label keep=yes base true
since=$(date +%s)
holds "container prune" "$($d container prune -f --filter label!=keep=yes)" "Total reclaimed"
equal "with a filter" keep "$($d ps -a --format '{{.Names}}')"
holds "until" "$($d container prune -f --filter until=1h)" "Total reclaimed space: 0B"
$d rm keep >/dev/null
$d run --rm --name spoken base true
sleep 1
equal "in order" $'prune\nprune\ndestroy\ncreate\nattach\nstart\ndie\ndestroy' \
  "$($d events --since "$since" --until "$(date +%s)" --filter type=container --format '{{.Action}}' | sed -n '/prune/,$p')"
equal "filtered" $'start' "$($d events --since "$since" --until "$(date +%s)" --filter container=spoken --filter event=start --format '{{.Action}}')"
finish
