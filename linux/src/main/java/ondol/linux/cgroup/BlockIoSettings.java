package ondol.linux.cgroup;

import static ondol.linux.cgroup.LimitException.unsupported;

import java.util.ArrayList;
import java.util.List;
import ondol.linux.cgroup.Resources.BlockIo;
import ondol.linux.cgroup.Resources.DeviceValue;
import org.jspecify.annotations.Nullable;

/** Translates the limits of block devices into writes: v1's {@code blkio.*} and v2's {@code io.*}. */
final class BlockIoSettings {
    private final GroupView group;
    private final List<Setting> writes = new ArrayList<>();

    private BlockIoSettings(GroupView group) {
        this.group = group;
    }

    static List<Setting> of(BlockIo io, GroupView group) {
        BlockIoSettings settings = new BlockIoSettings(group);
        settings.weights(io);
        settings.rates(io.readBps(), "rbps", "read_bps", "blockIO.throttleReadBpsDevice");
        settings.rates(io.writeBps(), "wbps", "write_bps", "blockIO.throttleWriteBpsDevice");
        settings.rates(io.readIops(), "riops", "read_iops", "blockIO.throttleReadIOPSDevice");
        settings.rates(io.writeIops(), "wiops", "write_iops", "blockIO.throttleWriteIOPSDevice");
        return settings.writes;
    }

    private void add(String file, String value, String limit) {
        writes.add(new Setting(Controller.BLKIO, file, value, limit));
    }

    private void weights(BlockIo io) {
        List<DeviceValue> devices = ResourceChecks.orEmpty(io.weightDevice());
        int weight = io.weight() == null ? 0 : io.weight();
        if (weight == 0 && devices.isEmpty()) {
            return;
        }
        boolean v2 = group.v2(Controller.BLKIO);
        String file = weightFile(v2);
        boolean converted = file.equals("io.weight");
        if (weight != 0) {
            add(file, Long.toString(converted ? V2Units.ioWeight(weight) : weight), "blockIO.weight");
        }
        for (DeviceValue device : devices) {
            long value = converted ? V2Units.ioWeight(device.value()) : device.value();
            String line = "%d:%d %d".formatted(device.major(), device.minor(), value);
            add(v2 ? file : file + "_device", line, "blockIO.weightDevice");
        }
    }

    /** Which scheduler keeps weights depends on how the kernel was built: BFQ, CFQ (old, v1) or iocost (v2). */
    private String weightFile(boolean v2) {
        for (String file : v2 ? List.of("io.bfq.weight", "io.weight") : List.of("blkio.bfq.weight", "blkio.weight")) {
            if (group.has(Controller.BLKIO, file)) {
                return file;
            }
        }
        throw unsupported(
                "blockIO.weight",
                "this kernel keeps no weights of block devices (neither BFQ nor iocost); leave it out");
    }

    private void rates(@Nullable List<DeviceValue> devices, String v2Key, String v1File, String limit) {
        boolean v2 = group.v2(Controller.BLKIO);
        for (DeviceValue device : ResourceChecks.orEmpty(devices)) {
            String number = device.major() + ":" + device.minor();
            if (v2) {
                String rate = device.value() == 0 ? "max" : Long.toString(device.value());
                add("io.max", number + " " + v2Key + "=" + rate, limit);
            } else {
                add("blkio.throttle." + v1File + "_device", number + " " + device.value(), limit);
            }
        }
    }
}
