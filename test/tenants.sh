#!/usr/bin/env bash
# Tenants by the command and by HTTP: whose a container is by the user of the socket, and what users see and may not touch,
# asked by processes of those users.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need setpriv util-linux util-linux setpriv || exit 77
need curl curl curl curl || exit 77
start_engine --restrict-users
chmod 755 "$state" "$state/data" "$state/data/run"
chmod 666 "$socket" # users get as far as the engine, which tells them apart
busybox_root "$state/root"
"$ondol" init "$state/root" base >/dev/null

# as USER METHOD PATH [BODY]: status and answer
as() { setpriv --reuid="$1" --regid="$1" --clear-groups curl -s -w '%{http_code} ' --unix-socket "$socket" -X "$2" -H 'Content-Type: application/json' ${4:+-d "$4"} "http://x$3" 2>&1; }
status() { as "$@" | grep -ao '[0-9][0-9][0-9] $' | tail -1; }
# statuses USER "METHOD PATH [BODY]"...: a line each, by one curl, since to start it takes longer than all that it asks
statuses() {
  local user=$1 request method path body next=
  shift
  for request; do
    read -r method path body <<<"$request"
    printf '%sunix-socket = "%s"\nmax-time = 60\nsilent\noutput = /dev/null\nwrite-out = "%%{http_code}\\n"\nurl = "http://x%s"\n' "$next" "$socket" "$path"
    if [[ $method = HEAD ]]; then echo head; else printf 'request = %s\n' "$method"; fi
    [[ -z $body ]] || printf 'header = "Content-Type: application/json"\ndata = "%s"\n' "${body//\"/\\\"}"
    next=$'next\n'
  done | setpriv --reuid="$user" --regid="$user" --clear-groups curl -K - 2>&1
}
make='{"Image":"base","Cmd":["sleep","3000"],"HostConfig":{"NetworkMode":"none"}}'

echo "tenants"
equal "create prints the name" ann "$("$ondol" tenant create ann --user 4001 --memory 64m --pids 50)"
equal "and another" ben "$("$ondol" tenant create ben --user 4002 --max-containers 1)"
exits "a name twice" 1 "$ondol" tenant create ann
exits "a user of two tenants" 1 "$ondol" tenant update ben --user 4001
exits "guarantees that the machine cannot keep" 1 "$ondol" tenant create big --memory-guarantee 900t
exits "a unit misspelt" 125 "$ondol" tenant update ann --memory 5x
exits "a tenant that is none" 125 "$ondol" run --tenant nobody base true
said=$("$ondol" tenant create full --disk 1g 2>&1)
if [[ $("$ondol" info) = *"no project quotas"* ]]; then holds "a --disk that does not hold at every moment is said" "$said" "may go on writing"; else equal "a --disk that holds" full "$said"; fi
"$ondol" tenant rm full >/dev/null
like "ls lists them" 'ann .*64MiB.*ben' "$("$ondol" tenant ls | tr '\n' ' ')"
for tenant in ann ben; do "$quick" tag base "tenant.ondol/$tenant/docker.io/library/base" >/dev/null; done

