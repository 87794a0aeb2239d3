# From a registry and to one, beside Docker's engine and podman. For bench/run.
figure pull push

big=127.0.0.1:5057/ondol-bench-big
big_image() { # four layers of this machine's programs and libraries, 310 MB (LAYER_MB) each, in a registry, and nowhere else
  local number
  [[ ! -d $state/source ]] || return 0
  command -v docker-registry >/dev/null || { echo "$1: left out, needs docker-registry (Debian package of that name)"; return 1; }
  our_engine
  their_engine "$1" || return 1
  at_end docker -H $theirs rmi -f $big
  registry source 5057
  mkdir "$state/context"
  find /usr -xdev -type f -size -40M -printf '%s %P\n' 2>/dev/null | sort -k2 |
    awk -v to="$state/context/list" -v each=$((${LAYER_MB:-310} * 1000000)) '{sum += $1; n = int(sum / each) + 1; if (n > 4) exit; $1 = ""; print substr($0, 2) > (to n)}'
  : >"$state/context/Dockerfile"
  echo 'FROM scratch' >"$state/context/Dockerfile"
  for number in 1 2 3 4; do
    tar -C /usr -c -T "$state/context/list$number" >"$state/context/$number.tar"
    echo "ADD $number.tar /usr/" >>"$state/context/Dockerfile"
  done
  DOCKER_BUILDKIT=0 docker -H $theirs build -q -t $big "$state/context" 2>/dev/null
  docker -H $theirs push -q $big
  docker -H $theirs rmi $big >/dev/null
  docker -H $theirs image prune -f >/dev/null
  rm -rf "$state/context"
}

pull() {
  local round before times=${PULLS:-3}
  big_image pull || return 0
  pull_on_ondol=(docker -H "$ours" pull -q $big)
  pull_on_dockerd=(docker -H $theirs pull -q $big)
  before=$(awk '/^VmRSS/ {print $2}' "/proc/$engine/status")
  pull_by_podman=("$peers" run podman --root "$state/podman" pull -q --tls-verify=false $big)
  for ((round = 0; round < times; round++)); do
    sync; once "$state/pull_on_ondol" "${pull_on_ondol[@]}"
    ((round == times - 1)) || docker -H "$ours" rmi $big >/dev/null
    sync; once "$state/pull_on_dockerd" "${pull_on_dockerd[@]}"
    ((round == times - 1)) || docker -H $theirs rmi $big >/dev/null
    sync; once "$state/pull_by_podman" "${pull_by_podman[@]}"
    "$peers" run podman --root "$state/podman" rmi -af >/dev/null
  done
  pull_what_is_here=("${pull_on_ondol[@]}")
  for ((round = 0; round < rounds; round++)); do once "$state/pull_what_is_here" "${pull_what_is_here[@]}"; done
  shown "${pull_on_ondol[@]}"; shown "${pull_on_dockerd[@]}"; shown "${pull_by_podman[@]}"
  printf '%-34s %s MB in the registry\n' "image" "$(du -sm "$state/source" | cut -f1)"
  ratio "pull / docker" pull_on_ondol pull_on_dockerd 0.5
  ratio "pull / podman" pull_on_ondol pull_by_podman 0.5
  at_most "pull of what is here" pull_what_is_here 50
  printf '%-34s %d kB before, %d kB at most\n' "the engine's memory" "$before" "$(awk '/^VmHWM/ {print $2}' "/proc/$engine/status")"
}

push() {
  local round times=${PUSHES:-3} host port=5060
  big_image push || return 0
  for host in "$ours" $theirs; do docker -H "$host" pull -q $big >/dev/null; done
  for ((round = 0; round < times; round++)); do
    for host in "$ours" $theirs; do
      port=$((port + 1))
      registry target$port $port
      docker -H "$host" tag $big 127.0.0.1:$port/big
      sync
      if [[ $host = "$ours" ]]; then host_name=ondol; else host_name=dockerd; fi
      once "$state/push_on_$host_name" docker -H "$host" push -q 127.0.0.1:$port/big
      docker -H "$host" rmi 127.0.0.1:$port/big >/dev/null
      rm -rf "$state/target$port"
    done
  done
  docker -H $theirs rmi $big >/dev/null
  shown docker -H "$ours" push -q 127.0.0.1:PORT/big; shown docker -H $theirs push -q 127.0.0.1:PORT/big
  ratio "push / docker" push_on_ondol push_on_dockerd 0.7
}
