#!/usr/bin/env bash
# Networks, in a network namespace that is made for this test: names, walls, ports, live changes, many networks, many
# containers, an engine that is killed. Three hosts are namespaces: the engine's, a client's that comes by it, a server's
# that is reached through it.
[[ -n ${ONDOL_TEST_NAMESPACE:-} ]] || exec env ONDOL_TEST_NAMESPACE=1 unshare -n -- "$0" "$@"
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need ip iproute2 iproute iproute2 || exit 77
need curl curl curl curl || exit 77
ip link set lo up
far_host client 99 # client (10.99.0.2) -- 10.99.0.1 engine 10.98.0.1 -- (10.98.0.2) server
far_host server 98

start_engine
busybox_root "$state/root"
mkdir -p "$state/root/www" && echo welcome >"$state/root/www/index.html"
succeeds "an image" "$ondol" init "$state/root" base
before=$(links)
if has_nf_tables; then walls=yes; else walls=; echo "  this kernel has no nf_tables: ports, walls and the way outside are left out"; fi
fetch() { timeout 3 busybox wget -q -O- "$1" 2>&1; }
address() { "$quick" inspect -f "{{.NetworkSettings.Networks.$2.IPAddress}}" "$1"; }
inside() { "$quick" exec "$@" 2>&1; }
reaches() { quiet "$quick" exec "$1" ping -c 1 -W 2 "$2"; }

echo "the default network"
echo 0 >/proc/sys/net/ipv4/ip_forward # as the machine's may have been
holds "that forwarding is off is said" "$("$ondol" run -d --name one base sleep 1000 2>&1)" "ip_forward is off on this machine: it is switched on when"
holds "and afterwards that it is on" "$("$ondol" info 2>&1)" "ip_forward was off and has been switched on"
"$quick" run -d --name two base sleep 1000 >/dev/null
reaches one "$(address two bridge)" && ok "two containers reach each other" || bad "two containers reach each other"
gateway=$("$quick" inspect -f '{{.NetworkSettings.Gateway}}' one)
reaches one "$gateway" && ok "and the machine" || bad "and the machine"
quiet busybox ping -c 1 -W 2 "$(address one bridge)" && ok "the machine reaches them" || bad "the machine reaches them"
holds "hosts has its own name" "$(inside one cat /etc/hosts)" "$(address one bridge)"
lacks "there is no IPv6 where the network has none" "$(inside one ip -6 addr show eth0)" inet6
"$quick" stop -t 0 one >/dev/null
equal "inspect shows no address of one that does not run" "" "$(address one bridge)"
"$quick" rm -f one two >/dev/null

echo "names, and walls between networks"
succeeds "a network" "$ondol" network create blue
succeeds "another one" "$ondol" network create --subnet 10.77.0.0/24 --ip-range 10.77.0.128/25 --gateway 10.77.0.1 red
for name in ada bob cyd; do "$quick" run -d --name "$name" --network blue base sleep 1000 >/dev/null; done
"$ondol" run -d --name eve --network red --network-alias friend --ip 10.77.0.9 base sleep 1000 >/dev/null
for pair in "ada bob" "bob cyd" "cyd ada"; do
  reaches $pair && ok "${pair/ / reaches } by its name" || bad "${pair/ / reaches } by its name"
done
equal "the address that was asked for" 10.77.0.9 "$(address eve red)"
reaches ada eve && bad "eve's name is known in another network" || ok "eve's name is not known in another network"
if [[ $walls ]]; then
  reaches ada 10.77.0.9 && bad "eve is reached from another network" || ok "eve is not reached from another network"
