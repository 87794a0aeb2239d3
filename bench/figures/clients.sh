# Clients that others wrote, beside the same against Docker's engine. For bench/run.
figure docker-run-d docker-ps compose testcontainers start-rate

both_engines() { our_engine; their_engine "$1"; } # false, with a word, where there are no peers

docker_run_d() {
  local host
  both_engines docker-run-d || return 0
  detached_on_ondol=(docker -H "$ours" run -d --label ondol-bench ondol-bench sleep 10000)
  detached_on_dockerd=(docker -H $theirs run -d --label ondol-bench ondol-bench sleep 10000)
  in_turn detached_on_ondol detached_on_dockerd
  shown "${detached_on_ondol[@]}"; shown "${detached_on_dockerd[@]}"
  ratio "docker run -d" detached_on_ondol detached_on_dockerd 0.2
  for host in "$ours" $theirs; do end_benched "$host"; done
}

docker_ps() { # with many containers that run
  local host count=${CONTAINERS:-200}
  both_engines docker-ps || return 0
  for host in "$ours" $theirs; do sleepers "$host" "$count"; done
  ps_on_ondol=(docker -H "$ours" ps)
  ps_on_dockerd=(docker -H $theirs ps)
  in_turn ps_on_ondol ps_on_dockerd
  shown "${ps_on_ondol[@]}   ($count containers)"; shown "${ps_on_dockerd[@]}"
  ratio "docker ps" ps_on_ondol ps_on_dockerd 1.0
  for host in "$ours" $theirs; do end_benched "$host"; done
}

start_rate() { # the time of each start of many, one after another, that all go on running
  local host i side count=${CONTAINERS:-200} early late
  our_engine
  local sides=(starts_on_ondol)
  ! their_engine start-rate || sides+=(starts_on_dockerd)
  for side in "${sides[@]}"; do
    host=$ours
    [[ $side = starts_on_ondol ]] || host=$theirs
    : >"$state/$side"
    for ((i = 0; i < count; i++)); do once "$state/$side" docker -H "$host" run -d --label ondol-bench ondol-bench sleep 10000; done
    end_benched "$host"
  done
  shown "docker -H $ours run -d ondol-bench sleep 10000   ($count times)"
  # of five starts around the 10th and of the last five: one alone says little
  early=$(sed -n 8,12p "$state/starts_on_ondol" | sort -n | sed -n 3p)
  late=$(tail -n 5 "$state/starts_on_ondol" | sort -n | sed -n 3p)
  awk -v a="$late" -v b="$early" -v n="$count" 'BEGIN {
    printf "%-34s %5.2fx   %.2f ms, the 10th %.2f ms   %s\n", "start number " n " / the 10th", a / b, a / 1000, b / 1000, (a <= 1.3 * b ? "within 1.3x" : "ABOVE 1.3x") }'
  [[ ${#sides[@]} = 2 ]] || return 0
  shown "docker -H $theirs run -d ondol-bench sleep 10000   ($count times)"
  awk -v n="$count" 'FNR == NR {a += $1; next} {b += $1} END {
    printf "%-34s %5.2fx   %.1f/s, dockerd %.1f/s   %s\n", "starts in a second, to dockerd", b / a, n / a * 1e6, n / b * 1e6, (b >= 5 * a ? "at least 5x" : "BELOW 5x") }' \
    "$state/starts_on_ondol" "$state/starts_on_dockerd"
}

compose() { # a stack of four services that wait for each other's health
  # not local: what ends the stack wants it when all is over
  plugin=$("$top/tools/compose-plugin") || { echo "compose: left out, no docker compose"; return 0; }
  both_engines compose || return 0
  mkdir -p "$state/stack"
  cat >"$state/stack/compose.yml" <<'YAML'
x-common: &common
  image: ondol-bench
  command: sh -c 'trap exit TERM; while :; do sleep 0.05; done'
services:
  db:
    <<: *common
    healthcheck: {test: [CMD, "true"], interval: 100ms, timeout: 2s, retries: 20}
    volumes: [data:/data]
    networks: [back]
  cache: {<<: *common, networks: [back]}
  app:
    <<: *common
    healthcheck: {test: [CMD, "true"], interval: 100ms, timeout: 2s, retries: 20}
    networks: [front, back]
    depends_on: {db: {condition: service_healthy}, cache: {condition: service_started}}
  web: {<<: *common, networks: [front], depends_on: {app: {condition: service_healthy}}}
networks: {front: {}, back: {}}
volumes: {data: {}}
YAML
  at_end "stack $theirs down -v -t 1"
  stack() { DOCKER_HOST=$1 "$plugin" -p ondol-bench -f "$state/stack/compose.yml" "${@:2}" 2>/dev/null; }
  up_and_down() { stack "$1" up -d --wait && stack "$1" down -v -t 5; }
  local host round
  for ((round = 0; round <= rounds; round++)); do # the first turn does not count
    for host in "$ours" $theirs; do
      local side=compose_on_ondol
      [[ $host = "$ours" ]] || side=compose_on_dockerd
      if ((round == 0)); then up_and_down "$host" >/dev/null </dev/null; else once "$state/$side" up_and_down "$host"; fi
    done
  done
  shown "DOCKER_HOST=$ours docker-compose up -d --wait; docker-compose down -v"; shown "DOCKER_HOST=$theirs …"
  ratio "compose up and down" compose_on_ondol compose_on_dockerd 0.3
}

testcontainers() { # what a test class does: start with a mapped port, wait for a line, execute, stop; clients/…/StartUseStop
  local host round path=$top/clients/target/bench-classpath each=4
  both_engines testcontainers || return 0
  "$top/mvnw" -q -B -f "$top/pom.xml" -Dquick -pl clients -am test-compile dependency:build-classpath -Dmdep.outputFile="$path" >"$state/maven.log" 2>&1 ||
    { echo "testcontainers: left out, the module clients does not build"; return 0; }
  path=$(tr ':' '\n' <"$path" | grep -v '/target/classes$' | paste -sd:)
  uses() { # HOST: the microseconds of a few turns, in a JVM that has had one
    env DOCKER_HOST="$1" TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_CHECKS_DISABLE=true TESTCONTAINERS_TINYIMAGE_CONTAINER_IMAGE=ondol-bench \
      "$JAVA_HOME/bin/java" -XX:+UseSerialGC -cp "$top/clients/target/test-classes:$path" ondol.clients.StartUseStop ondol-bench $each 2>>"$state/testcontainers.log" </dev/null
  }
  for ((round = 0; round < rounds; round += each)); do
    for host in "$ours" $theirs; do
      local side=testcontainers_on_ondol
      [[ $host = "$ours" ]] || side=testcontainers_on_dockerd
      uses "$host" >>"$state/$side" || { tail -n 5 "$state/testcontainers.log" >&2; return 1; }
    done
  done
  shown "DOCKER_HOST=$ours java ondol.clients.StartUseStop ondol-bench $each"; shown "DOCKER_HOST=$theirs …"
  ratio "testcontainers: start, use, stop" testcontainers_on_ondol testcontainers_on_dockerd 0.3
}
