# Sourced by the tests in this folder: an engine of its own, below a new folder, and checks that count. Each test ends
# with `finish`. Needs root and busybox (static).
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$top/tools/jdk.sh"
[[ $(id -u) = 0 ]] || { say "${0##*/} needs root; skipped"; exit 77; }
need busybox busybox-static busybox busybox-static || exit 77

# In /tmp because an overlay can be made there, also on tools/v2's kernel.
state=$(mktemp -d /tmp/ondol-test.XXXXXX)
socket=$state/data/run/docker.sock # where the command looks, too, for an engine with this root
export ONDOL_ROOT=$state/data DOCKER_HOST=unix://$socket
unset ONDOL_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY
ondol=$top/ondol checks=0 failures=0
# For what is looked up beside a test's own point: the docker command, where it is, starts in less than half the time that
# ours takes, which on tools/v2's kernel is more than a second.
quick=$(command -v docker || echo "$ondol")

ok() { checks=$((checks + 1)); printf '  ok    %s\n' "$1"; }
bad() { checks=$((checks + 1)) failures=$((failures + 1)); printf '  WRONG %s\n' "$1"; shift; printf '        %s\n' "$@"; }

# equal WHAT EXPECTED ACTUAL
equal() { if [[ $2 == "$3" ]]; then ok "$1"; else bad "$1" "expected: ${2@Q}" "actual:   ${3@Q}"; fi; }
# holds WHAT TEXT PART: TEXT contains PART
holds() { if [[ $2 == *"$3"* ]]; then ok "$1"; else bad "$1" "no ${3@Q} in: ${2@Q}"; fi; }
lacks() { if [[ $2 != *"$3"* ]]; then ok "$1"; else bad "$1" "${3@Q} in: ${2@Q}"; fi; }
# like WHAT PATTERN TEXT: TEXT matches the extended regular expression
like() { if [[ $3 =~ $2 ]]; then ok "$1"; else bad "$1" "not like $2: ${3@Q}"; fi; }
# exits WHAT CODE COMMAND...: also that it says nothing of an internal error
exits() {
  local what=$1 code=$2 output status=0
  shift 2
  output=$("$@" 2>&1 </dev/null) || status=$?
  if [[ $status = "$code" && $output != *Exception* ]]; then ok "$what"; else bad "$what" "exit code $status, expected $code" "$output"; fi
}
succeeds() { exits "$1" 0 "${@:2}"; }
# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# The process id of the engine on this test's root, whoever started it; empty where there is none.
engine_pid() {
  local process words
  for process in /proc/[0-9]*; do
    mapfile -d '' -t words 2>/dev/null <"$process/cmdline" || continue
    if [[ ${words[0]:-} == */java && " ${words[*]} " == *" daemon "* && "${words[*]}" == *"$state"* ]]; then echo "${process#/proc/}"; return; fi
  done
}
answers() { [[ -S $socket ]] && timeout 60 "$quick" --host "$DOCKER_HOST" version >/dev/null 2>&1; } # with a host named, none is started
start_engine() { # [FLAG...]
  if [[ -z $(engine_pid) ]]; then
    # in a session of its own: what ends this script by a signal to its whole group must not end the engine before end_all
    setsid "$ondol" daemon --data-root "$state/data" --exec-root "$state/data/run" -H "$DOCKER_HOST" "$@" >>"$state/engine.log" 2>&1 </dev/null &
    disown $! 2>/dev/null # no word from the shell when a test kills it
  fi
  until_true 180 answers || { say "the engine did not start:"; tail -n 20 "$state/engine.log" >&2; exit 1; }
}
kill_engine() { # SIGNAL
  local pid
  pid=$(engine_pid)
  [[ -z $pid ]] || { kill "-$1" "$pid" && until_true 15 gone "$pid"; }
}
gone() { [[ ! -e /proc/$1 ]] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# busybox_root DIR: a root that holds busybox under all its names, and the few files programs look for
busybox_root() {
  mkdir -p "$1"/{bin,etc,root,tmp,home,usr/bin}
  chmod 1777 "$1/tmp"
  cp "$(command -v busybox)" "$1/bin/busybox"
  chroot "$1" /bin/busybox --install -s /bin # in one process: on tools/v2's kernel each takes a tenth of a second
  echo 'root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/:/bin/false' >"$1/etc/passwd"
  echo 'root:x:0:
daemon:x:1:' >"$1/etc/group"
  echo 'Ondol test root' >"$1/etc/release"
}

# Whether ports, walls and the way outside can be had.
has_nf_tables() { [[ $("$quick" info --format '{{json .Warnings}}' 2>/dev/null) != *"no nf_tables"* ]]; }

# For tests in a network namespace of their own.
links() { ip -o link show | awk -F': ' '{print $2}' | sort; }
quiet() { "$@" >/dev/null 2>&1; }
# far_host NAME NUMBER: another host, which is a network namespace: 10.NUMBER.0.2 and fd00:NUMBER::2 on a wire NAME to this
# one, which has 10.NUMBER.0.1 and fd00:NUMBER::1. The variable NAME is then a process in it, for `on`.
programs=() # are ended with the test
far_host() {
  unshare -n sleep 600 &
  programs+=($!)
  local pid=$!
  until [[ $(readlink "/proc/$pid/ns/net") != @("$(readlink /proc/self/ns/net)"|"") ]]; do sleep 0.05; done
  ip link add "$1" type veth peer name eth0 netns "$pid"
  ip addr add "10.$2.0.1/24" dev "$1" && ip link set "$1" up
  nsenter -t "$pid" -n sh -c "ip link set lo up; ip addr add 10.$2.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 10.$2.0.1"
  if [[ -e /proc/sys/net/ipv6 ]]; then
    ip -6 addr add "fd00:$2::1/64" dev "$1" nodad && nsenter -t "$pid" -n ip -6 addr add "fd00:$2::2/64" dev eth0 nodad
  fi
  eval "$1=$pid"
}
on() { nsenter -t "$1" -n "${@:2}"; }
nothing_left() { # LINKS: those that were there before
  as_before() { [[ $(links) == "$1" ]]; }
  until_true 15 as_before "$1" && ok "no link is left" || bad "links are left" "$(links)"
  if has_nf_tables && command -v nft >/dev/null; then equal "no rule is left" "" "$(nft list tables)"; fi
}

# On a terminal of its own, for a minute at most: terminal COMMAND, with input from stdin. The time limit is out here: within
# the terminal `timeout` would make its command a background one, which the kernel stops as soon as it sets the terminal.
terminal() { SHELL=/bin/bash timeout -k 5 60 script -qec "$1" /dev/null; }

# What containers may leave behind, as lines: mounts, links, names of control groups and of files
machine() {
  awk '{print "mount", $5, $9, $10}' /proc/self/mountinfo
  awk -F: 'NR > 2 {print "link", $1}' /proc/self/net/dev
} 2>/dev/null
# traces ID...: everything on this machine that still carries one of these ids
traces() {
  local id
  for id; do
    find /sys/fs/cgroup -type d -name "*$id*" 2>/dev/null
    find "$state" -name "*$id*" 2>/dev/null
    grep -l "$id" /proc/[0-9]*/mountinfo /proc/[0-9]*/cgroup 2>/dev/null
  done
}

end_all() {
  local ids
  trap '' INT TERM # once more changes nothing
  # containers outlive their engine: where a test was ended between two, another one removes them
  [[ -n $(engine_pid) ]] || ! compgen -G "$state/data/containers/*" >/dev/null || (start_engine)
  if [[ -n $(engine_pid) ]]; then
    ids=$(timeout 20 "$quick" ps -aq 2>/dev/null)
    [[ -z $ids ]] || timeout 60 "$quick" rm -f $ids >/dev/null 2>&1
    kill_engine TERM || kill_engine KILL
  fi
  if ((failures > 0)) && [[ -s $state/engine.log ]]; then
    echo "  the engine's last words:"
    tail -n 15 "$state/engine.log" | sed 's/^/    /'
  fi
  ((${#programs[@]} == 0)) || kill "${programs[@]}" 2>/dev/null
  rm -rf --one-file-system "$state" # never into what a killed test left mounted
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

finish() {
  echo "${0##*/}: $checks checks, $failures failed"
  ((failures == 0 && checks > 0))
  exit
}
