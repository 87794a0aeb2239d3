#!/usr/bin/env bash
# What a container's place in a network has, as the kernel shows it: addresses, link, routes, names, ports of other kinds,
# counters; and the drivers. In a network namespace that is made for this test, with a host outside that is another one.
[[ -n ${ONDOL_TEST_NAMESPACE:-} ]] || exec env ONDOL_TEST_NAMESPACE=1 unshare -n -- "$0" "$@"
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need ip iproute2 iproute iproute2 || exit 77
need curl curl curl curl || exit 77
ip link set lo up
far_host outside 99

mkdir -p "$state/data"
echo '{"hostNames": "127.0.0.54:53"}' >"$state/data/networks.json"
start_engine
busybox_root "$state/root"
mkdir -p "$state/root/www" && echo welcome >"$state/root/www/index.html"
busybox dd if=/dev/zero of="$state/root/www/large" bs=1M count=4 2>/dev/null
succeeds "an image" "$ondol" init "$state/root" base
before=$(links)
has_nf_tables && walls=yes || walls=
inside() { "$quick" exec "$@" 2>&1; }
room() { "$quick" run -d --name "$1" "${@:2}" base sleep 1000 >/dev/null; }
place() { "$quick" inspect -f "{{with index .NetworkSettings.Networks \"$2\"}}{{.$3}}{{end}}" "$1"; } # CONTAINER NETWORK FIELD
leave() { "$quick" rm -f "$@" >/dev/null; }
six=; [[ ! -e /proc/sys/net/ipv6 ]] || six=yes

echo "addresses and links that were asked for"
succeeds "a network" "$quick" network create --subnet 10.55.0.0/24 --gateway 10.55.0.254 --aux-address printer=10.55.0.1 \
  --aux-address scanner=10.55.0.3 -o com.docker.network.driver.mtu=1300 ${six:+--ipv6 --subnet fd55::/64 --gateway fd55::fe} asked
room one --network asked
room two --network asked --mac-address 02:42:ac:11:00:99 ${six:+--ip6 fd55::77} --add-host machine:host-gateway
equal "the first address that is not set aside" 10.55.0.2 "$(place one asked IPAddress)"
equal "and the next" 10.55.0.4 "$(place two asked IPAddress)"
exits "one that is set aside cannot be had" 125 "$quick" run --rm --network asked --ip 10.55.0.3 base true
holds "network inspect shows them" "$("$quick" network inspect -f '{{json .IPAM.Config}}' asked)" '"printer":"10.55.0.1"'
holds "the default route goes by the gateway" "$(inside one ip route)" "default via 10.55.0.254 dev eth0"
equal "the hardware address" 02:42:ac:11:00:99 "$(inside two cat /sys/class/net/eth0/address)"
equal "as inspect shows it" 02:42:ac:11:00:99 "$(place two asked MacAddress)"
exits "a hardware address that is none" 125 "$quick" run --rm --network asked --mac-address 02:42 base true
equal "the link's MTU" 1300 "$(inside one cat /sys/class/net/eth0/mtu)"
equal "and the bridge's" 1300 "$(ip link show "br-$("$quick" network inspect -f '{{slice .Id 0 12}}' asked)" | awk '{print $5; exit}')"
exits "a bridge's name that stands for all links" 1 "$quick" network create -o com.docker.network.bridge.name=all wrong
exits "an MTU that makes no sense" 1 "$quick" network create -o com.docker.network.driver.mtu=much wrong
if [[ $six ]]; then
  holds "the IPv6 address" "$(inside two ip -6 addr show eth0)" "fd55::77/64"
  holds "and gateway" "$(inside two ip -6 route)" "default via fd55::fe dev eth0"
  exits "an IPv6 address outside" 125 "$quick" run --rm --network asked --ip6 fd56::1 base true