fi
succeeds "ada is connected" "$ondol" network connect --alias guest red ada
reaches ada eve && ok "ada reaches eve" || bad "ada reaches eve"
reaches ada friend && ok "by an alias too" || bad "by an alias too"
reaches eve guest && ok "and is reached by the alias of her own" || bad "and is reached by the alias of her own"
reaches ada bob && ok "bob is still there" || bad "bob is still there"
succeeds "ada is disconnected" "$ondol" network disconnect blue ada
reaches ada bob && bad "bob is still reached" || ok "bob is gone"
reaches ada eve && ok "eve is still there" || bad "eve is still there"
holds "the default route moved" "$(inside ada ip route)" "default via 10.77.0.1"
succeeds "a network with routes" "$ondol" network create --subnet 10.67.0.0/24 --route 10.200.0.0/16=10.67.0.7 --route 10.201.0.0/16=10.67.0.8 routed
routes=$("$ondol" run --rm --network name=routed,driver-opt=ondol.routes=10.202.0.0/16=10.67.0.9,driver-opt=com.docker.network.endpoint.ifname=up7 --link-local-ip 169.254.7.7 base sh -c 'ip route; ip addr show up7' 2>&1)
for n in 0:7 1:8 2:9; do holds "a container has the route to 10.20${n%:*}.0.0/16" "$routes" "10.20${n%:*}.0.0/16 via 10.67.0.${n#*:}"; done
holds "and the link-local address" "$routes" "169.254.7.7/16"
exits "a gateway outside" 1 "$ondol" network create --subnet 10.68.0.0/24 --route 10.200.0.0/16=10.67.0.7 wrong
exits "a route for an endpoint that makes no sense" 125 "$ondol" run --rm --network name=routed,driver-opt=ondol.routes=10.202.0.0/16 base true
exits "a link-local address that is none" 125 "$ondol" run --rm --network routed --link-local-ip 10.1.1.1 base true
exits "a network in use cannot be removed" 1 "$ondol" network rm red
exits "an address in use" 125 "$ondol" run --network red --ip 10.77.0.9 base true
exits "an address outside" 125 "$ondol" run --network red --ip 10.78.0.9 base true
exits "a network that is not there" 125 "$ondol" run --network green base true
exits "overlapping subnets" 1 "$ondol" network create --subnet 10.77.0.128/25 pink
exits "a name that is taken" 1 "$ondol" network create blue
exits "a name that is an option" 125 "$ondol" network create --blue
exits "bridge cannot be removed" 1 "$ondol" network rm bridge
"$quick" rm -f ada bob cyd eve >/dev/null
succeeds "unused networks are pruned" "$ondol" network prune -f
equal "only three are left" 3 "$("$quick" network ls -q | wc -l)"

