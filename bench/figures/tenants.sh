# Tenants' shares, what a tenant's misbehaviour costs the others, and what the meter costs and whether it is exact.
figure tenant-shares tenant-noise meter-cost meter-exact

tenants_image=
tenants_ready() { # an engine and an image of busybox with all that the figures need
  our_engine
  [[ -z $tenants_image ]] || return 0
  tenants_image=tenants
  for applet in head sha256sum seq tail dd; do ln -sf busybox "$root/bin/$applet"; done
  o init "$root" $tenants_image >/dev/null
}
o() { "$top/ondol" --host "$ours" "$@"; }
cpu_of() { o meter "$1" --format csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "cpu_s") c = i } NR > 1 { s += $c } END { printf "%.9f", s }'; }
tenants_gone() { local t; for t; do o tenant rm -f "$t" >/dev/null 2>&1 || true; done; }

# shares WEIGHT...: tenants that all burn on all processors, with a container for each processor, for ten seconds; four
# processes in each, since the fewer there are, the less evenly can the kernel spread them over processors
shares() {
  local weights=("$@") i names=() before=() after=() sum=0 total=0
  for ((i = 0; i < $#; i++)); do
    names+=("share$i")
    o tenant create "share$i" --cpu-weight "${weights[i]}" >/dev/null
    for _ in $(seq "$(nproc)"); do o run -d --tenant "share$i" --network none $tenants_image sh -c 'for i in 1 2 3 4; do (while :; do :; done) & done; wait' >/dev/null; done
    sum=$((sum + weights[i]))
  done
  sleep 1
  for i in "${!names[@]}"; do before[i]=$(cpu_of "${names[i]}"); done
  sleep "${SHARES_SECONDS:-10}"
  for i in "${!names[@]}"; do after[i]=$(cpu_of "${names[i]}"); done
  for i in "${!names[@]}"; do echo "${weights[i]} ${before[i]} ${after[i]}"; done | awk -v sum=$sum '
    { w[NR] = $1; used[NR] = $3 - $2; total += used[NR] }
    END { for (i = 1; i <= NR; i++) { got = used[i] / total; due = w[i] / sum; off = (got / due - 1) * 100
      printf "weight %4d of %d            %5.1f %% of the processors, due %5.1f %%, off by %+.1f %%   %s\n", w[i], sum, got * 100, due * 100, off, (off < 5 && off > -5 ? "within 5 %" : "ABOVE 5 %") } }'
  tenants_gone "${names[@]}"
}
tenant_shares() { tenants_ready; shares 100 100 100; shares 100 200 400; }

# noise_rate: how often ann and ben count in a thousand seconds; they add a byte to a file each time
noise_rate() {
  local before begun
  before=$(cat "$state"/count/{ann,ben} | wc -c) begun=${EPOCHREALTIME/[.,]/}
  sleep "${NOISE_SECONDS:-5}"
  echo $((($(cat "$state"/count/{ann,ben} | wc -c) - before) * 1000000000 / (${EPOCHREALTIME/[.,]/} - begun)))
}
tenant_noise() { # alone and beside, in turn, three times each or as ROUNDS says if that is less
  tenants_ready
  local good='for i in 1 2 3 4; do (while :; do head -c 400000 /dev/zero | sha256sum >/dev/null; echo >>/count/$0; done) & done; wait' kind t turn turns
  mkdir -p "$state/count"
  turns=$((rounds < 3 ? rounds : 3))
  for t in ann ben cho; do
    : >"$state/count/$t"
    o tenant create $t --memory 64m --pids 60 >/dev/null
    o run -d --name $t --tenant $t --network none -v "$state/count:/count" $tenants_image sh -c "$good" $t >/dev/null
  done
  sleep 1
  for kind in 'while :; do :; done & while :; do :; done' \
    'while :; do (x=0123456789abcdef; for i in $(seq 25); do x=$x$x; done); done' \
    'for i in $(seq 200); do (while :; do (:) & (:) & wait; done) & done; wait'; do
    : >"$state/alone"; : >"$state/beside"
    for ((turn = 0; turn < turns; turn++)); do
      noise_rate >>"$state/alone"
      o run -d --name noise --tenant cho --network none $tenants_image sh -c "$kind" >/dev/null
      sleep 1
      noise_rate >>"$state/beside"
      o rm -f noise >/dev/null
    done
    awk -v a="$(median "$state/alone")" -v b="$(median "$state/beside")" -v k="${kind:0:24}" 'BEGIN {
      c = a > 0 ? (1 - b / a) * 100 : 100
      printf "%-26s costs the others %5.1f %%   %.1f a second instead of %.1f   %s\n", k, c, b / 1000, a / 1000, c <= 5 ? "within 5 %" : "ABOVE 5 %" }'
  done
  tenants_gone ann ben cho
}

meter_cost() { # processor time of the thread that looks, beside 1,000 containers: two of its minutes, whenever they begin
  tenants_ready
  local count=${METER_CONTAINERS:-1000} thread= t begun=$SECONDS used from spent
  idle_containers "$count" $tenants_image
  echo "  $count containers made and started in $((SECONDS - begun)) s"
  for t in /proc/$engine/task/*; do [[ $(<"$t/comm") != ondol-meter ]] || thread=$t; done
  used=$(cut -d' ' -f1 "$thread/schedstat") from=${EPOCHREALTIME/[.,]/}
  sleep "${METER_SECONDS:-120}"
  used=$(($(cut -d' ' -f1 "$thread/schedstat") - used)) spent=$((${EPOCHREALTIME/[.,]/} - from))
  awk -v used=$used -v s=$spent -v n="$count" 'BEGIN {
    p = used / s / 10; printf "metering %d containers       %.2f %% of one processor   %s\n", n, p, p <= 1 ? "within 1 %" : "ABOVE 1 %" }'
  docker -H "$ours" ps -q | xargs docker -H "$ours" rm -f >/dev/null
}

meter_exact() { # against the tenant's group, whose counter in the unified hierarchy keeps what its children used
  tenants_ready
  local i group kernel metered
  o tenant create exact >/dev/null
  o run -d --name holder --tenant exact --network none $tenants_image sleep 3600 >/dev/null
  for ((i = 0; i < rounds; i++)); do o run --rm --tenant exact --network none $tenants_image sh -c "n=0; while [ \$n -lt $((i * 500)) ]; do n=\$((n + 1)); done"; done
  group=$(find /sys/fs/cgroup -maxdepth 4 -type d -path '*tenant-exact' -exec test -e {}/cgroup.events \; -print -quit)
  kernel=$(awk '$1 == "usage_usec" { print $2 }' "$group/cpu.stat")
  metered=$(cpu_of exact)
  awk -v k="$kernel" -v m="$metered" -v n=$((rounds + 2)) 'BEGIN { off = m * 1e6 - k
    printf "%d ended containers          kernel %.6f s, meter %.6f s, off by %+.0f µs   %s\n", n - 2, k / 1e6, m, off, (off <= n && off >= -n ? "exact (the kernel cuts each group to microseconds)" : "NOT exact") }'
  o rm -f holder >/dev/null
  tenants_gone exact
}
