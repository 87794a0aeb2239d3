package ondol.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import ondol.cli.json.Json;
import org.junit.jupiter.api.Test;

/** What the screen of {@code ondol top} shows, in windows of several sizes. */
class LiveTopTest {
    /** Two looks, a second apart: ann's two containers, and one of nobody's. */
    private static Object look(int second) {
        String containers = container("ann", "web", 400_000_000L * second, 1500L * second) + ","
                + container("ann", "a-name-that-is-much-longer-than-any-column-has-room-for", 0, 0) + ","
                + container("", "loose", 900_000_000L * second, 0);
        return Objects.requireNonNull(Json.parse("""
            {"Nanos": %d, "Containers": [%s], "Pressure": [{"Tenant": "ann", "Cpu": 1.5, "Memory": 0.0, "Io": 0.25}]}""".formatted(second * 1_000_000_000L, containers)));
    }

    private static String container(String tenant, String name, long cpu, long received) {
        return """
            {"Tenant": "%s", "Container": "%s", "Name": "%2$s", "Memory": 1048576, "Pids": 3,
             "Used": {"CpuNanos": %d, "ReceivedBytes": %d, "SentBytes": 0, "ReadBytes": 0, "WriteBytes": 0}}""".formatted(tenant, name, cpu, received);
    }

    private static List<String> screen(boolean tenantsOnly, int columns) {
        LiveTop top = new LiveTop(tenantsOnly);
        top.look(look(1));
        top.look(look(2));
        return top.lines(columns);
    }

    @Test
    void aWideScreenHasAllColumns() {
        List<String> lines = screen(false, 160);
        assertThat(lines.getFirst()).contains("TENANT", "MEMORY", "NET IN/S", "WAITS %");
        assertThat(lines.get(1)).startsWith("-").contains("90.0", "1MiB");
        assertThat(lines.get(3)).startsWith("ann").contains("40.0", "2MiB", "1.5kB", "cpu 1.5 mem 0.0 io 0.25");
        assertThat(lines.get(4)).startsWith("  ann").contains("web");
        assertThat(lines)
                .hasSize(6)
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(160));
    }

    @Test
    void aNarrowOneGoesWithoutTheLeastOfThem() {
        List<String> lines = screen(false, 80);
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(lines.getFirst())
                .contains("TENANT", "NAME", "CPU %", "MEMORY", "NET IN/S")
                .doesNotContain("WAITS");
        assertThat(lines.get(5)).contains("a-name-that-is-much-lon…");
        assertThat(screen(false, 50))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(50));
        assertThat(screen(true, 80))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void numbersStandBelowEachOther() {
        List<String> lines = screen(false, 80);
        int end = lines.getFirst().indexOf("CPU %") + "CPU %".length();
        assertThat(lines.subList(1, 6))
                .allSatisfy(line -> assertThat(line.substring(0, end)).matches(".*[0-9]"));
    }

    @Test
    void theFirstLookShowsWhoRunsAlready() {
        LiveTop top = new LiveTop(false);
        top.look(look(1));
        assertThat(top.lines(80)).hasSize(6);
        assertThat(top.lines(80).get(1))
                .startsWith("ann")
                .contains("0.0", "2MiB")
                .doesNotContain("▁");
    }

    @Test
    void keysSort() {
        LiveTop top = new LiveTop(true);
        top.look(look(1));
        top.look(look(2));
        assertThat(top.lines(80).get(1)).startsWith("-");
        assertThat(top.key('x')).isFalse();
        assertThat(top.key('m')).isTrue();
        assertThat(top.lines(80).get(1)).startsWith("ann");
        assertThat(top.keys()).startsWith("sorted by memory").contains("c CPU", "q quits");
        assertThat(top.key('c')).isTrue();
        assertThat(top.lines(80).get(1)).startsWith("-");
        assertThat(top.key('n')).isTrue();
        assertThat(top.lines(80).get(1)).startsWith("ann");
    }

    @Test
    void aSparklineIsTheLastSecondsInEighthsOfAProcessor() {
        LiveTop top = new LiveTop(false);
        for (int second = 1; second <= 40; second++) top.look(look(second));
        String web = top.lines(160).get(4);
        assertThat(web).contains("web", "▄".repeat(20)).doesNotContain("▄".repeat(21));
        assertThat(top.lines(100).get(4)).contains("▄".repeat(8)).doesNotContain("▄".repeat(9));
    }

    @Test
    void aFrameFillsTheScreenAndNoMore() {
        List<String> lines = List.of("one", "two", "three of ten");
        assertThat(Watch.frame(lines, 24, 80))
                .isEqualTo("\u001b[H\u001b[Kone\r\n\u001b[Ktwo\r\n\u001b[Kthree of ten\r\n\u001b[J");
        assertThat(Watch.frame(lines, 3, 5)).isEqualTo("\u001b[H\u001b[Kone\r\n\u001b[Ktwo\r\n\u001b[Kthree");
        assertThat(Watch.frame(lines, 2, 80)).isEqualTo("\u001b[H\u001b[Kone\r\n\u001b[K… and 2 more");
        assertThat(Watch.frame(lines, 0, 0)).isNotNull();
    }
}
