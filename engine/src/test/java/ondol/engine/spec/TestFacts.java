package ondol.engine.spec;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.HostConfig;
import ondol.linux.Capability;
import ondol.oci.runtime.Seccomp;
import ondol.oci.runtime.Spec;

/** A machine and a container as facts, so that a specification can be made anywhere. */
final class TestFacts {
    static final String ID = "0123456789ab" + "0".repeat(52);

    /** Files that are known by name; a folder of devices is asked for by its path. */
    static final HostFiles FILES = new HostFiles() {
        private static final List<DeviceNode> DEVICES = List.of(
                new DeviceNode("/dev/kvm", "c", 10, 232, 0600, 0, 0),
                new DeviceNode("/dev/net/tun", "c", 10, 200, 0600, 0, 0),
                new DeviceNode("/dev/null", "c", 1, 3, 0666, 0, 0),
                new DeviceNode("/dev/tty1", "c", 4, 1, 0600, 0, 0),
                new DeviceNode("/dev/vda", "b", 254, 0, 0600, 0, 0));

        @Override
        public boolean exists(String path) {
            return !path.startsWith("/nowhere");
        }

        @Override
        public List<DeviceNode> devices(String path) throws IOException {
            if (path.equals("/etc/passwd")) {
                return List.of();
            }
            List<DeviceNode> found = DEVICES.stream()
                    .filter(node -> node.path().equals(path) || node.path().startsWith(path + "/"))
                    .toList();
            if (found.isEmpty()) {
                throw new NoSuchFileException(path);
            }
            return found;
        }

        @Override
        public boolean weighsDisks() {
            return false;
        }

        @Override
        public Disk disk(String path) throws IOException {
            DeviceNode node = devices(path).stream()
                    .findFirst()
                    .filter(found -> found.type().equals("b"))
                    .orElseThrow(() -> new IOException("it is not a block device"));
            return new Disk(node.major(), node.minor(), "mq-deadline");
        }

        @Override
        public Map.Entry<String, Propagation> mountOf(String path) {
            return path.startsWith("/shared")
                    ? Map.entry("/shared", Propagation.SHARED)
                    : path.startsWith("/slave")
                            ? Map.entry("/slave", Propagation.SLAVE)
                            : Map.entry("/", Propagation.PRIVATE);
        }
    };

    /** Says which of the two it was asked for. */
    static final SeccompProfiles PROFILES = new SeccompProfiles() {
        @Override
        public Seccomp standard(Set<Capability> capabilities) {
            return seccomp("SCMP_ACT_ERRNO");
        }

        @Override
        public Seccomp parse(String json, Set<Capability> capabilities) {
            if (!json.endsWith("}")) {
                throw new IllegalArgumentException("unexpected end of JSON input");
            }
            return seccomp("SCMP_ACT_LOG");
        }
    };

    private TestFacts() {}

    static Seccomp seccomp(String action) {
        return new Seccomp(action, null, null, null, null, null, null);
    }

    static HostFacts machine() {
        Set<Capability> capabilities = EnumSet.allOf(Capability.class);
        capabilities.remove(Capability.SYS_RESOURCE);
        return new HostFacts(
                "machine",
                2,
                "0-1",
                "0",
                false,
                true,
                false,
                Collections.unmodifiableSet(capabilities),
                FILES,
                PROFILES,
                "/usr/bin/docker-init");
    }

    static ContainerFacts container(ContainerConfig config, HostConfig host) {
        return new ContainerFacts(
                ID,
                NamespaceChoice.hostname(config, host, ID, "machine"),
                ResolvedUser.ROOT,
                "/rootfs",
                "/docker/" + ID,
                null,
                null,
                null,
                List.of(),
                Map.of("other", 4711),
                List.of(),
                List.of());
    }

    static ContainerConfig config(String... command) {
        return ContainerConfigBuilder.builder().cmd(List.of(command)).build();
    }

    static Spec spec(HostConfig host) {
        return spec(config("sleep"), host);
    }

    static Spec spec(ContainerConfig config, HostConfig host) {
        ContainerFacts facts = container(config, host);
        List<MountPoint> points = MountPoints.of(config, host, List.of(), FILES).stream()
                .map(point ->
                        point.type().equals(MountPoint.VOLUME) ? point.at("v", "/volumes/" + point.name()) : point)
                .toList();
        return SpecFactory.create(
                config,
                host,
                ContainerFactsBuilder.builder(facts).mountPoints(points).build(),
                machine());
    }
}