echo "users"
holds "a user of no tenant is told so" "$(as 4003 GET /containers/json)" "belongs to no tenant"
holds "a user's container is the tenant's" "$(as 4001 POST '/containers/create?name=anns' "$make")" '"Id"'
equal "by its label" ann "$("$quick" inspect -f '{{index .Config.Labels "ondol.tenant"}}' anns)"
equal "it starts" "204 " "$(status 4001 POST /containers/anns/start)"
holds "the user sees it" "$(as 4001 GET /containers/json)" anns
lacks "another does not" "$(as 4002 GET '/containers/json?all=1')" anns
holds "nor the image host" "$(as 4001 POST /containers/create '{"Image":"host","Cmd":["true"]}')" "No such image"
holds "a folder of the machine is refused" "$(as 4001 POST /containers/create '{"Image":"base","HostConfig":{"Binds":["/:/x"]}}')" "left to those who run the machine"
id=$("$quick" ps -q --no-trunc)
requests=("GET /containers/$id/json" "GET /containers/$id/top" "POST /containers/$id/start" "POST /containers/$id/stop" \
  "POST /containers/$id/restart" "POST /containers/$id/kill" "POST /containers/$id/pause" "POST /containers/$id/unpause" \
  "POST /containers/$id/rename?name=x" "POST /containers/$id/resize?h=1&w=1" "DELETE /containers/$id?force=1" \
  "POST /containers/$id/attach?stream=1&stdout=1" "GET /containers/$id/logs?stdout=1" "POST /containers/$id/wait" \
  "HEAD /containers/$id/archive?path=/etc" "GET /containers/$id/archive?path=/etc" "PUT /containers/$id/archive?path=/" \
  "GET /containers/$id/export" "GET /containers/$id/changes" "POST /commit?container=$id&repo=x" "GET /containers/$id/stats?stream=0" \
  "GET /ondol/containers/$id/explain" "GET /ondol/tenants/ann" "GET /ondol/meter?tenant=ann" \
  "POST /containers/$id/exec {\"Cmd\":[\"true\"]}" "POST /containers/$id/update {\"Memory\":0}")
mapfile -t codes < <(statuses 4002 "${requests[@]}")
for n in "${!requests[@]}"; do like "${requests[n]//$id/ID}" '^(404|501)$' "${codes[n]:-}"; done
requests=("GET /ondol/system/check" "POST /ondol/images/init?path=/etc" 'DELETE /ondol/tenants/ben {"Name":"x"}' 'POST /ondol/tenants/create {"Name":"x"}')
mapfile -t codes < <(statuses 4002 "${requests[@]}")
for n in "${!requests[@]}"; do like "${requests[n]} is refused" '^(403|400)$' "${codes[n]:-}"; done
holds "info counts only one's own" "$(as 4002 GET /info)" '"Containers":0'
lacks "df has nothing of others" "$(as 4002 GET /system/df)" "$id"
lacks "nor have the metrics" "$(as 4002 GET /metrics)" 'tenant="ann"'
holds "one's own are there" "$(as 4001 GET /metrics)" 'ondol_starts_total{tenant="ann"} 1'

echo "builds"
printf 'FROM base\nCOPY Dockerfile /x/\nRUN echo made >/made\n' >"$state/Dockerfile"
chmod 644 "$state/Dockerfile"
build() { # USER QUERY [DOCKERFILE]: what is said
  [[ -z ${3:-} ]] || printf "$3" >"$state/Dockerfile"
  tar -C "$state" -cf "$state/context.tar" Dockerfile && chmod 644 "$state/context.tar"
  setpriv --reuid="$1" --regid="$1" --clear-groups curl -s --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' \
    --data-binary "@$state/context.tar" "http://x/build?version=1&$2&networkmode=none" 2>&1
}
said=$(build 4001 t=own)
holds "a user builds" "$said" "Successfully tagged own:latest"
holds "in a container of the tenant's" "$(as 4001 GET /metrics)" 'ondol_starts_total{tenant="ann"} 2'
holds "the image is the tenant's" "$(as 4001 GET /images/json)" '"own:latest"'
lacks "and not another's" "$(as 4002 GET /images/json)" '"own:latest"'
holds "what is done is done" "$(build 4001 t=own)" "Using cache"
said=$(build 4002 t=theirs)
holds "another builds the same" "$said" "Successfully tagged theirs:latest"
lacks "and nothing that others made is taken" "$said" "Using cache"
lacks "nor their images" "$(build 4002 t=x 'FROM own\n')" "Successfully"
lacks "by their ids neither" "$(build 4002 t=x "FROM $("$quick" inspect -f '{{.Id}}' tenant.ondol/ann/docker.io/library/own)\n")" "Successfully"
holds "nothing is fetched for them" "$(build 4002 t=x 'FROM base\nADD http://127.0.0.1:1/x /\n')" "fetches nothing"
holds "nor is the machine's network theirs" "$(build 4002 't=x&networkmode=host' 'FROM base\n')" "left to those who run the machine"
holds "an image without a name is nobody's" "$(build 4002 q=0 'FROM base\n')" "give the image a name"

