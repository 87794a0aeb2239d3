#!/usr/bin/env bash
# dockerode, the client for Node.js, against our socket: the operations of its README that need no network.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need node nodejs nodejs nodejs && need npm npm npm npm || { say "dockerode.sh needs Node.js and npm; skipped"; exit 77; }
cache=$top/target/dockerode
[[ -d $cache/node_modules/dockerode ]] || npm install --silent --no-audit --no-fund --prefix "$cache" dockerode@4 >/dev/null 2>&1 ||
  { say "dockerode.sh needs dockerode from the npm registry; skipped"; exit 77; }
start_engine
busybox_root "$state/root"
tar -C "$state/root" -cf "$state/root.tar" .
while IFS=$'\t' read -r result name; do
  case $result in
    ok) ok "$name" ;;
    WRONG) bad "$name" ;;
    *) printf '        %s\n' "$result $name" ;;
  esac
done < <(NODE_PATH=$cache/node_modules SOCKET=$socket TAR=$state/root.tar timeout 120 node "$top/test/dockerode.js" 2>&1)
finish
