# What the files in bench/figures share: an engine of ours, Docker's engine, measuring, and cleaning up. For bench/run.

state=$(mktemp -d /tmp/ondol-bench.XXXXXX)
ours=unix://$state/docker.sock theirs=unix:///tmp/peers-docker.sock
engine= dockerd= servers=() ending=()
at_end() { ending+=("$*"); } # COMMAND: run when all is over, the last first; what it says about failures is not heard
clean() {
  trap - EXIT
  trap '' INT TERM # once more changes nothing
  local left i
  for ((i = ${#ending[@]} - 1; i >= 0; i--)); do eval "${ending[i]}" >/dev/null 2>&1 || true; done
  if [[ -n $dockerd ]]; then
    left=$(docker -H $theirs ps -aq -f label=ondol-bench)
    [[ -z $left ]] || docker -H $theirs rm -f $left >/dev/null
    docker -H $theirs rmi -f ondol-bench >/dev/null 2>&1 || true
    [[ $dockerd = running ]] || "$peers" dockerd stop
  fi
  if [[ -n $engine ]]; then
    left=$(timeout 20 docker -H "$ours" ps -aq 2>/dev/null || true)
    [[ -z $left ]] || timeout 60 docker -H "$ours" rm -f $left >/dev/null || true
    kill $engine 2>/dev/null && wait $engine 2>/dev/null || true
  fi
  ((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
  rm -rf "$state"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# a root with busybox, for both engines
root=$state/root
mkdir -p "$root"/{bin,proc,sys,dev,tmp,etc}
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh true sleep cat; do ln -s busybox "$root/bin/$applet"; done
java_home=$JAVA_HOME
"$top/ondol" --help >/dev/null 2>&1 || true # builds, where there is no build
lib=$(sed -n "s/.* build='\(.*\)'$/\1/p" "$top/target/dist/launch")/lib

# --- measuring ---
median() { sort -n "$1" | awk '{v[NR]=$1} END {if (NR) printf "%.0f", NR % 2 ? v[(NR+1)/2] : (v[NR/2] + v[NR/2+1]) / 2}'; }
once() { # FILE COMMAND...: adds the microseconds that the command took
  local begun ended file=$1
  shift
  begun=${EPOCHREALTIME/[.,]/}
  "$@" >/dev/null </dev/null
  ended=${EPOCHREALTIME/[.,]/}
  echo $((ended - begun)) >>"$file"
}
in_turn() { # A B...: rounds of each, in turn; each is the name of an array with a command; one turn first, not counted
  local round side
  for ((round = 0; round <= rounds; round++)); do
    for side; do
      local -n command=$side
      if ((round == 0)); then "${command[@]}" >/dev/null </dev/null; else once "$state/$side" "${command[@]}"; fi
    done
  done
}
ratio() { # TITLE A B BOUND: medians of the files A and B, and A/B beside what it may be
  awk -v title="$1" -v a="$(median "$state/$2")" -v b="$(median "$state/$3")" -v bound="$4" -v an="$2" -v bn="$3" 'BEGIN {
    r = a / b
    verdict = bound == "" ? "" : r <= bound ? sprintf("within %sx", bound) : sprintf("ABOVE %sx", bound)
    printf "%-34s %5.2fx   %s %.2f ms, %s %.2f ms   %s\n", title, r, an, a / 1000, bn, b / 1000, verdict }'
}
at_most() { # TITLE A BOUND: the median of the file A in milliseconds beside what it may be
  awk -v title="$1" -v a="$(median "$state/$2")" -v bound="$3" 'BEGIN {
    printf "%-34s %8.2f ms   %s %d ms\n", title, a / 1000, a / 1000 <= bound ? "within" : "ABOVE", bound }'
}
shown() { printf '  $ %s\n' "${*//$state/STATE}"; }

# --- the two engines ---
image() { tar -C "$root" -c . | docker -H "$1" import - ondol-bench >/dev/null; }
our_engine() {
  [[ -z $engine ]] || return 0
  # in a session of its own: what ends this script by a signal to its whole group must not end the engine before clean
  setsid "$top/ondol" daemon --data-root "$state/data" --exec-root "$state/exec" -H "$ours" >"$state/engine.log" 2>&1 </dev/null &
  engine=$!
  for _ in {1..100}; do docker -H "$ours" version >/dev/null 2>&1 && break; sleep 0.1; done
  image "$ours"
  sleep 5 # it compiles at first what is asked of it most
}
their_engine() { # false, with a word, where there are no peers
  [[ -n $peers ]] || { echo "$1: left out, no peers"; return 1; }
  [[ -z $dockerd ]] || return 0
  dockerd=ours
  ! docker -H $theirs version >/dev/null 2>&1 || dockerd=running
  "$peers" dockerd start
  image $theirs
}

# sleepers HOST COUNT: containers that do nothing, each by a client of its own; end_benched HOST removes them
sleepers() {
  local i
  for ((i = 0; i < $2; i++)); do docker -H "$1" run -d --network none --label ondol-bench ondol-bench sleep 10000 >/dev/null; done
}
benched() { docker -H "$1" ps -aq -f label=ondol-bench; }
end_benched() { benched "$1" | xargs -r docker -H "$1" rm -f >/dev/null; }

# api_request PATH [JSON]: a POST to our engine, as curl's configuration; many go through one connection
api_request() {
  printf 'unix-socket = "%s"\nurl = "http://engine%s"\nrequest = POST\noutput = /dev/null\nsilent\nshow-error\nfail\n' "${ours#unix://}" "$1"
  [[ -z ${2:-} ]] || printf 'header = "Content-Type: application/json"\ndata = "%s"\n' "${2//\"/\\\"}"
  echo next
}
# idle_containers COUNT IMAGE: they sleep; much faster than a client for each
idle_containers() {
  local i name
  for ((i = 0; i < $1; i++)); do
    name=idle-$i-$RANDOM
    api_request "/containers/create?name=$name" "{\"Image\":\"$2\",\"Cmd\":[\"sleep\",\"10000\"],\"HostConfig\":{\"NetworkMode\":\"none\"}}"
    api_request "/containers/$name/start"
  done | sed '$d' >"$state/requests"
  curl -K "$state/requests"
}

registry() { # NAME PORT: an empty one
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%d"}\n' \
    "$state/$1" "$2" >"$state/$1.yml"
  docker-registry serve "$state/$1.yml" >"$state/$1.log" 2>&1 </dev/null &
  servers+=($!)
  for _ in {1..50}; do (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return; sleep 0.1; done
  cat "$state/$1.log" >&2
  return 1
}
