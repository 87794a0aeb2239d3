#!/usr/bin/env bash
# The real docker command against our socket: its commands and their flags, as a table of what is typed and what comes of
# it. What each verb does in the main is in docker-verbs.sh; here is the breadth.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v docker >/dev/null || { say "docker-cli.sh needs the docker command (Debian: docker-cli); skipped"; exit 77; }
command -v script >/dev/null || { say "docker-cli.sh needs script (Debian: bsdutils); skipped"; exit 77; }
docker=$(command -v docker)
# nothing here waits for ever
d() { timeout -k 5 60 "$docker" "$@"; }
o() { timeout -k 5 60 "$ondol" "$@"; }
export DOCKER_CONFIG=$state/docker-config
start_engine
busybox_root "$state/root"
tar -C "$state/root" -cf "$state/root.tar" .

# t CODE PATTERN WORDS...: docker WORDS exits with CODE, and what it says matches the extended regular expression
t() {
  local code=$1 pattern=$2 output status=0
  shift 2
  output=$(timeout -k 5 30 "$docker" "$@" 2>&1 </dev/null) || status=$?
  if [[ $status = "$code" && $output =~ $pattern && $output != *Exception* ]]; then ok "docker $*"
  else bad "docker $*" "exit code $status, expected $code; like ${pattern@Q}:" "$output"; fi
}

echo "the engine"
t 0 'Server: Ondol' version
t 0 '^1\.51 linux' version -f '{{.Server.APIVersion}} {{.Server.Os}}'
t 0 '^(ondol )?inactive ' info -f '{{.Swarm.LocalNodeState}} {{.NCPU}}'
t 0 '"Swarm"' info --format json
t 0 'Images.*Containers.*Local Volumes.*Build Cache' system df
t 0 'Images space usage' system df -v
t 0 '"Type":"Images"' system df --format json
t 0 '' system info
t 0 '^$' system events --since 2020-01-01T00:00:00Z --until 2020-01-01T00:00:01Z
t 0 'default' context ls
t 0 'ondol' context create --docker "host=$DOCKER_HOST" ondol
t 0 '^default' context show
t 0 "$DOCKER_HOST" context inspect ondol -f '{{.Endpoints.docker.Host}}'
t 0 'Ondol' --context ondol version
t 0 'ondol' context update --description "a floor" ondol
equal "docker context: ondol reads the same files" "a floor" "$(o context ls --format '{{.Name}} {{.Description}}' | sed -n 's/^ondol //p')"
equal "ondol context create: docker reads it" "tcp://127.0.0.1:1" "$(o context create far --docker host=tcp://127.0.0.1:1 >/dev/null 2>&1; d context inspect far -f '{{.Endpoints.docker.Host}}')"
t 0 'Written file' context export ondol "$state/exported.context"
equal "ondol context import: what docker exported" "$DOCKER_HOST" "$(o context import came "$state/exported.context" 2>/dev/null >&2; d context inspect came -f '{{.Endpoints.docker.Host}}')"
o context export came "$state/back.context" 2>/dev/null
t 0 'Successfully imported' context import back "$state/back.context"
exits "ondol context import: a name that is taken" 1 o context import came "$state/back.context"
exits "ondol context import: no context" 1 o context import none "$state/root.tar"
t 0 'ondol' context rm ondol far came back

