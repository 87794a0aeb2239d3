#!/usr/bin/env bash
# What containers may reach and how fast (--egress, --net-rate), and the machine's own rules in front of published ports, in
# a network namespace that is made for this test, with a host outside that is another one.
[[ -n ${ONDOL_TEST_NAMESPACE:-} ]] || exec env ONDOL_TEST_NAMESPACE=1 unshare -n -- "$0" "$@"
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need ip iproute2 iproute iproute2 || exit 77
ip link set lo up
far_host outside 98 # 10.98.0.2, with an echo at the ports 80 and 443
for port in 80 443; do nsenter -t "$outside" -n busybox nc -ll -p $port -e echo "port $port" & programs+=($!); done

start_engine
busybox_root "$state/root"
for applet in nc nslookup; do ln -sf busybox "$state/root/bin/$applet"; done
succeeds "an image" "$ondol" init "$state/root" base
has_nf_tables && walls=yes || walls=
before=$(links)
both='echo | nc -w 3 10.98.0.2 80; echo | nc -w 3 10.98.0.2 443' # what is reached is echoed, what is not is told in words
reached() { grep -o 'port [0-9]*' <<<"$1" | paste -sd,; }
asked() { reached "$("$ondol" run --rm "$@" base sh -c "$both" 2>&1)"; }
from() { reached "$("$ondol" exec "$1" sh -c "$both" 2>&1)"; }

exits "a rule that makes no sense" 125 "$ondol" run --rm --egress allow=10.0.0.0/40 base true
exits "a rate that makes no sense" 125 "$ondol" run --rm --net-rate fast base true
holds "is told in a sentence" "$("$ondol" network create --net-rate 100mbps x 2>&1)" "write one such as"

if [[ $walls ]]; then
  echo "walls of a container"
  equal "without one all is reached" "port 80,port 443" "$(asked)"
  equal "deny" "" "$(asked --egress deny)"
  equal "an address and a port" "port 443" "$(asked --egress allow=10.98.0.2:443)"
  equal "a network" "port 80,port 443" "$(asked --egress allow=10.98.0.0/24)"
  equal "as an annotation, which the docker command knows" "" "$(asked --annotation ondol.egress=deny)"
  "$ondol" run -d --name live base sleep 1000 >/dev/null
  succeeds "one that runs" "$ondol" update --egress deny live
  equal "is walled in" "" "$(from live)"
  succeeds "and otherwise" "$ondol" update --egress allow=10.98.0.2:80 live
  equal "also" "port 80" "$(from live)"
  kill_engine KILL
  equal "the wall stands while there is no engine" 0 "$(nft list table inet "$(nft list tables | awk '/egress/ {print $3}')" 2>&1 | grep -c Error)"
  start_engine
  equal "and afterwards" "port 80" "$(from live)"
  succeeds "it is taken away" "$ondol" update --egress any live
  equal "for good" "port 80,port 443" "$(from live)"
  "$ondol" rm -f live >/dev/null

  echo "the wall of a network"
  succeeds "a network with one" "$ondol" network create --egress allow=10.98.0.2:80 walled
  "$ondol" run -d --name mate --network walled base sleep 1000 >/dev/null
  equal "holds for all in it" "port 80" "$(asked --network walled)"
  equal "together with a container's own" "" "$(asked --network walled --egress allow=10.98.0.2:443)"
  succeeds "changed while it is used" "$ondol" network update --egress any walled
  equal "all is reached" "port 80,port 443" "$(asked --network walled)"
  succeeds "and back" "$ondol" network update --egress deny walled
  equal "nothing is" "" "$(asked --network walled)"
  holds "names inside it are answered" "$("$ondol" run --rm --network walled --egress deny base nslookup mate 2>&1)" Address
  "$ondol" rm -f mate >/dev/null
  "$ondol" network rm walled >/dev/null

  if command -v dnsmasq >/dev/null; then
    echo "names"
    dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --local=/example/ --address=/api.example/10.98.0.2 \
      --address=/other.example/10.98.0.2 --listen-address=127.0.0.3 --bind-interfaces --user=root --pid-file= &
    programs+=($!)
    sleep 1
    said=$("$ondol" run --rm --dns 127.0.0.3 --egress allow=api.example:80 base sh -c "echo | nc -w 3 api.example 80; $both; echo | nc -w 3 other.example 80" 2>&1)
    equal "a name is reached at its port, by its address too" "port 80,port 80" "$(reached "$said")"
    holds "another is no name" "$said" "bad address"
  fi

  if command -v nft >/dev/null; then
    echo "the machine's own rules"
    "$ondol" run -d --name web -p 8080:80 base nc -ll -p 80 -e echo welcome >/dev/null
    bridge=$(links | grep -vxF "$before" | grep -v @)
    visit() { on $outside sh -c 'echo | busybox nc -w 2 10.98.0.1 8080' 2>&1; }
    equal "a published port" welcome "$(visit)"
    nft 'add table inet wall; add chain inet wall input { type filter hook input priority 0; policy accept; }; add rule inet wall input tcp dport 8080 drop'
    denied() { [[ $(visit) != welcome ]]; }
    until_true 5 denied && ok "what the machine drops does not get in" || bad "what the machine drops does not get in"
    equal "from the machine itself it is reached" welcome "$(echo | busybox nc -w 2 127.0.0.1 8080)"
    nft 'flush chain inet wall input; add rule inet wall input ip saddr 10.98.0.2 accept; chain inet wall input { policy drop; }'
    let_in() { [[ $(visit) == welcome ]]; }
    until_true 5 let_in && ok "what the machine lets in gets in" || bad "what the machine lets in gets in"
    nft delete table inet wall

    if command -v firewalld >/dev/null && command -v firewall-cmd >/dev/null && command -v dbus-daemon >/dev/null; then
      echo "firewalld, with a bus, a configuration and a /run of its own"
      until_true 5 let_in && ok "before it is there the port is reached" || bad "before it is there the port is reached"
      mkdir "$state/firewalld"
      echo DefaultZone=public >"$state/firewalld/firewalld.conf"
      cat >"$state/bus.conf" <<BUS
