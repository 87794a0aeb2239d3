# What the engine and idle containers keep in memory. For bench/run.
figure memory

# Proportional memory in KiB. Of an engine: its processes, not those in containers (which have a pid namespace of theirs).
pss() { # PATTERN: of processes in this pid namespace whose name, executable or command line matches
  local process space total=0 kib
  space=$(readlink /proc/self/ns/pid)
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/ns/pid") == "$space" ]] || continue
    { read -r name <"$process/comm" && mapfile -d '' -t line <"$process/cmdline"; } 2>/dev/null || continue
    [[ "$name $(readlink "$process/exe") ${line[*]}" =~ $1 ]] || continue
    kib=$(awk '/^Pss:/ {print $2}' "$process/smaps_rollup" 2>/dev/null) || continue
    total=$((total + ${kib:-0}))
  done
  echo $total
}
our_pss() { pss "java .* daemon .*$state|$state/.*keeper"; }
their_pss() { pss '^(dockerd|containerd|containerd-shim)'; }
memory() {
  local idle full i idle_theirs full_theirs count=${CONTAINERS:-200}
  our_engine
  sleep 5
  idle=$(our_pss)
  for ((i = 0; i < count; i++)); do docker -H "$ours" run -d --network none --label ondol-bench ondol-bench sleep 10000 >/dev/null; done
  sleep 5
  full=$(our_pss)
  shown "docker -H $ours run -d --network none ondol-bench sleep 10000   ($count times; sum of Pss in /proc/PID/smaps_rollup)"
  printf '%-34s %d KiB; each of %d idle containers %d KiB (at most 150)\n' "Ondol: engine and keeper, idle" "$idle" "$count" $(((full - idle) / count))
  docker -H "$ours" rm -f $(docker -H "$ours" ps -aq) >/dev/null
  their_engine memory || return 0
  sleep 5
  idle_theirs=$(their_pss)
  for ((i = 0; i < count; i++)); do docker -H $theirs run -d --network none --label ondol-bench ondol-bench sleep 10000 >/dev/null; done
  sleep 5
  full_theirs=$(their_pss)
  printf '%-34s %d KiB; each of %d idle containers %d KiB\n' "dockerd and containerd, idle" "$idle_theirs" "$count" $(((full_theirs - idle_theirs) / count))
  awk -v a="$idle" -v b="$idle_theirs" 'BEGIN {printf "%-34s %5.2fx   %s\n", "idle / dockerd and containerd", a / b, a <= b ? "within 1x" : "ABOVE 1x"}'
}
