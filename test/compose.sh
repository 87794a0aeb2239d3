#!/usr/bin/env bash
# The real docker compose against our socket, on a stack of six services, in a network namespace of its own: as a table of
# what is typed and what comes of it. The images are made of busybox and kept in a registry on loopback.
if [[ -z ${ONDOL_TEST_NAMESPACE:-} ]]; then
  "${0%/*}/../tools/compose-plugin" >/dev/null || true # fetched now or never: inside, no mirror is in reach
  exec env ONDOL_TEST_NAMESPACE=1 unshare -n -- "$0" "$@"
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for tool in docker docker-registry ip script; do
  command -v $tool >/dev/null || { say "compose.sh needs $tool; skipped"; exit 77; }
done
plugin=$("$top/tools/compose-plugin") || { say "compose.sh needs docker compose; skipped"; exit 77; }
ip link set lo up
export DOCKER_CONFIG=$state/docker-config
mkdir -p "$DOCKER_CONFIG/cli-plugins" "$state/house/site"
ln -s "$plugin" "$DOCKER_CONFIG/cli-plugins/docker-compose"

here=127.0.0.1:5000
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' "$state/registry" $here >"$state/registry.yml"
docker-registry serve "$state/registry.yml" >"$state/registry.log" 2>&1 </dev/null &
registry=$!
disown $registry
trap 'kill $registry 2>/dev/null; end_all' EXIT
start_engine
busybox_root "$state/root"
mkdir "$state/root/www" && echo welcome >"$state/root/www/index.html"
"$ondol" init "$state/root" $here/base:1 >/dev/null
docker tag $here/base:1 $here/tool:1
docker push -q $here/base:1 >/dev/null

cd "$state/house" || exit 1
echo hunter2 >password
echo 'colour: warm' >settings.yml
echo first >site/page
cat >compose.yml <<YAML
name: house
x-common: &common
  image: $here/base:1
  stop_grace_period: 1s
services:
  db:
    <<: *common
    command: sh -c 'cat /run/secrets/password >/data/kept; echo db is ready; sleep 0.3; touch /tmp/up; exec httpd -f -p 5432 -h /data'
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/up], interval: 200ms, timeout: 2s, retries: 50}
    volumes: [data:/data]
    networks: [back]
    secrets: [password]
  migrate:
    <<: *common
    command: sh -c 'wget -q -O- db:5432/kept && touch /data/migrated'
    volumes: [data:/data]
    networks: [back]
    depends_on: {db: {condition: service_healthy}}
  app:
    <<: *common
    command: sh -c 'trap exit TERM; echo app says \$\$COLOUR; echo oops >&2; httpd -p 8000 -h /www; while :; do sleep 0.1; done'
    environment: {COLOUR: warm}
    healthcheck: {test: wget -q -O- localhost:8000/ && wget -q -O- db:5432/migrated, interval: 200ms, timeout: 2s, retries: 50}
    configs: [{source: settings, target: /etc/settings.yml}]
    networks: {front: {aliases: [application]}, back: {}}
    labels: {floor: ground}
    depends_on: {db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}
    build: . # what is watched has to be built; it is here, so that it is not
    develop: {watch: [{action: sync, path: ./site, target: /www}]}
  cache:
    <<: *common
    command: cat
    stdin_open: true
    networks: [back]
    tmpfs: [/cache]
    volumes: [/var/cache]
    deploy: {resources: {limits: {memory: 32M, cpus: "0.5"}}}
    ulimits: {nofile: 512}
  web:
    <<: *common
    command: sh -c 'trap exit TERM; httpd -p 80 -h /www; while :; do sleep 0.1; done'
    ports: ["127.0.0.1:8080:80"]
    networks: [front]
    restart: unless-stopped
    depends_on: {app: {condition: service_healthy}, cache: {condition: service_started}}
  tool:
    <<: *common
    image: $here/tool:1
    build: .
    command: echo from the tool
    profiles: [tools]
    networks: [front]