echo "images"
equal "docker import: with all its flags" 0 "$(d import -c 'CMD ["sh"]' -c 'ENV A=b' -c 'LABEL l=m' -c 'EXPOSE 80' -m why --platform linux/amd64 "$state/root.tar" base >/dev/null; echo $?)"
port=$((20000 + RANDOM % 10000))
busybox httpd -f -p 127.0.0.1:$port -h "$state" &
server=$!
until_true 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null
like "docker import: an address" 'sha256:[0-9a-f]{64}' "$(d import -c 'CMD ["true"]' "http://127.0.0.1:$port/root.tar" fetched:1 2>&1)"
like "docker import: an address where nothing is" 'status code 404' "$(d import "http://127.0.0.1:$port/nothing.tar" fetched:2 2>&1)"
kill $server
t 0 'Untagged: fetched:1' rmi fetched:1
t 0 '^base:latest' images --format '{{.Repository}}:{{.Tag}}' base
t 0 '^sha256:[0-9a-f]{64}$' images -q --no-trunc base
t 0 'DIGEST' images --digests
t 0 'base' images -a --filter label=l=m
t 0 '^$' images -q --filter dangling=true
t 0 'base' image ls --tree
t 0 'base' image ls --filter reference='b*se'
t 1 'invalid filter' images --filter colour=red
t 0 'map\[80/tcp:' image inspect -f '{{.Config.ExposedPorts}}' base
t 0 '^linux/amd64' image inspect -f '{{.Os}}/{{.Architecture}}' base
t 0 '^20' image inspect -f '{{.Metadata.LastTagTime}}' base
t 1 'No such image: nothing' image inspect nothing
t 0 'why' image history base
t 0 '^sha256:' history -q --no-trunc base
t 0 '' image tag base other:v1
t 1 '(invalid reference|repository name)' tag base BAD:x
t 0 '' save -o "$state/saved.tar" base other:v1
t 0 'Untagged: other:v1' image rm other:v1
t 0 'Loaded image: other:v1' load -i "$state/saved.tar"
t 0 'Loaded image' image load --quiet -i "$state/saved.tar"
t 0 'reclaimed' image prune -f
t 0 '' image prune -f --filter until=1h
t 1 '(cannot reach|refused|no such host)' pull 127.0.0.1:1/nothing
t 1 'does not exist locally' push 127.0.0.1:1/nothing
t 1 '(cannot reach|refused|no such host)' manifest inspect --insecure 127.0.0.1:1/nothing:1
t 1 '' login -u me -p secret 127.0.0.1:1
t 0 '' logout 127.0.0.1:1

echo "run and create"
t 0 '^hello$' run --rm --network none base echo hello
t 0 '^b c$' run --rm --network none -e A=b --env C=c base sh -c 'echo $A $C'
printf 'F=from file\n#comment\n' >"$state/env"
t 0 '^from file$' run --rm --network none --env-file "$state/env" base sh -c 'echo $F'
t 0 '^1:1$' run --rm --network none -u 1:1 base sh -c 'echo $(id -u):$(id -g)'
t 0 '^/tmp$' run --rm --network none -w /tmp base pwd
t 0 '^room example$' run --rm --network none -h room --domainname example base sh -c 'echo $(hostname) $(cat /proc/sys/kernel/domainname)'
t 0 '^1.2.3.4' run --rm --network none --add-host far:1.2.3.4 base grep far /etc/hosts
t 0 'nameserver 9.9.9.9' run --rm --network host --dns 9.9.9.9 --dns-search x.test --dns-option ndots:2 base cat /etc/resolv.conf
t 0 '^echo entry$' run --rm --network none --entrypoint echo base echo entry
t 0 ' /t tmpfs ' run --rm --network none --tmpfs /t:size=1m base cat /proc/mounts
t 0 '^Ondol test root$' run --rm --network none --mount type=image,src=base,dst=/i base cat /i/etc/release
t 0 '^written release$' run --rm --network none --mount type=image,src=base,dst=/i,image-subpath=etc base sh -c 'echo written >/i/new; echo $(cat /i/new) $(cd /i; ls release)'
t 1 'Read-only' run --rm --network none --mount type=image,src=base,dst=/i,readonly base touch /i/x
t 125 'no such folder' run --rm --network none --mount type=image,src=base,dst=/i,image-subpath=nothing base true
t 125 'No such image' run --rm --network none --mount type=image,src=nothing,dst=/i base true
t 0 'ro,' run --rm --network none --mount type=bind,src=/tmp,dst=/m,readonly base sh -c 'grep " /m " /proc/mounts'
t 0 '' run --rm --network none -v named:/data base touch /data/file
t 0 '^/data/file$' run --rm --network none -v named:/data:ro base ls /data/file
t 0 '^64$' run --rm --network none --ulimit nofile=64:64 base sh -c 'ulimit -n'
t 0 '^7$' run --rm --network none --sysctl kernel.shmmni=7 base cat /proc/sys/kernel/shmmni
t 0 '0000000000000000' run --rm --network none --cap-drop ALL base grep CapEff /proc/self/status
t 0 'NoNewPrivs:.1' run --rm --network none --security-opt no-new-privileges base grep NoNewPrivs /proc/self/status
t 0 'Seccomp:.0' run --rm --network none --security-opt seccomp=unconfined base grep Seccomp: /proc/self/status
t 0 'c.*1, *3' run --rm --network none --device /dev/null:/dev/nil base ls -l /dev/nil
t 0 '^500$' run --rm --network none --oom-score-adj 500 base cat /proc/self/oom_score_adj
t 0 'size=2048k' run --rm --network none --shm-size 2m base grep /dev/shm /proc/mounts
t 0 '^29$' run --rm --network none --group-add 29 -u 1 base sh -c 'id -G | tr " " "\n" | grep 29'
t 0 '^[0-9]+$' run --rm --network none --init base sh -c 'echo $$'
t 1 'Read-only' run --rm --network none --read-only base touch /x
t 0 '' run --rm --network none --memory 64m --memory-swap 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50 --blkio-weight 100 base true
t 0 '' run --rm --network none --pid host --ipc host --uts host --cgroupns host base true
t 0 '' run --rm --network none --privileged base mount -t tmpfs none /tmp
t 0 '' run --rm --network none --platform linux/amd64 --pull never --quiet base true
t 125 '(does not match|No such image|not found)' run --rm --pull never --platform linux/arm64 base true
t 125 'Conflict|AutoRemove|[Cc]onflicting' run --rm --restart always base true
t 125 'invalid' run --rm --network none --security-opt nothing=1 base true
t 125 'unknown flag' run --no-such-flag base true
t 125 'response from daemon: network nothing not found' run --rm --network nothing base true
t 125 'could not select device driver' run --rm --network none --gpus all base true
t 125 'unknown or invalid runtime' run --rm --network none --runtime crun base true
t 0 '^[0-9a-f]{64}$' run -d --network none --name room --cidfile "$state/cid" --label a=b --annotation c=d --stop-signal USR1 --stop-timeout 3 --log-driver json-file --log-opt max-size=1m --health-cmd true --health-interval 1h base sleep 1000
equal "docker run --cidfile" "$(d inspect -f '{{.Id}}' room)" "$(cat "$state/cid")"
t 0 '^[0-9a-f]{64}$' create --name made -it --network none base sh
t 0 '^[0-9a-f]{64}$' container create --network none --volumes-from room base true