fi
machine=$(inside two awk '/machine/ {print $1}' /etc/hosts)
equal "host-gateway is the machine, by IPv4 where there is both" 10.55.0.254 "$machine"
busybox httpd -f -p "$machine:8070" -h "$state/root/www" & programs+=($!)
until_true 5 grep -q :1F86 /proc/net/tcp
equal "which is reached by that name" welcome "$(inside two timeout 3 wget -q -O- http://machine:8070/)"
room linked
equal "a link is a name in the default network" "1 1" "$("$quick" run --rm --link linked:uno base sh -c 'for name in linked uno; do ping -c 1 -W 2 $name >/dev/null && echo 1; done | xargs' 2>&1)"
exits "which others have not" 1 "$quick" run --rm base ping -c 1 -W 2 linked
leave linked
for name in two.ondol two.asked.ondol; do
  holds "the machine asks for $name, where that is wanted" "$(busybox nslookup $name 127.0.0.54 2>&1)" 10.55.0.4
done
lacks "and for nothing else" "$(busybox nslookup two 127.0.0.54 2>&1)" 10.55.0.4
holds "an address has a name" "$(inside one nslookup 10.55.0.4)" "two.asked"
"$quick" network create --subnet 10.54.0.0/29 tiny >/dev/null
for n in 1 2 3 4 5; do room "t$n" --network tiny; done
holds "a full range is told" "$("$quick" run --rm --network tiny base true 2>&1)" "10.54.0.0/29"
quiet "$quick" run --name t6 --network tiny base true
exits "and nothing is left of it" 1 "$quick" inspect t6
leave t1 t2 t3 t4 t5
"$quick" network rm tiny >/dev/null

if [[ $six ]]; then
  echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 # as on many a machine
  "$quick" network create --ipv6 --subnet fd56::/64 dual >/dev/null
  room three --network dual
  succeeds "where the machine has no IPv6 on new links, a network that wants it has" "$quick" exec three ping -6 -c 1 -W 2 fd56::1
  leave three
  "$quick" network rm dual >/dev/null
  echo 0 >/proc/sys/net/ipv6/conf/default/disable_ipv6
fi

echo "several networks"
for name in left right; do "$quick" network create $name >/dev/null; done
"$quick" run -d --name both --network name=left,alias=l --network name=right,gw-priority=1,mac-address=02:42:ac:11:00:98 base sleep 1000 >/dev/null
gateway_of() { inside "$1" ip route | awk '/^default/ {print $3}'; }
equal "the one with priority has the default route" "$(place both right Gateway)" "$(gateway_of both)"
equal "the hardware address in one of them" 02:42:ac:11:00:98 "$(inside both ip -o link | awk '/02:42:ac:11:00:98/ {print $(NF-2)}')"
succeeds "one that is connected with more" "$quick" network connect --gw-priority 2 --ip 10.55.0.99 asked both
equal "takes it over" 10.55.0.254 "$(gateway_of both)"
succeeds "disconnected" "$quick" network disconnect asked both
equal "it goes back" "$(place both right Gateway)" "$(gateway_of both)"
leave both
"$quick" network rm left right >/dev/null

echo "other drivers"
holds "none is a loopback and nothing else" "$("$quick" run --rm --network none base ip -o link)" "lo:"
equal "one link" 1 "$("$quick" run --rm --network none base ip -o link | wc -l)"
equal "host is the machine's" "$(links | cut -d@ -f1)" "$("$quick" run --rm --network host base ip -o link | awk -F'[:@] *' '{print $2}' | sort)"
equal "another container's" "$(inside two cat /sys/class/net/eth0/address)" "$("$quick" run --rm --network container:two base cat /sys/class/net/eth0/address)"
if ip link add probe link outside type macvlan mode bridge 2>/dev/null; then
  ip link delete probe
  succeeds "a macvlan network" "$quick" network create -d macvlan -o parent=outside --subnet 10.99.0.0/24 --ip-range 10.99.0.128/25 --gateway 10.99.0.2 mac
  room near --network mac --ip 10.99.0.200
  room nearer --network mac
  quiet "$quick" exec near ping -c 1 -W 2 10.99.0.2 && ok "reaches outside" || bad "reaches outside"
  quiet "$quick" exec nearer ping -c 1 -W 2 near && ok "and a neighbour by its name" || bad "and a neighbour by its name"
  quiet on $outside busybox ping -c 1 -W 2 10.99.0.200 && ok "and is reached" || bad "and is reached"
  equal "with a link that is the container's own" "$(inside near cat /sys/class/net/eth0/address)" "$(on $outside ip neigh show 10.99.0.200 | awk '{print $5}')"
  kill_engine KILL
  start_engine
  quiet "$quick" exec near ping -c 1 -W 2 10.99.0.2 && ok "also with an engine that comes back" || bad "also with an engine that comes back"
  leave near nearer
  succeeds "the network goes" "$quick" network rm mac
