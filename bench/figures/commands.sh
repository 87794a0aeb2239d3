# Commands, as people type them, beside the same against Docker's engine. For bench/run.
figure docker-run docker-run-bridge docker-exec ondol-run start

docker_run() {
  our_engine
  docker_on_ondol=(docker -H "$ours" run --rm --network none ondol-bench true)
  docker_on_dockerd=(docker -H $theirs run --rm --network none ondol-bench true)
  their_engine docker-run || return 0
  in_turn docker_on_ondol docker_on_dockerd
  shown "${docker_on_ondol[@]}"; shown "${docker_on_dockerd[@]}"
  ratio "docker run" docker_on_ondol docker_on_dockerd 0.25
}

docker_run_bridge() { # on each engine's default network
  our_engine
  bridge_on_ondol=(docker -H "$ours" run --rm ondol-bench true)
  bridge_on_dockerd=(docker -H $theirs run --rm ondol-bench true)
  their_engine docker-run-bridge || return 0
  in_turn bridge_on_ondol bridge_on_dockerd
  shown "${bridge_on_ondol[@]}"; shown "${bridge_on_dockerd[@]}"
  ratio "docker run, default network" bridge_on_ondol bridge_on_dockerd 0.2
}

docker_exec() {
  local host
  our_engine
  their_engine docker-exec || return 0
  for host in "$ours" $theirs; do docker -H "$host" run -d --name ondol-bench --label ondol-bench --network none ondol-bench sleep 10000 >/dev/null; done
  exec_on_ondol=(docker -H "$ours" exec ondol-bench true)
  exec_on_dockerd=(docker -H $theirs exec ondol-bench true)
  # what the command takes by itself: the same words, to a program that answers at once and does nothing
  gcc -O2 -o "$state/answers" "$top/bench/answers.c"
  "$state/answers" "$state/answers.sock" &
  servers+=($!)
  exec_on_nothing=(docker -H "unix://$state/answers.sock" exec ondol-bench true)
  sleep 0.2
  in_turn exec_on_ondol exec_on_dockerd exec_on_nothing
  shown "${exec_on_ondol[@]}"; shown "${exec_on_dockerd[@]}"
  ratio "docker exec" exec_on_ondol exec_on_dockerd 0.5
  ratio "docker exec, the command alone" exec_on_nothing exec_on_dockerd ""
  for host in "$ours" $theirs; do docker -H "$host" rm -f ondol-bench >/dev/null; done
}

ondol_run() {
  our_engine
  their_engine ondol-run || return 0
  ondol_command=("$top/ondol" --host "$ours" run --rm --network none ondol-bench true)
  docker_command=(docker -H $theirs run --rm --network none ondol-bench true)
  in_turn ondol_command docker_command
  shown "${ondol_command[@]}"; shown "${docker_command[@]}"
  ratio "ondol run / docker run" ondol_command docker_command 0.5
}

start() { # how long the command takes to do nothing, beside the JVM's own start
  our_engine
  ondol_version=("$top/ondol" --host "$ours" version)
  docker_version=(docker -H "$ours" version)
  in_turn ondol_version docker_version
  shown "${ondol_version[@]}"; shown "${docker_version[@]}"
  ratio "ondol version / docker version" ondol_version docker_version ""
}
