package ondol.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HierarchiesTest {
    private static final String V2 =
            "36 26 0:30 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    private static final String HYBRID = """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
            35 31 0:32 / /sys/fs/cgroup/memory\\040v1 rw,relatime - cgroup cgroup rw,memory
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            42 31 0:32 / /elsewhere/memory rw,relatime - cgroup cgroup rw,memory
            """;

    @Test
    void findsTheUnifiedHierarchy() {
        Hierarchies found = Hierarchies.parse(V2, "0::/\n", mount -> "cpuset cpu io memory pids misc\n");
        assertThat(found.kind()).isEqualTo(Hierarchies.Kind.V2);
        assertThat(found.version()).isEqualTo(2);
        assertThat(found.home(Controller.BLKIO).orElseThrow().mount()).isEqualTo("/sys/fs/cgroup");
        assertThat(found.home(Controller.HUGETLB)).isEmpty();
        assertThat(found.whyMissing(Controller.HUGETLB)).contains("hugetlb", "/sys/fs/cgroup/cgroup.controllers");
    }

    @Test
    void findsControllersWhereTheyLive() {
        String self = "5:cpu,cpuacct:/\n4:memory:/user\n3:pids:/\n1:name=systemd:/\n0::/\n";
        Hierarchies found = Hierarchies.parse(HYBRID, self, mount -> "hugetlb\n");
        assertThat(found.kind()).isEqualTo(Hierarchies.Kind.HYBRID);
        assertThat(found.version()).isEqualTo(1);
        assertThat(found.all()).hasSize(3);
        assertThat(found.home(Controller.CPU)).isEqualTo(found.home(Controller.CPUACCT));
        assertThat(found.home(Controller.MEMORY).orElseThrow().mount()).isEqualTo("/sys/fs/cgroup/memory v1");
        assertThat(found.inUnified(Controller.HUGETLB)).isTrue();
        assertThat(found.whyMissing(Controller.PIDS)).contains("pids", "not mounted");
        assertThat(found.withoutUnified().kind()).isEqualTo(Hierarchies.Kind.V1);
    }

    @Test
    void saysThatNothingIsMounted() {
        Hierarchies none = Hierarchies.parse("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "", mount -> "");
        assertThat(none.whyMissing(Controller.CPU)).contains("no control groups are mounted");
    }

    @Test
    void understandsThisMachine() {
        Hierarchies here = Hierarchies.detect();
        assertThat(here.version()).isIn(1, 2);
    }
}