if [[ $walls ]]; then
  echo "ports"
  "$ondol" run -d --name web -p 8080:80 -p 127.0.0.1:8081:80 -p 9000-9002:9000-9002/udp base httpd -f -p 80 -h /www >/dev/null
  equal "it is found by its ports, the machine's and its own" "web web web " "$(for port in publish=8081 publish=9001-9100/udp expose=80; do "$ondol" ps --filter $port --format '{{.Names}}'; done | tr '\n' ' ')"
  equal "and not by others" "" "$(for port in publish=80 publish=8081/udp expose=8081; do "$ondol" ps --filter $port --format '{{.Names}}'; done)"
  equal "from the machine's loopback" welcome "$(fetch http://127.0.0.1:8080/)"
  loopback6() { curl -s -m 3 "http://[::1]:$1/"; }
  if grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; then
    equal "from its IPv6 loopback, which localhost is for many programs" welcome "$(loopback6 8080)"
    equal "by that name" welcome "$(curl -s -m 3 -6 http://localhost:8080/)"
    holds "as port shows" "$("$ondol" port web)" "80/tcp -> [::1]:8080"
    exits "not where another address is said" 7 loopback6 8081
    busybox httpd -f -p '[::1]:8091' &
    listener=$!
    until_true 5 grep -q :1F9B /proc/net/tcp6
    holds "where a program has it there" "$("$ondol" run --rm -p 8091:80 base true 2>&1)" "Bind for [::1]:8091 failed: port is already allocated: process busybox ($listener) has it"
    succeeds "it may be led to the other" "$ondol" run --rm -p 0.0.0.0:8091:80 base true
    kill $listener
    succeeds "that address alone" "$ondol" port add web [::1]:8092:80
    equal "leads to a container without IPv6" "welcome 7" "$(loopback6 8092) $(curl -s -m 3 http://127.0.0.1:8092/; echo $?)"
    succeeds "and is withdrawn" "$ondol" port rm web [::1]:8092:80
    exits "leads nowhere" 7 loopback6 8092
    holds "no datagrams from there" "$("$ondol" run --rm -p [::1]:8093:80/udp base true 2>&1)" "only tcp's lead from there"
  else
    loopback6() { fetch "http://127.0.0.1:$1/"; }
  fi
  equal "from an address of the machine" welcome "$(fetch http://10.99.0.1:8080/)"
  equal "from outside" welcome "$(on $client timeout 3 busybox wget -q -O- http://10.99.0.1:8080/ 2>&1)"
  equal "on the loopback alone" welcome "$(fetch http://127.0.0.1:8081/)"
  lacks "and not from outside" "$(on $client timeout 2 busybox wget -q -O- http://10.99.0.1:8081/ 2>&1)" welcome
  lacks "a container that is not published is closed to outside" "$(on $client timeout 2 busybox wget -q -O- "http://$(address web bridge)/" 2>&1)" welcome
  equal "from another container, by the machine" welcome "$("$ondol" run --rm base timeout 3 wget -q -O- "http://$gateway:8080/" 2>&1)"
  equal "from the very container" welcome "$(inside web timeout 3 wget -q -O- "http://$gateway:8080/")"
  lacks "a container does not get to the machine's loopback" "$("$ondol" run --rm --cap-add NET_ADMIN base sh -c "ip route add 127.0.0.1 via $gateway table 9; timeout 2 wget -q -O- http://127.0.0.1:8081/" 2>&1)" welcome
  holds "ps shows them" "$("$ondol" ps --format '{{.Ports}}')" "0.0.0.0:8080->80/tcp"
  holds "a range" "$("$ondol" port web)" "9002/udp -> 0.0.0.0:9002"
  holds "a taken port says by whom: a container" "$("$ondol" run -p 8080:80 base true 2>&1)" "container web has it"
  busybox nc -l -p 8090 >/dev/null &
  listener=$!
  until_true 5 grep -q :1F9A /proc/net/tcp /proc/net/tcp6
  holds "or a process" "$("$ondol" run -p 8090:80 base true 2>&1)" "($listener) has it"
  kill $listener
  succeeds "a port more, while it runs" "$ondol" port add web 8099:80
  equal "leads there" welcome "$(fetch http://127.0.0.1:8099/)"
  succeeds "and is withdrawn" "$ondol" port rm web 8099:80
  lacks "leads nowhere" "$(fetch http://127.0.0.1:8099/)" welcome
  if command -v perl >/dev/null; then
    "$ondol" run -d --name echo -p 7000:7000/udp host perl -e 'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 7000, Proto => "udp"); while ($s->recv($m, 99)) { $s->send($m) }' >/dev/null
    datagram() { # by perl too: the shell sends a word in several datagrams
      perl -e 'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 7777, PeerAddr => "127.0.0.1", PeerPort => 7000, Proto => "udp"); alarm 3; $s->send($ARGV[0]); $s->recv($m, 99); print $m' "$1"
    }
    udp_answers() { [[ $(datagram hello 2>/dev/null) = hello ]]; }
    until_true 10 udp_answers && ok "udp" || bad "udp"
    "$quick" rm -f echo >/dev/null
    "$ondol" run -d --name echo -p 7000:7000/udp host perl -e 'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 7000, Proto => "udp"); while ($s->recv($m, 99)) { $s->send("again") }' >/dev/null
    udp_moved() { [[ $(datagram hello 2>/dev/null) = again ]]; }
    until_true 10 udp_moved && ok "a client that goes on finds the container that has the port now" || bad "a client that goes on finds the container that has the port now"
  fi
  nsenter -t $server -n busybox httpd -f -p 80 -h "$state/root/www" & # not by the function: that would be a shell between
  programs+=($!)
  equal "outside is reached, by the machine's address" welcome "$("$ondol" run --rm base timeout 5 wget -q -O- http://10.98.0.2/ 2>&1)"
  "$ondol" network create --internal closed >/dev/null
  lacks "not from an internal network" "$("$ondol" run --rm --network closed base timeout 2 wget -q -O- http://10.98.0.2/ 2>&1)" welcome

  if [[ -e /proc/sys/net/ipv6 ]]; then
    echo "IPv6"
    "$ondol" network create --ipv6 --subnet 10.66.0.0/24 --subnet fd66::/64 dual >/dev/null
    "$ondol" run -d --name six --network dual -p 8086:80 base httpd -f -p 80 -h /www >/dev/null
    "$quick" run -d --name seven --network dual base sleep 1000 >/dev/null
    quiet "$quick" exec seven ping -6 -c 1 -W 2 six && ok "a name is reached by IPv6" || bad "a name is reached by IPv6"
    equal "a port from outside" welcome "$(on $client timeout 3 busybox wget -q -O- 'http://[fd00:99::1]:8086/' 2>&1)"
    equal "by IPv4 too" welcome "$(fetch http://127.0.0.1:8086/)"
    equal "and from the machine's IPv6 loopback" welcome "$(loopback6 8086)"
    equal "outside is reached, by the machine's address" welcome "$(inside seven timeout 3 wget -q -O- 'http://[fd00:98::2]/')"
    lacks "what is not published is closed to outside" "$(on $client timeout 2 busybox wget -q -O- 'http://[fd66::2]/' 2>&1)" welcome
    "$quick" rm -f six seven >/dev/null && "$ondol" network rm dual >/dev/null
  fi
  "$ondol" run -d --name any -P --expose 80 base httpd -f -p 80 -h /www >/dev/null
  any=$("$ondol" port any 80 | head -n 1)
  equal "a port of the engine's choice" welcome "$(fetch "http://127.0.0.1:${any##*:}/")"

  if command -v iptables-nft-restore >/dev/null; then
    echo "where Docker's engine drops what is forwarded"
    iptables-nft-restore <<'RULES'
