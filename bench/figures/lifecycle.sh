# The whole life of a container through the Java API, beside the kernel alone (bench/limit.c) and crun; and what of it is the
# network's. For bench/run.
figure lifecycle net-start

api_start() { # the Java API and the kernel alone, both ready: api, and the arrays java and limit
  gcc -O2 -o "$state/limit" "$top/bench/limit.c"
  mkdir -p "$state/scratch"
  java=("$java_home/bin/java" -XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ondol.linux
    -p "$lib" --add-modules ondol.engine "$top/bench/Lifecycle.java" "$state/api" "$root")
  limit=("$state/limit" "$root" "$state/scratch" 20)
  coproc API { exec "${java[@]}" 2>"$state/api.log"; }
  api_in=${API[1]} api_out=${API[0]} api=$API_PID
}
api() { # NETWORK TIMES FILE: microseconds of that many containers
  local line
  echo "$1 $2" >&"$api_in" || true
  while IFS= read -r -u "$api_out" line && [[ -n $line ]]; do echo "$line"; done >>"$3"
}
api_warm() { # NETWORK TIMES ...: until the compiler is done
  while (($# > 0)); do api "$1" "$2" /dev/null; shift 2; done
  [[ -d /proc/$api ]] || { cat "$state/api.log" >&2; return 1; }
}
alone() { # net|nonet FILE: the kernel alone, 20 times
  "${limit[@]}" "$1" >>"$2"
  rm -rf "$state/scratch"/limit-*
}
api_end() {
  eval "exec $api_in>&-"
  wait "$api" || true
}

net_start() {
  local round
  api_start
  api_warm host "${WARM:-1500}" bridge "${WARM:-1500}"
  for ((round = 0; round < rounds; round++)); do
    api host 20 "$state/start-host"; api bridge 20 "$state/start-bridge"
    alone nonet "$state/kernel-nonet"; alone net "$state/kernel-net"
  done
  api_end
  shown "${java[@]}"; shown "${limit[@]} nonet|net"
  awk -v host="$(median "$state/start-host")" -v bridge="$(median "$state/start-bridge")" \
    -v nonet="$(median "$state/kernel-nonet")" -v net="$(median "$state/kernel-net")" 'BEGIN {
    added = bridge - host; limit = net - nonet + 1500
    printf "%-34s %5.2f ms   (%.2f - %.2f), kernel alone %.2f ms (%.2f - %.2f)   %s %.2f ms\n", "what a bridge network adds", added / 1000, bridge / 1000,
      host / 1000, (net - nonet) / 1000, net / 1000, nonet / 1000, (added <= limit ? "within" : "ABOVE"), limit / 1000 }'
}

lifecycle() {
  local crun=() round network
  api_start
  mkdir -p "$state/bundle"
  if [[ -n $peers ]]; then crun=("$peers" run bash "$state/crun-loop" "$state/bundle" 20); else echo "crun: left out, no peers"; fi
  cat >"$state/crun-loop" <<'LOOP'
cd "$1" && rm -f config.json && crun spec
jq --arg network "$3" '.process.terminal = false | .process.args = ["/bin/true"] | .root.path = "../root"
  | if $network == "host" then del(.linux.namespaces[] | select(.type == "network")) else . end' config.json >config.new
mv config.new config.json
for ((i = 0; i < $2; i++)); do
  begun=${EPOCHREALTIME/[.,]/}
  crun run ondol-bench-$$-$i </dev/null || exit
  ended=${EPOCHREALTIME/[.,]/}
  echo $((ended - begun))
done
LOOP
  api_warm host "${WARM:-1500}" none 500
  for ((round = 0; round < rounds; round++)); do
    for network in host none; do
      api $network 20 "$state/api-$network"
      if [[ $network = host ]]; then alone nonet "$state/limit-host"; else alone net "$state/limit-none"; fi
      [[ -z ${crun[*]} ]] || "${crun[@]}" $network >>"$state/crun-$network"
    done
  done
  api_end
  shown "${java[@]}"; shown "${limit[@]} nonet|net"; [[ -z ${crun[*]} ]] || shown "${crun[@]} host|none"
  ratio "API / limit, no network" api-host limit-host 2.5
  ratio "API / limit, its own network" api-none limit-none ""
  [[ -z ${crun[*]} ]] || ratio "API / crun run, no network" api-host crun-host 0.5
  [[ -z ${crun[*]} ]] || ratio "API / crun run, its own network" api-none crun-none 0.5
}
