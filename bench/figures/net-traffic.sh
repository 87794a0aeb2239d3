# How much gets through Ondol's networks and how late, beside Docker's: from room to room, from room to host, and from the
# host's loopback to a published port, by iperf3 and by single bytes back and forth (bench/pingpong.c). For bench/run. Our
# side is a machine of its own, a network namespace: Docker's engine has all drop that it does not know itself and that is
# forwarded, also inside others' bridges, and leaves that behind when it ends.
figure net-throughput net-latency

traffic_sides=() # what there is to measure: ours, and theirs where there are peers

traffic_engine() { # on $traffic, in a network namespace whose commands begin with the array machine
  local try
  traffic=unix://$state/traffic.sock
  mkdir -p "$state/traffic"
  [[ -z ${BIG_TCP:-} ]] || echo '{"bigTcp": true}' >"$state/traffic/networks.json" # docs/networks.md, "How fast"
  setsid unshare -n sh -c 'ip link set lo up; exec "$0" "$@"' "$top/ondol" daemon --data-root "$state/traffic" \
    --exec-root "$state/traffic-exec" -H "$traffic" >"$state/traffic.log" 2>&1 </dev/null &
  servers+=($!)
  machine=(nsenter -t $! -n)
  for try in {1..100}; do docker -H "$traffic" version >/dev/null 2>&1 && break; sleep 0.1; done
}
traffic_image() { # on HOST: a container that runs what is asked for
  local host=$1
  tar -C "$root" -c . | docker -H "$host" import - ondol-bench-net >/dev/null
  at_end docker -H "$host" rmi -f ondol-bench-net
  docker -H "$host" network create ondol-bench-net >/dev/null
  at_end docker -H "$host" network rm ondol-bench-net
  at_end docker -H "$host" rm -f bench-server bench-client
}
traffic_ready() { # FIGURE: a server and a client on each engine; false where there is nothing to compare with
  local file
  command -v iperf3 >/dev/null || { echo "$1: left out, needs iperf3 (Debian package of that name)"; return 1; }
  ((${#traffic_sides[@]} == 0)) || return 0
  traffic_engine
  gcc -O2 -static -o "$root/bin/pingpong" "$top/bench/pingpong.c"
  # iperf3 is a dynamic program: what it needs comes along
  cp "$(command -v iperf3)" "$root/bin/iperf3"
  ldd "$(command -v iperf3)" | grep -o '/[^ ]*' | while read -r file; do mkdir -p "$root${file%/*}" && cp -L "$file" "$root$file"; done
  traffic_side ours "$traffic" 15201 15210 "${machine[@]}"
  traffic_sides=(ours)
  if their_engine "$1, Docker's side"; then traffic_side theirs $theirs 15202 15211 env; traffic_sides+=(theirs); fi
}
traffic_side() { # NAME HOST PORT PORT COMMAND...: where things are on one engine, in the map traffic_side_NAME
  local -gA "traffic_side_$1"
  local -n side=traffic_side_$1
  traffic_image "$2"
  docker -H "$2" run -d --name bench-server --network ondol-bench-net -p "127.0.0.1:$3:5201" -p "127.0.0.1:$4:5210" \
    --label ondol-bench ondol-bench-net sh -c 'pingpong serve 5210 & exec iperf3 -s' >/dev/null
  docker -H "$2" run -d --name bench-client --network ondol-bench-net --label ondol-bench ondol-bench-net sleep 100000 >/dev/null
  side[client]=$(docker -H "$2" inspect -f '{{.State.Pid}}' bench-client)
  side[server]=$(docker -H "$2" inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' bench-server)
  side[gateway]=$(docker -H "$2" inspect -f '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}' bench-server)
  side[port]=$3 side[ping]=$4 side[machine]=${*:5}
  "${@:5}" iperf3 -s -B "${side[gateway]}" -p 5299 >/dev/null 2>&1 &
  servers+=($!)
  "${@:5}" "$root/bin/pingpong" serve 5298 "${side[gateway]}" &
  servers+=($!)
  sleep 1
}
way() { # WAY SIDE: the words that begin a command in the right namespace, and to which address and ports
  local -n side=traffic_side_$2
  case $1 in
    room-to-room) from=(nsenter -t "${side[client]}" -n) to=${side[server]} port=5201 ping=5210 ;;
    room-to-host) from=(nsenter -t "${side[client]}" -n) to=${side[gateway]} port=5299 ping=5298 ;;
    host-to-port) from=(${side[machine]}) to=127.0.0.1 port=${side[port]} ping=${side[ping]} ;;
  esac
}

net_throughput() {
  local way side round seconds=${SECONDS_EACH:-3} got bound
  traffic_ready net-throughput || return 0
  for way in room-to-room room-to-host host-to-port; do
    for ((round = 0; round < ${TRAFFIC_ROUNDS:-5}; round++)); do
      for side in "${traffic_sides[@]}"; do
        way $way $side
        got=$("${from[@]}" iperf3 -c "$to" -p "$port" -t "$seconds" -f m | awk '/receiver/ {for (i = 1; i <= NF; i++) if ($i == "Mbits/sec") print $(i - 1)}')
        echo "$got" >>"$state/mbits-$way-$side"
      done
    done
    way $way ours
    shown "${from[@]} iperf3 -c $to -p $port -t $seconds"
    if [[ $way = host-to-port ]]; then bound=1.5; else bound=1.0; fi
    awk -v title="iperf3 $way" -v a="$(median "$state/mbits-$way-ours")" -v b="$( [[ ! -f $state/mbits-$way-theirs ]] || median "$state/mbits-$way-theirs")" -v bound=$bound 'BEGIN {
      if (b == "") printf "%-34s %.1f Gbit/s\n", title, a / 1000
      else printf "%-34s %5.2fx   ours %.1f Gbit/s, theirs %.1f   %s %sx\n", title, a / b, a / 1000, b / 1000, (a / b >= bound ? "at least" : "BELOW"), bound }'
  done
}

net_latency() {
  local way side round
  traffic_ready net-latency || return 0
  for way in room-to-room room-to-host host-to-port; do
    for ((round = 0; round < ${TRAFFIC_ROUNDS:-5}; round++)); do
      for side in "${traffic_sides[@]}"; do
        way $way $side
        "${from[@]}" "$root/bin/pingpong" ask "$ping" "$to" "${TRAFFIC_PINGS:-10000}" >>"$state/ping-$way-$side"
      done
    done
    way $way ours
    shown "${from[@]} pingpong ask $ping $to ${TRAFFIC_PINGS:-10000}"
    awk -v title="back and forth $way" -v a="$(median "$state/ping-$way-ours")" -v b="$( [[ ! -f $state/ping-$way-theirs ]] || median "$state/ping-$way-theirs")" \
      -v bound="$(if [[ $way = host-to-port ]]; then echo 0.67; else echo 1.0; fi)" 'BEGIN {
      if (b == "") printf "%-34s %.1f µs\n", title, a / 1000
      else printf "%-34s %5.2fx   ours %.1f µs, theirs %.1f   %s %sx\n", title, a / b, a / 1000, b / 1000, (a / b <= bound ? "within" : "ABOVE"), bound }'
  done
}
