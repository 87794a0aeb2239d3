package ondol.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** Device rules, tried by processes that open and make device nodes. */
@ParameterizedClass
@MethodSource("ondol.linux.cgroup.TestGroups#kinds")
class DevicesTest {
    private static final DeviceRule NULL = new DeviceRule(true, 'c', 1L, 3L, "rwm");

    private final Hierarchies hierarchies;
    private final TestGroups groups;

    @TempDir
    Path folder;

    DevicesTest(Hierarchies hierarchies) {
        this.hierarchies = hierarchies;
        this.groups = new TestGroups(hierarchies);
    }

    @AfterEach
    void leaveNothing() {
        groups.close();
    }

    private static Resources devices(DeviceRule... rules) {
        return new Resources(null, null, null, null, List.of(rules), null, null);
    }

    private Cgroup create(DeviceRule... rules) {
        try {
            return groups.create("devices", devices(rules));
        } catch (LimitException e) {
            throw new TestAbortedException(e.toString(), e);
        }
    }

    private String can(Cgroup group, String command) {
        return groups.output(group, "( " + command + " ) > /dev/null 2>&1 && echo yes || echo no");
    }

    /** A shell whose output stays open where /dev/null is denied. */
    private boolean opens(Cgroup group, String redirection) {
        return groups.output(group, "( : " + redirection + " ) 2>&- && echo yes || echo no")
                .endsWith("yes");
    }

    @Test
    void onlyWhatIsAllowedOpens() {
        Cgroup group = create(DeviceRule.DENY_ALL, NULL, new DeviceRule(true, 'c', 1L, 5L, "r"));
        assertThat(opens(group, "> /dev/null")).isTrue();
        assertThat(opens(group, "< /dev/null")).isTrue();
        assertThat(opens(group, "< /dev/zero")).isTrue();
        assertThat(opens(group, "> /dev/zero")).isFalse();
        assertThat(opens(group, "<> /dev/zero")).isFalse();
        assertThat(opens(group, "< /dev/full")).isFalse();
    }

    @Test
    void nodesAreMadeWhereAllowed() {
        Cgroup group =
                create(NULL, new DeviceRule(true, 'b', null, null, "m"), new DeviceRule(true, 'c', 7L, null, "m"));
        assertThat(can(group, "mknod " + folder.resolve("block") + " b 8 77")).isEqualTo("yes");
        assertThat(can(group, "mknod " + folder.resolve("vcs") + " c 7 9")).isEqualTo("yes");
        assertThat(can(group, "mknod " + folder.resolve("kmsg") + " c 1 11")).isEqualTo("no");
        assertThat(can(group, "cat " + folder.resolve("vcs"))).isEqualTo("no");
    }

    @Test
    void laterRulesWin() {
        Cgroup group = create(DeviceRule.ALLOW_ALL, new DeviceRule(false, 'c', 1L, 7L, "w"));
        assertThat(opens(group, "> /dev/null")).isTrue();
        assertThat(opens(group, "< /dev/full")).isTrue();
        assertThat(opens(group, "<> /dev/full")).isFalse();
    }

    @Test
    void nothingIsAllowedWithoutRules() {
        Cgroup group = create();
        assertThat(opens(group, "< /dev/null")).isFalse();
    }

    @Test
    void anUpdateReplaces() {
        Cgroup group = create(NULL);
        assertThat(opens(group, "< /dev/zero")).isFalse();
        group.update(devices(NULL, new DeviceRule(true, 'c', 1L, 5L, "rw")));
        assertThat(opens(group, "< /dev/zero")).isTrue();
        try (CgroupTree restarted = new CgroupTree(hierarchies)) {
            Cgroup again = restarted.open(group.path()).orElseThrow();
            again.update(devices(NULL));
            again.update(devices(NULL));
            assertThat(opens(group, "< /dev/zero")).isFalse();
            again.update(devices(DeviceRule.ALLOW_ALL));
        }
        assertThat(opens(group, "<> /dev/full")).isTrue();
        if (hierarchies.unified().isEmpty()) {
            return;
        }
        try (var directory =
                GroupFiles.directory(group.unifiedDirectory().orElseThrow().toString())) {
            assertThat(Bpf.attached(directory)).isEmpty();
        }
    }

    @Test
    void manyRulesLoad() throws Exception {
        List<DeviceRule> rules = new ArrayList<>();
        for (long minor = 0; minor < 255; minor++) {
            rules.add(new DeviceRule(minor % 3 != 0, minor % 2 == 0 ? 'b' : 'c', 200L, minor, "rw"));
        }
        rules.add(NULL);
        Cgroup group = create(rules.toArray(DeviceRule[]::new));
        assertThat(opens(group, "< /dev/null")).isTrue();
        assertThat(opens(group, "< /dev/zero")).isFalse();
        assertThat(Files.exists(folder)).isTrue();
    }
}
