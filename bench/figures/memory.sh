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
settled() { sleep 15; } # what was used for a moment only has been given back (TrimNativeHeapInterval in tools/rehearse.sh)
# engine_memory HOST PSS: sets cold, warm and full. An engine that has never worked grows with its first containers (compiled
# code, threads, the heap), and stays like that when they have gone: that is the engine's, not theirs. So one that has made
# and removed half as many before is compared with itself.
engine_memory() {
  settled
  cold=$($2)
  sleepers "$1" $((count / 2))
  end_benched "$1"
  settled
  warm=$($2)
  sleepers "$1" "$count"
  settled
  full=$($2)
  end_benched "$1"
}
memory() {
  local cold warm full idle count=${CONTAINERS:-200}
  if [[ -n $engine ]]; then kill $engine && wait $engine || true; engine=; fi # other figures' work is not to be counted
  our_engine
  shown "docker -H $ours run -d --network none ondol-bench sleep 10000   ($count times; sum of Pss in /proc/PID/smaps_rollup)"
  engine_memory "$ours" our_pss
  printf '%-34s %d KiB, %d KiB once it has worked; each of %d idle containers %d KiB (at most 150)\n' "Ondol: engine and keeper, idle" "$cold" "$warm" "$count" $(((full - warm) / count))
  idle=$cold
  their_engine memory || return 0
  engine_memory $theirs their_pss
  printf '%-34s %d KiB, %d KiB once they have worked; each of %d idle containers %d KiB\n' "dockerd and containerd, idle" "$cold" "$warm" "$count" $(((full - warm) / count))
  awk -v a="$idle" -v b="$cold" 'BEGIN {printf "%-34s %5.2fx   %s\n", "idle / dockerd and containerd", a / b, a <= b ? "within 1x" : "ABOVE 1x"}'
}
