package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.Events.Event;
import ondol.engine.HostConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The words and numbers of the wire. */
class WordsTest {
    private static @Nullable String pass(DetachKeys keys, String typed) {
        byte[] out = keys.pass(typed.getBytes(StandardCharsets.ISO_8859_1), typed.length());
        return out == null ? null : new String(out, StandardCharsets.ISO_8859_1);
    }

    @Test
    void detachKeysAreFoundAcrossPieces() {
        DetachKeys keys = DetachKeys.parse(null);
        assertThat(pass(keys, "a\u0010")).isEqualTo("a");
        assertThat(pass(keys, "b")).isEqualTo("\u0010b");
        assertThat(pass(keys, "\u0010\u0010")).isEqualTo("\u0010");
        assertThat(pass(keys, "\u0011")).isNull();
        assertThat(pass(DetachKeys.parse("ctrl-[,a"), "x\u001ba")).isNull();
        assertThat(pass(DetachKeys.parse("ctrl-@"), "x\u0000")).isNull();
        assertThatThrownBy(() -> DetachKeys.parse("ctrl-1")).isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> DetachKeys.parse("a,,b")).isInstanceOf(EngineException.class);
    }

    @Test
    void portsAsFiltersNameThem() {
        assertThat(PortRange.parse("publish", "80").has("80/tcp")).isTrue();
        assertThat(PortRange.parse("publish", "80").has("80/udp")).isFalse();
        assertThat(PortRange.parse("publish", "8000-8080/udp").has("8042/udp")).isTrue();
        assertThat(PortRange.parse("publish", "8000-8080/udp").has("8081/udp")).isFalse();
        for (String wrong : List.of("", "x", "9-8", "70000", "80/icmp", "80-")) {
            assertThatThrownBy(() -> PortRange.parse("publish", wrong))
                    .hasMessageContaining("invalid filter 'publish=");
        }
    }

    @Test
    void timesAsDockerSaysThem() {
        assertThat(Times.about(Duration.ZERO)).isEqualTo("Less than a second");
        assertThat(Times.about(Duration.ofSeconds(59))).isEqualTo("59 seconds");
        assertThat(Times.about(Duration.ofSeconds(100))).isEqualTo("About a minute");
        assertThat(Times.about(Duration.ofMinutes(59))).isEqualTo("59 minutes");
        assertThat(Times.about(Duration.ofMinutes(80))).isEqualTo("About an hour");
        assertThat(Times.about(Duration.ofHours(47))).isEqualTo("47 hours");
        assertThat(Times.about(Duration.ofDays(13))).isEqualTo("13 days");
        assertThat(Times.about(Duration.ofDays(20))).isEqualTo("2 weeks");
        assertThat(Times.about(Duration.ofDays(100))).isEqualTo("3 months");
        assertThat(Times.about(Duration.ofDays(800))).isEqualTo("2 years");
    }

    @Test
    void timesAsClientsSayThem() {
        assertThat(Times.parse(null)).isNull();
        assertThat(Times.parse("0")).isNull();
        assertThat(Times.parse("12.5")).isEqualTo(Instant.ofEpochSecond(12, 500_000_000));
        assertThat(Times.parse("12.000000001")).isEqualTo(Instant.ofEpochSecond(12, 1));
        assertThat(Times.parse("2026-01-02T03:04:05+01:00")).isEqualTo(Instant.parse("2026-01-02T02:04:05Z"));
        assertThat(Times.parse("1h30m"))
                .isBetween(Instant.now().minusSeconds(5500), Instant.now().minusSeconds(5300));
        assertThatThrownBy(() -> Times.parse("soon")).isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> Times.parse("9".repeat(40))).isInstanceOf(EngineException.class);
        assertThat(Times.log(Instant.ofEpochSecond(1, 5))).isEqualTo("1970-01-01T00:00:01.000000005Z");
    }

    @Test
    void filtersInBothForms() {
        Filters filters = Filters.parse("{\"label\":{\"a=b\":true,\"c\":false},\"name\":[\"x\",\"y\"]}");
        assertThat(filters.get("label")).containsExactly("a=b");
        assertThat(filters.labels(Map.of("a", "b"))).isTrue();
        assertThat(filters.labels(Map.of("a", "c"))).isFalse();
        assertThat(filters.any("name", "y"::equals)).isTrue();
        assertThat(filters.any("other", "y"::equals)).isTrue();
        assertThatThrownBy(() -> Filters.parse("[]")).isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> Filters.parse("{\"a\":3}")).isInstanceOf(EngineException.class);
    }

    @Test
    void imagesByPattern() {
        List<Pattern> patterns = List.of(Globs.compile("al*"), Globs.compile("a/b?:1"));
        assertThat(Globs.reference(patterns, "alpine:3")).isTrue();
        assertThat(Globs.reference(patterns, "a/bc:1")).isTrue();
        assertThat(Globs.reference(patterns, "al/pine:3")).isFalse();
        List<Pattern> sets = List.of(Globs.compile("[a-c]x"), Globs.compile("y[^0-4.]"), Globs.compile("z[:9"));
        assertThat(List.of("bx", "bx:1", "y5")).allMatch(name -> Globs.reference(sets, name));
        assertThat(List.of("dx", "y3", "y.", "y/", "z")).noneMatch(name -> Globs.reference(sets, name));
        assertThatThrownBy(() -> Globs.compile("[c-a]")).hasMessage("syntax error in pattern: [c-a]");
    }

    @Test
    void platformsAsClientsWriteThem() {
        assertThat(Platforms.read("linux/arm64/v8")).isEqualTo("linux/arm64/v8");
        assertThat(Platforms.read("{\"architecture\":\"amd64\",\"os\":\"linux\"}"))
                .isEqualTo("linux/amd64");
        assertThat(Platforms.read(
                        "{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\",\"os.version\":\"1\"}"))
                .isEqualTo("linux/arm/v7");
        assertThatThrownBy(() -> Platforms.read("{\"os\":\"linux\"}"))
                .hasMessage("both OS and Architecture must be provided");
        assertThatThrownBy(() -> Platforms.read("{os")).hasMessageStartingWith("failed to parse platform: ");
        assertThat(Platforms.fit("linux/amd64", "linux")).isTrue();
        assertThat(Platforms.fit("linux/arm64/v8", "linux/arm64")).isTrue();
        assertThat(Platforms.fit("linux/arm64", "linux/arm64/v8")).isTrue();
        assertThat(Platforms.fit("linux/arm64", "linux/arm")).isFalse();
    }

    @Test
    void eventsByTheirSubjects() {
        Event event = new Event(
                Instant.EPOCH, "container", "exec_create: sh", "abc123", Map.of("name", "box", "image", "host:1"));
        assertThat(EventsApi.fits(event, Filters.parse("{\"event\":[\"exec_create\"]}")))
                .isTrue();
        assertThat(EventsApi.fits(event, Filters.parse("{\"container\":[\"box\"]}")))
                .isTrue();
        assertThat(EventsApi.fits(event, Filters.parse("{\"container\":[\"abc\"],\"type\":[\"container\"]}")))
                .isTrue();
        assertThat(EventsApi.fits(event, Filters.parse("{\"image\":[\"host\"]}")))
                .isTrue();
        assertThat(EventsApi.fits(event, Filters.parse("{\"volume\":[\"box\"]}")))
                .isFalse();
        assertThat(EventsApi.fits(event, Filters.parse("{\"event\":[\"start\"]}")))
                .isFalse();
    }

    /** A record that is read and written says the same, in Docker's words. */
    @Test
    void configurationsKeepTheirWords() {
        String config = "{\"Hostname\":\"h\",\"Tty\":true,\"Env\":[\"A=b\"],\"Cmd\":[\"sh\"],"
                + "\"Image\":\"i\",\"Volumes\":{\"/v\":{}},\"Labels\":{\"a\":\"b\"},\"StopTimeout\":3}";
        String host = "{\"Memory\":1,\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1,\"Hard\":2}],"
                + "\"Binds\":[\"/a:/b\"],\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]},"
                + "\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":0},\"CapAdd\":[\"ALL\"],"
                + "\"Dns\":[\"1.1.1.1\"],\"Tmpfs\":{\"/t\":\"\"},\"UTSMode\":\"host\"}";
        assertThat(again(ContainerConfig.class, config)).isEqualTo(config);
        assertThat(again(HostConfig.class, host)).isEqualTo(host);
    }

    private static String again(Class<?> type, String json) {
        Object read = Objects.requireNonNull(Json.read(type, json.getBytes(StandardCharsets.UTF_8)));
        return new String(Json.write(read), StandardCharsets.UTF_8);
    }
}