else
  echo "  this kernel has no macvlan: left out"
fi

if [[ $walls ]]; then
  echo "who comes"
  "$quick" run -d --name web -p 8080:80 base httpd -f -v -p 80 -h /www >/dev/null
  equal "a published port" welcome "$(on $outside timeout 3 busybox wget -q -O- http://10.99.0.1:8080/ 2>&1)"
  holds "the container sees the client's own address" "$("$quick" logs web 2>&1)" "10.99.0.2]:"
  leave web
  if command -v perl >/dev/null; then # raw packets: not every kernel has sockets for SCTP
    echo "SCTP"
    "$quick" run -d --name hears -p 9898:9899/sctp host perl -e 'use Socket; $| = 1; socket(S, AF_INET, SOCK_RAW, 132); print "ready\n";
      $_ = recv(S, $packet, 999, 0); print join(" ", inet_ntoa((sockaddr_in($_))[1]), unpack("nn", substr($packet, 20))), "\n"' >/dev/null
    heard() { "$quick" logs hears 2>&1 | grep -q "$1"; }
    until_true 5 heard ready
    init='use Socket; socket(S, AF_INET, SOCK_RAW, 132); $init = pack("CCnNNnnN", 1, 0, 20, 1, 65535, 1, 1, 1); $crc = 0xffffffff;
      for $byte (unpack("C*", pack("nnNN", 5000, 9898, 0, 0) . $init)) { $crc ^= $byte; $crc = $crc & 1 ? $crc >> 1 ^ 0x82f63b78 : $crc >> 1 for 1 .. 8 }
      send(S, pack("nnNV", 5000, 9898, 0, $crc ^ 0xffffffff) . $init, 0, sockaddr_in(0, inet_aton("10.99.0.1")))'
    on $outside perl -e "$init"
    until_true 5 heard "10.99.0.2 5000 9899" && ok "a port leads to the container" || bad "a port leads to the container" "$("$quick" logs hears 2>&1)"
    leave hears
  fi
fi

echo "counters"
counted() { # FIELD: of the container's link, as stats has it
  curl -s --unix-socket "$socket" "http://ondol/containers/two/stats?stream=false&one-shot=true" | grep -o "\"eth0\":{[^}]*}" | grep -o "\"$1\":[0-9]*" | cut -d: -f2
}
was=$(counted rx_bytes)
inside two wget -q -O /dev/null http://machine:8070/large
for count in rx_bytes tx_bytes rx_packets tx_packets rx_dropped; do
  low=$(inside two cat /sys/class/net/eth0/statistics/$count) said=$(counted $count) high=$(inside two cat /sys/class/net/eth0/statistics/$count)
  ((low <= said && said <= high)) && ok "$count are the link's" || bad "$count are the link's" "$low <= $said <= $high"
done
(($(counted rx_bytes) - was > 4000000)) && ok "what was fetched was counted" || bad "what was fetched was counted" "$was $(counted rx_bytes)"
leave one two

echo "when the last process goes"
no_link() { ! links | grep -q ^ve; }
room last --network asked
kill -9 "$("$quick" inspect -f '{{.State.Pid}}' last)"
until_true 5 no_link && ok "its link goes with it" || bad "its link goes with it" "$(links)"
"$quick" start last >/dev/null
pid=$("$quick" inspect -f '{{.State.Pid}}' last)
minder=$(awk '/^PPid/ {print $2}' "/proc/$pid/status")
kill_engine KILL
kill -9 "$minder" # the exit status and the last counts waited there for an engine
until_true 5 no_link && ok "without an engine the kernel lets it go" || bad "without an engine the kernel lets it go" "$(links)"
start_engine
equal "and the next one knows" exited "$("$quick" inspect -f '{{.State.Status}}' last)"
leave last
succeeds "the network goes" "$quick" network rm asked
nothing_left "$before"
finish
