#!/usr/bin/env bash
# dockerode, the client for Node.js, against our socket: the operations of its README, in a network namespace of its own.
[[ -n ${ONDOL_TEST_NAMESPACE:-} ]] || {
  # what it is made of comes from a registry that is out of reach in there
  cd "$(dirname "${BASH_SOURCE[0]}")/.." && . tools/jdk.sh
  need node nodejs nodejs nodejs && need npm npm npm npm || { say "dockerode.sh needs Node.js and npm; skipped"; exit 77; }
  [[ -d target/dockerode/node_modules/dockerode ]] || npm install --silent --no-audit --no-fund --prefix target/dockerode dockerode@4 >/dev/null 2>&1 ||
    { say "dockerode.sh needs dockerode from the npm registry; skipped"; exit 77; }
  exec env ONDOL_TEST_NAMESPACE=1 unshare -n -- test/dockerode.sh
}
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cache=$top/target/dockerode
busybox ip link set lo up
registry=
if command -v docker-registry >/dev/null; then
  registry=127.0.0.1:5000
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' "$state/registry" $registry >"$state/registry.yml"
  docker-registry serve "$state/registry.yml" >"$state/registry.log" 2>&1 </dev/null &
  served=$!
  disown $served
  trap 'kill $served 2>/dev/null; end_all' EXIT
fi
start_engine
busybox_root "$state/root"
tar -C "$state/root" -cf "$state/root.tar" .
while IFS=$'\t' read -r result name; do
  case $result in
    ok) ok "$name" ;;
    WRONG) bad "$name" ;;
    *) printf '        %s\n' "$result $name" ;;
  esac
done < <(NODE_PATH=$cache/node_modules SOCKET=$socket REGISTRY=$registry TAR=$state/root.tar timeout 120 node "$top/test/dockerode.js" 2>&1)
finish