equal "it still runs" true "$("$quick" inspect -f '{{.State.Running}}' anns)"

echo "top, on a terminal and in a pipe"
like "in a pipe" 'TENANT .*ann .*anns' "$(timeout 20 "$ondol" top | head -n 3 | tr '\n' ' ')"
lacks "of tenants alone" "$("$ondol" tenant top --no-stream)" anns
mkfifo "$state/keys"
# on_screen ROWS COLUMNS "KEY..."|SIGNAL: what a terminal of that size was sent, and how it was before and after
on_screen() {
  local key
  terminal "stty rows $1 cols $2; stty -g; sh -c 'echo \$\$ >$state/top; exec $ondol top'; code=\$?; echo; echo ended \$code; stty -g" \
    <"$state/keys" >"$state/shown" 2>&1 &
  exec 9>"$state/keys"
  until_true 30 grep -qE '▁|▂|▃|▄|▅|▆|▇|█|and .* more' "$state/shown" || bad "nothing is drawn" "$(cat -v "$state/shown")"
  if [[ $3 = SIG* ]]; then kill -"${3#SIG}" "$(cat "$state/top")"; else for key in $3; do printf '%b' "$key" >&9; sleep 0.3; done; fi
  until_true 30 grep -q '^ended' "$state/shown" || bad "it does not end" "$(cat -v "$state/shown")"
  exec 9>&-
  wait $!
  tr -d '\r' <"$state/shown"
}
# Three screens, each of which ends in another way: to draw one takes long on a slow kernel.
for end in "m q" '\x03' SIGTERM; do
  size="24 100"
  [[ $end != '\x03' ]] || size="2 40"
  shown=$(on_screen $size "$end")
  holds "$end: the other screen" "$shown" $'\e[?1049h\e[?25l'
  if [[ $size = "2 40" ]]; then
    like "a small window" 'and [0-9]+ more' "$shown"
    lacks "has no room for the keys" "$shown" "sorted by"
  else
    holds "with what runs" "$shown" anns
    holds "and the keys below" "$shown" $'\e[24;1H\e[2msorted by CPU'
  fi
  [[ $end != m* ]] || holds "m sorts by memory" "$shown" "sorted by memory"
  like "and back" $'\e\\[\\?25h\e\\[\\?1049l' "$shown"
  equal "the terminal is as it was" "$(head -n 1 <<<"$shown")" "$(tail -n 1 <<<"$shown")"
  if [[ $end = SIG* ]]; then holds "the status is the signal's" "$shown" "ended 143"; else holds "it is no failure" "$shown" "ended 0"; fi
done

echo "the meter"
kill_engine KILL
start_engine
like "over a killed engine" '^ann.* 2 +0\.000' "$("$ondol" meter ann | grep ann)"
echo '{"currency": "EUR", "start": "2.5"}' >"$state/prices"
like "a bill" '5\.000000$' "$("$ondol" meter ann --prices "$state/prices" --format csv | tail -1)"
echo '{"starts": 1}' >"$state/prices"
exits "a unit that has no price" 1 "$ondol" meter --prices "$state/prices"
exits "rm of a tenant with containers" 1 "$ondol" tenant rm ann
succeeds "rm -f takes them too" "$ondol" tenant rm -f ann ben
equal "nothing on the machine carries its id" "" "$(traces "$id")"
holds "what was metered stays" "$("$ondol" meter --format csv)" ann
finish