<busconfig><listen>unix:path=$state/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
BUS
      export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$state/bus
      dbus-daemon --config-file="$state/bus.conf" --nofork >"$state/bus.log" 2>&1 &
      bus=$! programs+=($!)
      until_true 10 test -S "$state/bus"
      unshare -m sh -c 'mount -t tmpfs run /run && exec firewalld --nofork --nopid --system-config "$1" --log-target console' \
        sh "$state/firewalld" >"$state/firewalld.log" 2>&1 &
      firewalld=$! programs+=($!)
      firewall() { firewall-cmd -q "$@" >>"$state/firewalld.log" 2>&1; }
      until_true 30 firewall --state && ok "it runs" || bad "it runs" "$(cat "$state/firewalld.log")"
      until_true 5 denied && ok "a port that it has not opened is not reached" || bad "a port that it has not opened is not reached"
      equal "from the machine itself it is" welcome "$(echo | busybox nc -w 2 127.0.0.1 8080)"
      firewall --add-port=8080/tcp
      until_true 5 let_in && ok "one that it has opened is" || bad "one that it has opened is"
      firewall --remove-port=8080/tcp
      until_true 5 denied && ok "until it closes it" || bad "until it closes it"
      firewall --permanent --add-port=8080/tcp
      its() { nft list table inet firewalld; }
      firewall --reload
      until_true 5 let_in && ok "also after it has made its rules anew" || bad "also after it has made its rules anew"
      rules=$(its)
      "$ondol" run -d --name other -p 8081:80 base nc -ll -p 80 -e echo other >/dev/null
      equal "its rules are as they were with one more port" "$rules" "$(its)"
      lacks "what containers send to outside it rejects" "$(from other)" port
      holds "which is said, and what lets it" "$("$ondol" info 2>&1)" "firewalld filter_FORWARD refuses at its end what no rule before lets pass: containers reach outside, and are reached, only as far as it lets them: firewall-cmd --zone=trusted --add-interface=$bridge lets them"
      firewall --zone=trusted --add-interface="$bridge"
      equal "it does" "port 80,port 443" "$(from other)"
      firewall --permanent --zone=trusted --add-interface="$bridge"
      firewall --reload
      equal "for good, when said so" "port 80,port 443" "$(from other)"
      until_true 5 let_in && ok "and the port is still reached" || bad "and the port is still reached"
      lacks "and the other one not" "$(on $outside sh -c 'echo | busybox nc -w 2 10.98.0.1 8081' 2>&1)" other
      kill "$firewalld" && until_true 10 gone "$firewalld"
      kill "$bus"
      unset DBUS_SYSTEM_BUS_ADDRESS
      lacks "its rules go with it" "$(nft list tables)" firewalld
      visit_other() { [[ $(on $outside sh -c 'echo | busybox nc -w 2 10.98.0.1 8081' 2>&1) == other ]]; }
      until_true 5 visit_other && ok "and what it closed is open" || bad "and what it closed is open"
      lacks "and nothing is said of it" "$("$ondol" info 2>&1)" filter_FORWARD
      "$ondol" rm -f other >/dev/null
    else
      echo "  firewalld or dbus-daemon is missing: beside firewalld is left out"
    fi
    "$ondol" rm -f web >/dev/null
  fi
