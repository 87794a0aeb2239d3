# How exactly --net-rate is kept, both ways, by iperf3 between a container and the machine. For bench/run.
figure net-rate

net_rate() {
  local rate bits way seconds=${SECONDS_EACH:-10} got
  command -v iperf3 >/dev/null || { echo "net-rate: left out, needs iperf3 (Debian package of that name)"; return 0; }
  our_engine
  docker -H "$ours" network create ondol-bench-rate >/dev/null
  at_end docker -H "$ours" network rm ondol-bench-rate
  at_end docker -H "$ours" rm -f rated
  for rate in 1mbit 10mbit 100mbit 1gbit; do
    case $rate in 1mbit) bits=1000000 ;; 10mbit) bits=10000000 ;; 100mbit) bits=100000000 ;; *) bits=1000000000 ;; esac
    docker -H "$ours" run -d --name rated --network ondol-bench-rate --annotation ondol.net-rate=$rate ondol-bench sleep 10000 >/dev/null
    rated=$(docker -H "$ours" inspect -f '{{.State.Pid}}' rated)
    gateway=$(docker -H "$ours" inspect -f '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}' rated)
    iperf3 -s -B "$gateway" -p 5299 >/dev/null 2>&1 &
    servers+=($!)
    sleep 1
    for way in in out; do
      if [[ $way = in ]]; then command=(iperf3 -c "$gateway" -p 5299 -t "$seconds" -f k -R); else command=(iperf3 -c "$gateway" -p 5299 -t "$seconds" -f k); fi
      got=$(nsenter -t "$rated" -n "${command[@]}" | awk '/receiver/ {for (i = 1; i <= NF; i++) if ($i == "Kbits/sec") print $(i - 1)}')
      shown "run --net-rate $rate …; ${command[*]}"
      awk -v rate="$rate" -v way="$way" -v bits="$bits" -v got="$got" 'BEGIN {
        off = (got * 1000 / bits - 1) * 100
        printf "%-34s %+5.1f %%   %.2f Mbit/s   %s\n", "net-rate " rate " " way, off, got / 1000, (off <= 5 && off >= -5 ? "within 5 %" : "OFF BY MORE THAN 5 %") }'
    done
    kill "${servers[-1]}" 2>/dev/null || true
    docker -H "$ours" rm -f rated >/dev/null
  done
}