volumes: {data: {labels: {keep: "yes"}}}
networks: {front: {}, back: {internal: true}}
secrets: {password: {file: ./password}}
configs: {settings: {file: ./settings.yml}}
YAML

# c CODE PATTERN WORDS...: docker compose WORDS exits with CODE, and what it says matches the extended regular expression.
# The plugin is called by itself, without the docker command in front, which takes as long again.
c() {
  local code=$1 pattern=$2 output status=0
  shift 2
  output=$(timeout 30 "$plugin" "$@" 2>&1 </dev/null) || status=$?
  if [[ $status = "$code" && $output =~ $pattern && $output != *Exception* ]]; then ok "docker compose $*"
  else bad "docker compose $*" "exit code $status, expected $code; like ${pattern@Q}:" "$output"; fi
}

echo "the file, and images"
c 0 '2\.[2-9][0-9]' version --short
c 0 $'(^|\n)db($|\n)' config --services
c 0 'data' config --volumes
c 0 'tools' config --profiles
c 0 '^$' config --quiet
c 0 "$here/base:1" config --images
c 0 'Mounted from|Pushed' --profile tools push tool
docker rmi -f $here/base:1 $here/tool:1 >/dev/null
c 0 'Pulled' pull
c 0 '' --profile tools pull -q --ignore-buildable=false tool
equal "docker compose pull: the images are here" 2 "$(docker images -q --no-trunc --filter "reference=$here/*" --format x | wc -l)"

echo "up"
(timeout 900 docker compose events --json >"$state/events" 2>/dev/null </dev/null & echo $! >"$state/events.pid")
c 0 'Started|Healthy' up -d --wait --wait-timeout 25
c 0 'Running|Healthy' up -d --wait --no-recreate
c 0 'house.*running\(4\)' ls
c 0 '"Name":"house"' ls -a --format json
c 0 'house-db-1.*\(healthy\)' ps
c 0 'house-migrate-1.*Exited \(0\)' ps -a
c 0 '"Service":"web"' ps --format json
c 0 '^app' ps --services
c 0 '^[0-9a-f]{64}$' ps -q web
c 0 '^house-migrate-1$' ps -a --status exited --format '{{.Name}}'
c 0 'base .*1 ' images
c 0 '127.0.0.1:8080' port web 80
equal "a published port" welcome "$(busybox wget -q -O- 127.0.0.1:8080/ 2>&1)"
c 0 'httpd' top db
c 0 'app-1 .*app says warm' logs
c 0 'app says warm' logs --no-log-prefix app
c 0 'Z app says|Z oops' logs -t --tail 2 app
c 0 '.' logs --since 10m db

echo "what is in the containers"
c 0 '^hunter2$' exec -T db cat /run/secrets/password
c 0 '^colour: warm$' exec -T app cat /etc/settings.yml
c 0 'welcome' exec -T web wget -q -O- application:8000/
c 1 "can't find" exec -T web nslookup db
c 0 '^hunter2$' exec -T app wget -q -O- db:5432/kept
c 0 ' /cache tmpfs' exec -T cache cat /proc/mounts
c 0 '^512$' exec -T cache sh -c 'ulimit -n'
c 0 '^b 1 /tmp$' exec -T -e A=b -u 1 -w /tmp app sh -c 'echo $A $(id -u) $PWD'
c 7 '' exec -T app sh -c 'exit 7'
c 0 '' exec -d app touch /tmp/detached
equal "docker compose exec -T: input to its end" typed "$(printf typed | timeout 20 docker compose exec -T app cat 2>&1)"
like "docker compose exec: a terminal" '/dev/pts' "$(terminal 'docker compose exec app tty' 2>&1 </dev/null)"
c 0 '' cp settings.yml app:/tmp/copied
c 0 '' cp app:/tmp/copied back.yml
equal "docker compose cp: the same came back" "$(cat settings.yml)" "$(cat back.yml 2>&1)"

echo "run, profiles, scale"
c 0 '^warm$' run --rm -T --no-deps app sh -c 'echo $COLOUR'
c 9 '' run --rm -T --no-deps app sh -c 'exit 9'
c 0 'welcome' run --rm -T web wget -q -O- application:8000/
c 0 'from the tool' --profile tools run --rm -T tool
c 0 'from the tool' --profile tools up --exit-code-from tool --no-log-prefix tool
c 0 '' run -d --name aside --no-deps -e COLOUR=cold app
equal "docker compose run -d -e" cold "$(docker exec aside sh -c 'echo $COLOUR' 2>&1)"
docker rm -f aside >/dev/null # or exec would look for its service in it
c 0 '' scale app=3
equal "docker compose scale: three run" 3 "$(docker ps -q --filter label=com.docker.compose.service=app --filter label=com.docker.compose.oneoff=False | wc -l)"
equal "a service's name has all their addresses" 3 "$(docker compose exec -T web nslookup app 2>/dev/null </dev/null | sed -n '/^Name/,$s/^Address.*: *\([0-9.]*\)$/\1/p' | sort -u | wc -l)"
c 0 '' up -d --wait --scale app=1
equal "docker compose up --scale: one is left" 1 "$(docker ps -q --filter label=com.docker.compose.service=app --filter label=com.docker.compose.oneoff=False | wc -l)"

echo "stop, start, and changes"
c 0 'Paused' pause cache
c 0 'house-cache-1.*\(Paused\)' ps cache
c 0 'Unpaused' unpause cache
c 0 'Started' restart -t 1 web
c 0 'Stopped' stop -t 1 web
c 0 'Started' start web
c 0 'Killed' kill -s KILL web
c 0 'Started' start web
(sleep 0.5; docker compose kill cache >/dev/null 2>&1 </dev/null) &
c 137 '137' wait cache
c 0 'Started' start cache
equal "docker compose attach" "said" "$( (sleep 1; echo said; sleep 1) | timeout 20 docker compose attach cache 2>&1 | head -n 1)"
(timeout 20 docker compose watch --no-up app >"$state/watch" 2>&1 </dev/null & echo $! >"$state/watch.pid")
until_true 10 grep -q 'enabled' "$state/watch"
echo second >site/page
synced() { [[ $(timeout 5 docker compose exec -T app cat /www/page 2>&1 </dev/null) = second ]]; }
if until_true 10 synced; then ok "docker compose watch: sync"; else bad "docker compose watch: sync" "$(cat "$state/watch")"; fi
kill "$(cat "$state/watch.pid")" 2>/dev/null
sed -i 's/COLOUR: warm/COLOUR: hot/' compose.yml
c 0 'Recreated|Started' up -d --wait
equal "a changed service is made anew" hot "$(docker compose exec -T app sh -c 'echo $COLOUR' </dev/null)"
equal "the others are not" "" "$(docker compose up -d 2>&1 | grep -i recreate)"

echo "the end"
c 0 'Removed' rm -fs cache
c 0 'Created' create cache
c 0 'Started' start cache
c 0 'Removed' down -t 1
equal "volumes stay" "house_data" "$(docker volume ls -q --filter label=com.docker.compose.project=house)"
c 0 'Started' up -d cache
c 0 'Volume house_data +Removed' --profile tools down -v -t 0 --remove-orphans
equal "no container is left" "" "$(docker ps -a --format '{{.Names}} {{.Status}}')"
equal "no network is left" "" "$(docker network ls --filter type=custom --format '{{.Name}}')"
equal "no volume with a name is left" "" "$(docker volume ls --format '{{.Name}}' | grep -v '^[0-9a-f]\{64\}$')"
kill "$(cat "$state/events.pid")" 2>/dev/null
for action in create start exec_create die kill pause unpause destroy; do
  grep -q "\"action\":\"$action" "$state/events" && ok "docker compose events: $action" || bad "docker compose events: $action" "$(head -n 5 "$state/events")"
done
c 1 'no such service' up -d nothing
c 14 'no such file' -f nothing.yml up
cd / || exit 1
finish
