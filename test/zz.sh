. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_engine
busybox_root "$state/root"
"$ondol" init "$state/root" base >/dev/null
docker create --name ccc base true >/dev/null; echo copied >"$state/file"; bad=0
for ((i=0;i<25;i++)); do docker cp "$state/file" ccc:/root/f$i >/dev/null 2>$state/err || { bad=$((bad+1)); cat $state/err; }; done
equal "cp" 0 $bad
bad=0
for ((i=0;i<25;i++)); do docker cp "$state/file" nothere:/root/f$i >/dev/null 2>$state/err; grep -q 'No such container' $state/err || { bad=$((bad+1)); cat $state/err; }; done
equal "cp refused" 0 $bad
bad=0
for ((i=0;i<25;i++)); do docker cp "$state/file" ccc:/no/such/dir/f$i >/dev/null 2>$state/err; grep -q 'no such\|No such\|not find' $state/err || { bad=$((bad+1)); cat $state/err; }; done
equal "cp refused" 0 $bad
finish