echo "containers"
t 0 'room' ps
t 0 'made' ps -a -n 2
t 0 '^[0-9a-f]{12}$' ps -ql
t 0 'B \(virtual' ps -s
t 0 'room' ps --filter label=a=b --filter status=running --filter ancestor=base --filter name=ro
t 0 '"Names":"room"' ps --format json
t 0 '^$' ps -q --filter health=unhealthy
t 1 'invalid filter' ps --filter colour=red
t 0 'USR1 3' inspect -f '{{.Config.StopSignal}} {{.Config.StopTimeout}}' room
t 0 '"SizeRootFs"' inspect --size room
t 0 '^[^ ]+/layers/[^ ]+ [^ ]+/upper [^ ]+/work /proc/[0-9]+/root$' inspect -f '{{with .GraphDriver.Data}}{{.LowerDir}} {{.UpperDir}} {{.WorkDir}} {{.MergedDir}}{{end}}' room
t 0 'map\[c:d\]' inspect --type container -f '{{.HostConfig.Annotations}}' room
t 1 'No such' inspect --type image room
t 0 'null|\[\]' inspect -f '{{json .HostConfig.CapAdd}}' room
t 0 'PID.*COMMAND|PID.*CMD' top room
t 0 'PID *COMMAND.* sleep *$' top room -eo pid,comm
t 1 'columns' top room -o pid,colour
t 126 'unable to find user' exec -u nobodyatall room true
t 126 'nothing' exec -w /dev/nothing/x room true
t 126 'OCI runtime exec failed' exec room /etc
t 0 '^B 1 /tmp$' exec -e A=B -u 1 -w /tmp room sh -c 'echo $A $(id -u) $PWD'
t 0 '^from file$' exec --env-file "$state/env" room sh -c 'echo $F'
t 0 '' exec -d --privileged room true
t 5 '' exec room sh -c 'exit 5'
t 0 'room' pause room
t 1 'paused' exec room true
t 0 'Up .*Paused' ps --filter status=paused
t 0 'room' unpause room
t 0 '' rename room hall
t 1 'already in use' rename hall made
t 0 'hall' update --memory 64m --memory-swap 64m --cpus 0.5 --pids-limit 20 --restart unless-stopped hall
t 0 '^67108864 unless-stopped' inspect -f '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}' hall
t 0 '' port hall
t 0 '' cp -a "$state/env" hall:/tmp/env
t 0 '' cp -L -q hall:/tmp/env "$state/back"
equal "docker cp: the same came back" "$(cat "$state/env")" "$(cat "$state/back")"
t 1 'Could not find the file' cp hall:/nothing "$state/back"
t 0 'A /tmp/env' container diff hall
t 0 '^sha256:' commit -a me -m why -c 'CMD ["cat"]' -p=false hall kept:1
t 0 '' container export -o "$state/exported.tar" hall
t 0 'hall' kill -s CONT hall
t 0 'hall' stop -s KILL -t 1 hall
t 0 '137' wait hall
t 0 'hall' start hall
t 0 'hall' restart -s KILL -t 1 hall
t 1 'is running|running container' rm hall
t 0 '' logs --details --until 1s hall
t 0 '^[0-9a-f]{64}$' run -d --name said --network none --log-opt env=SITE --log-driver json-file -e SITE=here base echo hello
d wait said >/dev/null
t 0 '^SITE=here hello$' logs --details said
d run --name wrote --network none base sh -c 'echo one; echo two >&2' >/dev/null 2>&1
t 0 $'^one\ntwo$|^two\none$' logs wrote
t 0 'Z (one|two)' container logs -t -n 1 wrote
t 0 '' logs --since 1h wrote
like "docker attach --detach-keys" 'read' "$( (sleep 1; printf 'x'; sleep 0.5; printf '\x18q'; sleep 0.5) | terminal "$docker run --rm -it --name keyed --network none --detach-keys ctrl-x,q base sh -c 'echo read; cat'" 2>&1)"
equal "docker attach --detach-keys: it runs on" true "$(d inspect -f '{{.State.Running}}' keyed 2>&1)"
like "docker events: filters and formats" '^create .*start .*die ' "$(d events --since 10m --until 0s --filter container=wrote --format '{{.Action}}' | tr '\n' ' ')"

