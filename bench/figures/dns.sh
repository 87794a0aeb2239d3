# Names inside a network, as a container asks for them (bench/lookups.c): how many a second, and how late at a steady rate.
# For bench/run.
figure dns

dns() {
  local round seconds=${SECONDS_EACH:-3}
  our_engine
  gcc -O2 -static -o "$root/bin/lookups" "$top/bench/lookups.c"
  tar -C "$root" -c . | docker -H "$ours" import - ondol-bench-dns >/dev/null
  docker -H "$ours" network create ondol-bench >/dev/null
  at_end docker -H "$ours" network rm ondol-bench
  at_end docker -H "$ours" rm -f asks db
  docker -H "$ours" run -d --name db --network ondol-bench --network-alias data ondol-bench-dns sleep 10000 >/dev/null
  docker -H "$ours" run -d --name asks --network ondol-bench ondol-bench-dns sleep 10000 >/dev/null
  flood=(docker -H "$ours" exec asks lookups 127.0.0.11 db flood "$seconds" 32)
  pace=(docker -H "$ours" exec asks lookups 127.0.0.11 db pace "$seconds" 1000)
  "${flood[@]}" >/dev/null # until the compiler is done
  "${flood[@]}" >/dev/null
  for ((round = 0; round < 5; round++)); do
    "${flood[@]}" >>"$state/flood"
    "${pace[@]}" >>"$state/pace"
  done
  shown "${flood[@]}"; shown "${pace[@]}"
  cut -d' ' -f1 "$state/pace" >"$state/pace-median"
  cut -d' ' -f2 "$state/pace" >"$state/pace-99"
  awk -v n="$(median "$state/flood")" 'BEGIN {printf "%-34s %d a second   %s\n", "lookups", n, (n >= 20000 ? "at least 20000" : "BELOW 20000")}'
  awk -v m="$(median "$state/pace-median")" -v p="$(median "$state/pace-99")" 'BEGIN {
    printf "%-34s %d µs, 99 %% %d µs   %s\n", "a lookup, at 1000 a second", m, p, (p <= 1000 ? "within 1 ms" : "ABOVE 1 ms")}'
}
