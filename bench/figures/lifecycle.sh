# The whole life of a container through the Java API, beside the kernel alone (bench/limit.c) and crun. For bench/run.
figure lifecycle

lifecycle() {
  gcc -O2 -o "$state/limit" "$top/bench/limit.c"
  mkdir -p "$state/scratch" "$state/bundle"
  local java=("$java_home/bin/java" -XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ondol.linux
    -p "$lib" --add-modules ondol.engine "$top/bench/Lifecycle.java" "$state/api" "$root")
  local limit=("$state/limit" "$root" "$state/scratch" 20) crun=() round network line
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
  coproc API { exec "${java[@]}" 2>"$state/api.log"; }
  local api_in=${API[1]} api_out=${API[0]} api=$API_PID
  api() { # NETWORK TIMES FILE
    echo "$1 $2" >&"$api_in" || true
    while IFS= read -r -u "$api_out" line && [[ -n $line ]]; do echo "$line"; done >>"$3"
  }
  api host 1500 /dev/null # until the compiler is done
  api none 500 /dev/null
  [[ -d /proc/$api ]] || { cat "$state/api.log" >&2; return 1; }
  for ((round = 0; round < rounds; round++)); do
    for network in host none; do
      api $network 20 "$state/api-$network"
      if [[ $network = host ]]; then "${limit[@]}" nonet; else "${limit[@]}" net; fi >>"$state/limit-$network"
      rm -rf "$state/scratch"/limit-*
      [[ -z ${crun[*]} ]] || "${crun[@]}" $network >>"$state/crun-$network"
    done
  done
  eval "exec $api_in>&-"
  wait "$api" || true
  shown "${java[@]}"; shown "${limit[@]} nonet|net"; [[ -z ${crun[*]} ]] || shown "${crun[@]} host|none"
  ratio "API / limit, no network" api-host limit-host 2.5
  ratio "API / limit, its own network" api-none limit-none ""
  [[ -z ${crun[*]} ]] || ratio "API / crun run, no network" api-host crun-host 0.5
  [[ -z ${crun[*]} ]] || ratio "API / crun run, its own network" api-none crun-none 0.5
}