*filter
:INPUT ACCEPT
:FORWARD DROP
:OUTPUT ACCEPT
:DOCKER -
:DOCKER-ISOLATION-STAGE-1 -
:DOCKER-ISOLATION-STAGE-2 -
:DOCKER-USER -
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
RULES
    dockers() { iptables-nft -S | grep -v ONDOL; }
    leads() { [[ $(iptables-nft -S DOCKER-USER | grep -c ONDOL) = "$1" ]]; }
    docker=$(dockers)
    until_true 5 leads 1 && ok "one rule leads to ours" || bad "one rule leads to ours" "$(iptables-nft -S)"
    lacks "nothing is warned of" "$("$ondol" info 2>&1)" "drops what is forwarded"
    "$quick" run -d --name mate base sleep 1000 >/dev/null
    reaches mate "$(address web bridge)" && ok "containers reach each other" || bad "containers reach each other"
    equal "and outside" welcome "$(inside mate timeout 5 wget -q -O- http://10.98.0.2/)"
    equal "a published port is reached" welcome "$(on $client timeout 3 busybox wget -q -O- http://10.99.0.1:8080/ 2>&1)"
    lacks "one that is not is closed" "$(on $client timeout 2 busybox wget -q -O- "http://$(address web bridge)/" 2>&1)" welcome
    kill_engine KILL
    start_engine
    leads 1 && ok "after a kill it is there once" || bad "after a kill it is there once" "$(iptables-nft -S)"
    equal "Docker's own rules are as they were" "$docker" "$(dockers)"
    kill_engine TERM
    echo '{"dockerUser": false}' >"$state/data/networks.json"
    start_engine
    leads 0 && ok "where that is not wanted it goes" || bad "where that is not wanted it goes" "$(iptables-nft -S)"
    lacks "and what Docker drops is dropped" "$(inside mate timeout 2 wget -q -O- http://10.98.0.2/)" welcome
    holds "which is said" "$("$ondol" info 2>&1)" "the chain ip filter FORWARD drops what is forwarded"
    rm "$state/data/networks.json"
    nft delete table ip filter
    "$quick" rm -f mate >/dev/null
  fi

  echo "killed"
  kill_engine KILL
  equal "ports lead on while there is no engine" welcome "$(fetch http://127.0.0.1:8080/)"
  start_engine
  equal "and afterwards" welcome "$(fetch http://127.0.0.1:8080/)"
  equal "and from the IPv6 loopback again" welcome "$(loopback6 8080)"
  holds "they are still held" "$("$ondol" run -p 8080:80 base true 2>&1)" "container web has it"
  equal "that of the engine's choice is the same" "$any" "$("$ondol" port any 80 | head -n 1)"
  "$quick" rm -f web echo any >/dev/null 2>&1
  exits "with the container it goes" 7 curl -s -m 3 'http://[::1]:8080/'
  "$ondol" network rm closed >/dev/null
fi

