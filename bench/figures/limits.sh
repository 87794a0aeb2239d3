# Limits of a container, beside what they say: processors by the kernel's own count, block devices by direct reads and
# writes of a loop device. For bench/run. SECONDS_EACH=5 is how long each is measured.
figure cpu-limits blkio-limits

used_microseconds() { # CONTAINER: processor time of its group
  local file
  for file in /sys/fs/cgroup/ondol*/"$1"/cpu.stat /sys/fs/cgroup/unified/ondol*/"$1"/cpu.stat; do
    [[ ! -f $file ]] || { sed -n 's/^usage_usec //p' "$file"; return; }
  done
  echo $(($(cat /sys/fs/cgroup/cpuacct/ondol*/"$1"/cpuacct.usage) / 1000))
}
beside() { # TITLE GOT WANTED PERCENT
  awk -v title="$1" -v got="$2" -v wanted="$3" -v most="$4" 'BEGIN {
    off = 100 * (got - wanted) / wanted
    printf "%-34s %10.3f of %g   %+.1f %%   %s\n", title, got, wanted, off, (off < 0 ? -off : off) <= most ? "within " most " %" : "OFF BY MORE THAN " most " %" }'
}

cpu_limits() {
  local cpus id begun ended before after seconds=${SECONDS_EACH:-5}
  our_engine
  for cpus in 0.25 0.5 1.5; do
    awk -v c=$cpus -v n="$(nproc)" 'BEGIN {exit c <= n ? 0 : 1}' || { echo "--cpus $cpus: left out, too few processors"; continue; }
    id=$(docker -H "$ours" run -d --network none --cpus $cpus ondol-bench sh -c 'while :; do :; done & while :; do :; done')
    sleep 1
    begun=${EPOCHREALTIME/[.,]/} before=$(used_microseconds "$id")
    sleep "$seconds"
    ended=${EPOCHREALTIME/[.,]/} after=$(used_microseconds "$id")
    docker -H "$ours" rm -f "$id" >/dev/null
    beside "--cpus $cpus, processors" "$(awk -v u=$((after - before)) -v t=$((ended - begun)) 'BEGIN {print u / t}')" $cpus 3
  done
  shown docker -H "$ours" run -d --network none --cpus 0.25 ondol-bench sh -c "'while :; do :; done & while :; do :; done'"
}

direct() { # FLAGS... -- DD-ARGUMENT...: seconds that dd took, as it says
  local flags=()
  while [[ $1 != -- ]]; do flags+=("$1"); shift; done
  shift
  "$top/ondol" --host "$ours" run --rm --network none --device "$disk" -e LC_ALL=C "${flags[@]}" host dd "$@" 2>&1 |
    sed -n 's/.*copied, \([0-9.e+-]*\) s.*/\1/p'
}

blkio_limits() {
  local file disk seconds=${SECONDS_EACH:-5} mebibytes operations
  our_engine
  mebibytes=$((4 * seconds)) operations=$((200 * seconds))
  file=$(mktemp /var/tmp/ondol-bench.XXXXXX)
  at_end rm -f "$file"
  head -c $((64 << 20)) /dev/zero >"$file"
  disk=$(losetup --find --show --direct-io=on "$file" 2>/dev/null || losetup --find --show "$file") || { echo "blkio-limits: left out, no loop device"; return; }
  at_end losetup -d "$disk"
  dd if="$disk" of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null || { echo "blkio-limits: left out, no direct I/O"; return; }
  per_second() { awk -v n="$1" -v s="$2" 'BEGIN {print n / s}'; }
  beside "--device-read-bps, MiB/s" "$(per_second $mebibytes "$(direct --device-read-bps "$disk:4mb" -- if="$disk" of=/dev/null bs=64k count=$((mebibytes * 16)) iflag=direct)")" 4 10
  beside "--device-write-bps, MiB/s" "$(per_second $mebibytes "$(direct --device-write-bps "$disk:4mb" -- if=/dev/zero of="$disk" bs=64k count=$((mebibytes * 16)) oflag=direct)")" 4 10
  beside "--device-read-iops" "$(per_second $operations "$(direct --device-read-iops "$disk:200" -- if="$disk" of=/dev/null bs=4k count=$operations iflag=direct)")" 200 10
  beside "--device-write-iops" "$(per_second $operations "$(direct --device-write-iops "$disk:200" -- if=/dev/zero of="$disk" bs=4k count=$operations oflag=direct)")" 200 10
  shown ondol run --rm --network none --device "$disk" --device-read-bps "$disk:4mb" host dd if="$disk" of=/dev/null bs=64k iflag=direct
}