fi

if ip link add probe type ifb 2>/dev/null; then
  ip link delete probe
  echo "speed"
  queues() { tc qdisc show | awk '/ tbf / {print $5, $0}' | grep -c "$1"; }
  classes() { local device; for device in $(ip -o link show type ifb | awk -F': ' '{print $2}'); do tc class show dev "$device"; done | grep -c "$1"; }
  "$ondol" run -d --name quick --net-rate 10mbit base sleep 1000 >/dev/null
  equal "both ways of a container are held" 2 "$(queues 'rate 10455Kbit')"
  succeeds "while it runs" "$ondol" update --net-rate 20mbit --net-burst 64k quick
  equal "they are changed" 2 "$(queues 'rate 20911Kbit')"
  kill_engine KILL
  start_engine
  equal "an engine that comes back finds them" 2 "$(queues 'rate 20911Kbit')"
  succeeds "without a limit" "$ondol" update --net-rate 0 quick
  equal "there is none" 0 "$(queues tbf)"
  succeeds "a network with a limit" "$ondol" network create --net-rate-in 5mbit --net-rate-out 10mbit slow
  "$ondol" run -d --name slowly --network slow base sleep 1000 >/dev/null
  equal "in" 1 "$(queues 'rate 5227Kbit')"
  equal "and out" 1 "$(classes 'root rate 10455Kbit')"
  [[ ! $walls ]] || equal "and it is reached" "port 80,port 443" "$(from slowly)"
  succeeds "while it is used" "$ondol" network update --net-rate 20mbit slow
  equal "both ways are others" "1 1" "$(queues 'rate 20911Kbit') $(classes 'root rate 20911Kbit')"
  "$ondol" run -d --name bounded --network slow --net-rate-out 2mbit base sleep 1000 >/dev/null
  held() { echo "$(queues tbf) $(classes 'root rate 20911Kbit') $(classes "ceil $1Kbit") $(classes ' leaf ')"; } # also as one of the network's
  equal "a container with a limit of its own is held twice" "2 1 1 2" "$(held 2091)"
  [[ ! $walls ]] || equal "and reaches all" "port 80,port 443" "$(from bounded)"
  succeeds "it is changed while it runs" "$ondol" update --net-rate-out 4mbit bounded
  equal "at both places" "2 1 1 2" "$(held 4182)"
  kill_engine KILL
  start_engine
  equal "an engine that comes back keeps them" "2 1 1 2" "$(held 4182)"
  succeeds "a network without a limit" "$ondol" network update --net-rate-out 0 --net-rate-in 20mbit slow
  equal "leaves the container's own" "2 0" "$(queues tbf) $(classes htb)"
  succeeds "with one again" "$ondol" network update --net-rate 20mbit slow
  equal "there are both" "2 1 1 2" "$(held 4182)"
  succeeds "disconnected" "$ondol" network disconnect slow bounded
  equal "it has no part in it" "1 1 0 1" "$(held 4182)"
  succeeds "connected" "$ondol" network connect slow bounded
  equal "it has" "2 1 1 2" "$(held 4182)"
  succeeds "without a limit of its own" "$ondol" update --net-rate-out 0 bounded
  equal "it is one of many" "1 1 0 1" "$(held 4182)"
  "$ondol" rm -f bounded >/dev/null
  holds "inspect shows it" "$("$ondol" network inspect slow)" '"ondol.net-rate": "20mbit"'
  exits "what makes no sense" 1 "$ondol" network update --net-rate 20mbps slow
  exits "a network that has no bridge" 1 "$ondol" network update --net-rate 20mbit host
  succeeds "without a limit" "$ondol" network update --net-rate 0 slow
  equal "there is none" "0 0" "$(queues tbf) $(classes htb)"
  [[ ! $walls ]] || equal "and it is reached still" "port 80,port 443" "$(from slowly)"
  kill_engine KILL
  start_engine
  [[ ! $walls ]] || equal "also with an engine that comes back" "port 80,port 443" "$(from slowly)"
  succeeds "and with a limit again" "$ondol" network update --net-rate-out 10mbit slow
  equal "one way" "1 0" "$(classes 'root rate 10455Kbit') $(queues tbf)"
  "$ondol" rm -f quick slowly >/dev/null
  succeeds "the network goes" "$ondol" network rm slow

  echo "speed of a tenant"
  succeeds "a tenant with a total" "$ondol" tenant create shares --net-rate 20mbit
  "$ondol" run -d --name one --tenant shares host sleep 1000 >/dev/null
  "$ondol" run -d --name two --tenant shares host sleep 1000 >/dev/null
  holds "what cannot be held is refused" "$("$ondol" run --rm --tenant shares --network host base true 2>&1)" "cannot be held in network host"
  gateway=$("$ondol" inspect -f '{{.NetworkSettings.Gateway}}' one)
  if command -v iperf3 >/dev/null; then
    for port in 5301 5302; do iperf3 -s -p $port >/dev/null 2>&1 & programs+=($!); done
    sleep 0.3
    # total [-R]: Mbit/s that both got, from the first's beginning to the last's end, so that it does not matter by how much
    # of a busy machine's time they miss each other
    bytes() { "$ondol" exec "$1" iperf3 -c "$gateway" -p "$2" -t 4 -f k ${3:-} | awk '/receiver/ { print $5 * ($6 == "MBytes" ? 1048576 : 1024) }'; }
    total() {
      local begun=${EPOCHREALTIME/[.,]/}
      bytes one 5301 "$@" >"$state/one" &
      local first=$!
      bytes two 5302 "$@" >"$state/two"
      wait $first
      awk -v microseconds=$((${EPOCHREALTIME/[.,]/} - begun)) '{ s += $1 } END { print s * 8 / microseconds }' "$state/one" "$state/two"
    }
    # how exactly it is held, bench/run net-rate measures
    about() { awk -v n="$2" -v r="$3" 'BEGIN { exit !(n > r * 0.25 && n < r * 1.05) }' && ok "$1" || bad "$1" "$2 Mbit/s of $3"; }
    about "two containers share what they send" "$(total)" 20
    about "and what they receive" "$(total -R)" 20
    succeeds "changed while they run" "$ondol" tenant update shares --net-rate 10mbit
    about "it holds at once" "$(total)" 10
    kill_engine KILL
    start_engine
    about "an engine that comes back holds it" "$(total)" 10
    echo "  the meter: $("$ondol" meter shares --format csv | tail -1)"
  fi
  succeeds "the limit is taken away" "$ondol" tenant update shares --net-rate 0
  equal "and what held it" "" "$(ip -o link show type ifb)"
  succeeds "the tenant goes" "$ondol" tenant rm -f shares
else
  echo "  this kernel has no ifb: speed limits are left out"
fi

echo "large pieces"
exits "what makes no sense" 1 "$ondol" network create -o ondol.big-tcp=much large
succeeds "a network where TCP hands over more at once" "$ondol" network create -o ondol.big-tcp=true large
busybox dd if=/dev/urandom of="$state/sent" bs=1M count=48 2>/dev/null
sum=$(md5sum <"$state/sent")
"$ondol" run -d --name hears --network large base nc -ll -p 70 -e md5sum >/dev/null
nsenter -t "$outside" -n busybox nc -ll -p 70 -e md5sum & programs+=($!)
sums() { "$ondol" run --rm --network large -v "$state/sent:/sent" "${@:2}" base sh -c "nc $1 70 </sent"; }
equal "a neighbour gets all of it" "$sum" "$(sums hears)"
equal "and outside, whose links take less at once" "$sum" "$(sums 10.98.0.2)"
equal "also slowly" "$sum" "$(sums 10.98.0.2 --net-rate-out 800mbit)"
"$ondol" rm -f hears >/dev/null
succeeds "the network goes" "$ondol" network rm large

nothing_left "$before"
finish