# by the API, many at a time: the command takes longer to start than all of this, and would start an engine where there is none
ask() { tail -n +2 "$state/requests" | curl -Z --parallel-max 8 -K - 2>/dev/null | grep -c "$1"; } # STATUS: how many got it
post() { # PATH [BODY]: one request, as curl reads it from a file
  local body=${2:-}
  printf 'next\nsilent\nunix-socket = "%s"\nurl = "http://ondol/v1.47%s"\nrequest = POST\nheader = "Content-Type: application/json"\n' "$socket" "$1"
  printf 'data = "%s"\noutput = /dev/null\nwrite-out = "%%{http_code}\\n"\n' "${body//\"/\\\"}"
}
echo "an engine is killed while containers come and go"
"$ondol" network create crowd >/dev/null
plugged() { links | grep -c '^ve'; }
some() { (($(plugged) >= $1)); }
rounds=${ONDOL_SLOW:+1} each=${ONDOL_SLOW:+6} # where an engine takes long to start
each=${each:-12}
for ((round = 1; round <= ${rounds:-3}; round++)); do
  for ((n = 1; n <= each; n++)); do post "/containers/create?name=r$round-$n" "{\"Image\": \"base\", \"Cmd\": [\"sleep\", \"$((n % 2 * 1000))\"], \"HostConfig\": {\"NetworkMode\": \"crowd\", \"AutoRemove\": true}}"; done >"$state/requests"
  equal "containers, round $round" $each "$(ask 201)"
  for ((n = 1; n <= each; n++)); do post "/containers/r$round-$n/start"; done >"$state/requests"
  there=$(plugged)
  ask 204 >"$state/started" &
  comings=$!
  until_true 10 some $((there + 2 * round - 1)) # in the middle of it, however fast this machine is
  kill_engine KILL
  wait $comings
  echo "    $(<"$state/started") of $each had been started"
  start_engine
done
"$quick" run -d --name first --network crowd base sleep 1000 >/dev/null
"$quick" run -d --name second --network crowd base sleep 1000 >/dev/null
reaches first second && ok "names and addresses work afterwards" || bad "names and addresses work afterwards"
equal "no address is given twice" "" "$("$quick" network inspect -f '{{range .Containers}}{{.IPv4Address}}{{println}}{{end}}' crowd | sort | grep . | uniq -d)"
"$quick" rm -f $("$quick" ps -aq) >/dev/null
"$ondol" network rm crowd >/dev/null

echo "an engine is killed while a network goes"
id=$("$ondol" network create going)
"$quick" run -d --name goer --network going base sleep 1000 >/dev/null
holds "it has a bridge" "$(links)" "br-${id:0:12}"
"$quick" rm -f goer >/dev/null && "$quick" network rm going >/dev/null
succeeds "one may be made at once that is called the same" "$ondol" network create --subnet 10.97.3.0/24 going
"$quick" network rm going >/dev/null
id=$("$ondol" network create --subnet 10.97.3.0/24 going)
"$quick" run -d --name goer --network going base sleep 1000 >/dev/null && "$quick" rm -f goer >/dev/null
kill_engine KILL
mv "$state/data/networks/$id/network.json" "$state/data/networks/$id/removed.json" # between the answer and the bridge's end
start_engine
lacks "it is gone" "$("$quick" network ls)" going
lacks "and its bridge" "$(links)" "br-${id:0:12}"
[[ ! -e $state/data/networks/$id ]] && ok "and its folder" || bad "and its folder"

echo "many"
{
  for ((n = 0; n < 30; n++)); do post /networks/create "{\"Name\": \"n$n\"}"; done
  for ((n = 30; n < 50; n++)); do post /networks/create "{\"Name\": \"n$n\", \"IPAM\": {\"Config\": [{\"Subnet\": \"10.$n.0.0/24\"}]}}"; done
} >"$state/requests"
equal "50 networks" 50 "$(ask 201)"
equal "none of them overlaps with another" "" "$("$quick" network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' $("$quick" network ls -q -f type=custom) | sort | uniq -d)"
"$quick" run -d --name last --network n49 base sleep 1000 >/dev/null
equal "a container in the last of them" 10.49.0.2 "$(address last n49)"
"$quick" rm -f last >/dev/null
succeeds "all are removed" "$ondol" network prune -f
count=${ONDOL_TEST_MANY:-${ONDOL_SLOW:+10}}; count=${count:-200}
"$ondol" network create crowd >/dev/null
for ((n = 0; n < count; n++)); do post "/containers/create?name=c$n" '{"Image": "base", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": "crowd"}}'; done >"$state/requests"
equal "$count containers are made" "$count" "$(ask 201)"
for ((n = 0; n < count; n++)); do post "/containers/c$n/start"; done >"$state/requests"
equal "and started, eight at a time" "$count" "$(ask 204)"
equal "each has an address of its own" "$count" "$("$quick" network inspect -f '{{range .Containers}}{{.IPv4Address}}{{println}}{{end}}' crowd | grep . | sort -u | wc -l)"
reaches c0 "c$((count - 1))" && ok "the first reaches the last" || bad "the first reaches the last"
"$quick" rm -f $("$quick" ps -aq) >/dev/null
succeeds "the network goes" "$ondol" network rm crowd

nothing_left "$before"
finish