echo "volumes, networks, and what a single host has none of"
t 0 '^v1$' volume create --label a=b v1
t 0 'v1' volume ls --filter label=a=b
t 0 '^v1$' volume ls -q --filter name=v1
t 0 'local' volume inspect -f '{{.Driver}}' v1
t 1 'no such volume' volume rm named nothing
t 0 'v1' volume rm v1
t 0 '' volume rm -f nothing
t 0 'Total reclaimed' volume prune -f
t 0 'bridge' network ls --no-trunc
t 0 'host' network ls -q --filter driver=host --format '{{.Name}}'
t 0 'bridge' network inspect -f '{{.Driver}}' bridge
t 1 'not found' network inspect nothing
t 1 'pre-defined|predefined' network rm bridge
t 1 'not a swarm manager' node ls
t 1 'not a swarm manager' service ls
t 1 'not a swarm manager' secret ls
t 1 'not part of a swarm' swarm leave
t 0 'NAME' plugin ls
t 1 'not found' plugin inspect nothing

echo "the end"
t 0 'reclaimed' container prune -f --filter label=nothing
t 0 'hall' rm -f -v hall
t 0 'Total reclaimed' system prune -f
t 0 '' rm -f $(d ps -aq)
t 0 'Deleted: sha256' rmi --no-prune kept:1
d import "$state/root.tar" >/dev/null
nameless() { curl -sg --unix-socket "$socket" "http://ondol/v$1/images/json?filters={\"dangling\":[\"true\"]}"; }
like "an image without a name, before API 1.43" '"RepoTags":\["<none>:<none>"\],"RepoDigests":\["<none>@<none>"\]' "$(nameless 1.42)"
like "and since" '"RepoTags":\[\],"RepoDigests":\[\]' "$(nameless 1.43)"
t 0 'Total reclaimed' system prune -a -f --volumes
sleep 1 # until when events are asked for is a whole second
equal "docker events: what was pruned" "builder container image network volume " "$(d events --since 10m --until 0s --filter event=prune --format '{{.Type}}' | sort -u | tr '\n' ' ')"
t 0 '^$' ps -aq

echo "ondol: completion and plugins"
holds "ondol __complete: verbs" "$(o __complete con)" $'container\ncontext'
holds "ondol __complete: flags" "$(o __complete run --rm --net)" --network
for shell in bash zsh fish; do holds "ondol completion $shell" "$(o completion $shell)" __complete; done
bash -c "PATH=$top:\$PATH; source <(ondol completion bash); COMP_WORDS=(ondol vol) COMP_CWORD=1; _ondol; [[ \${COMPREPLY[*]} == volume ]]" && ok "ondol completion bash: works in bash" || bad "ondol completion bash: does not complete"
mkdir -p "$DOCKER_CONFIG/cli-plugins"
printf '#!/bin/sh\necho "$1 $2 at $DOCKER_HOST"; kill -s QUIT $$; exit 7\n' >"$DOCKER_CONFIG/cli-plugins/docker-compose"
chmod +x "$DOCKER_CONFIG/cli-plugins/docker-compose"
holds "ondol compose: the plugin gets the words and the engine" "$(o compose --ansi 2>&1)" "compose --ansi at $DOCKER_HOST"
exits "ondol buildx: a plugin that is not there" 1 o buildx ls
finish
