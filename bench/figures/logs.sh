# Output: how fast a container gets rid of it, and how fast it is read back. Each engine with its own default driver, and
# room for all of it.
figure logs-write logs-read

bench_lines() { # 200 MB of lines of 70 bytes, once
  [[ -s $state/lines ]] || yes "$(printf '%069d' 7)" | head -n 3000000 | head -c 210000000 >"$state/lines" || true
}
write_lines() { # HOST NAME
  docker -H "$1" rm -f "$2" >/dev/null 2>&1 || true
  docker -H "$1" run -d --name "$2" --label ondol-bench --network none --log-opt max-size=1g -v "$state/lines:/lines:ro" \
    ondol-bench cat /lines >/dev/null
  docker -H "$1" wait "$2" >/dev/null
}
logs_ready() {
  our_engine
  bench_lines
  their_engine "$1"
}

logs_write() {
  local rounds=$((rounds < 5 ? rounds : 5))
  logs_ready logs-write || return 0
  written_on_ondol=(write_lines "$ours" ondol-bench-lines)
  written_on_dockerd=(write_lines $theirs ondol-bench-lines)
  in_turn written_on_ondol written_on_dockerd
  shown docker run -d --log-opt max-size=1g -v "$state/lines:/lines:ro" ondol-bench cat /lines, docker wait
  ratio "200 MB written" written_on_ondol written_on_dockerd 0.2
}

logs_read() {
  local rounds=$((rounds < 5 ? rounds : 5)) host
  logs_ready logs-read || return 0
  for host in "$ours" $theirs; do write_lines "$host" ondol-bench-lines; done
  read_on_ondol=(docker -H "$ours" logs ondol-bench-lines)
  read_on_dockerd=(docker -H $theirs logs ondol-bench-lines)
  in_turn read_on_ondol read_on_dockerd
  shown "${read_on_ondol[@]}"; shown "${read_on_dockerd[@]}"
  ratio "200 MB read with docker logs" read_on_ondol read_on_dockerd 0.2
}
