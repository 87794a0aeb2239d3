package ondol.engine.spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ondol.engine.HostConfig;
import ondol.engine.ThrottleDevice;
import ondol.engine.WeightDevice;
import org.jspecify.annotations.Nullable;

/** What limits do not do on this machine although the kernel takes them: said when a container is made or changed. */
public final class LimitWarnings {
    private static final String BFQ = "bfq";

    private LimitWarnings() {}

    /**
     * Sentences; empty where the limits hold.
     *
     * @param host checked
     */
    public static List<String> of(HostConfig host, HostFacts machine) {
        List<String> warnings = new ArrayList<>();
        if (Absent.zero(host.memory()) > 0 && !machine.countsSwap()) {
            warnings.add("this kernel does not count swap per group: memory is limited, swap is not");
        }
        boolean writes = said(host.blkioDeviceWriteBps()) || said(host.blkioDeviceWriteIOps());
        if (writes && !machine.unifiedCgroups()) {
            warnings.add(
                    "control groups v1 hold write limits of devices for direct writes only; what is written through the"
                            + " page cache reaches the disk later and is not limited (v2 limits both)");
        }
        weights(host, machine.files(), warnings);
        boolean passes = Absent.no(host.privileged())
                || Absent.list(host.capAdd()).stream()
                        .anyMatch(name -> List.of("ALL", "SYS_RESOURCE", "CAP_SYS_RESOURCE")
                                .contains(name.toUpperCase(Locale.ROOT)));
        if (passes && !Absent.map(host.storageOpt()).isEmpty()) {
            warnings.add(
                    "the container has CAP_SYS_RESOURCE, whose owner may pass a quota of ext4: --storage-opt size binds"
                            + " it only where it is a filesystem of its own");
        }
        return warnings;
    }

    private static boolean said(@Nullable List<ThrottleDevice> rates) {
        return Absent.list(rates).stream().anyMatch(rate -> rate.rate() > 0);
    }

    private static void weights(HostConfig host, HostFiles files, List<String> warnings) {
        Integer weight = host.blkioWeight();
        if (weight != null && weight != 0 && !files.weighsDisks()) {
            warnings.add(
                    "no disk here has the scheduler bfq, nor is iocost on (io.cost.qos): --blkio-weight is set, and is"
                            + " kept only once a disk has (echo bfq > /sys/block/DISK/queue/scheduler)");
        }
        for (WeightDevice device : Absent.list(host.blkioWeightDevice())) {
            try {
                if (!files.weighsDisks()
                        && !files.disk(device.path()).scheduler().equals(BFQ)) {
                    warnings.add("the disk of %s does not have the scheduler bfq: its weight is set, and is not kept"
                            .formatted(device.path()));
                }
            } catch (IOException e) {
                // the limits themselves say so
            }
        }
    }
}
