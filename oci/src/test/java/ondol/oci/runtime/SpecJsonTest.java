package ondol.oci.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecJsonTest {
    private final Jsonb jsonb = Jsonb.builder().build();
    private final JsonType<Spec> specs = jsonb.type(Spec.class);

    @ParameterizedTest
    @ValueSource(strings = {"runc-spec.json", "full.json"})
    void whatIsReadIsWrittenAgainWithNothingLostOrAdded(String name) throws IOException {
        String text = resource(name);
        String written = specs.toJson(specs.fromJson(text));
        assertThat(tree(written)).isEqualTo(tree(text));
    }

    @Test
    void fieldsOfEveryDepthArrive() throws IOException {
        Spec spec = specs.fromJson(resource("full.json"));
        Process process = Objects.requireNonNull(spec.process());
        assertThat(process.user().gid()).isEqualTo(4294967294L);
        assertThat(process.rlimits())
                .containsExactly(
                        new Rlimit("RLIMIT_CORE", 1024, Rlimit.UNLIMITED), new Rlimit("RLIMIT_NOFILE", 1024, 1024));
        assertThat(process.ioPriority()).isEqualTo(new IoPriority("IOPRIO_CLASS_IDLE", 4));
        assertThat(process.execCPUAffinity()).isEqualTo(new CpuAffinity("7", "0-3,7"));
        Linux linux = Objects.requireNonNull(spec.linux());
        Seccomp seccomp = Objects.requireNonNull(linux.seccomp());
        assertThat(Objects.requireNonNull(seccomp.syscalls()).get(1).args())
                .containsExactly(
                        new SeccompArgument(0, 2114060288L, -1, "SCMP_CMP_MASKED_EQ"),
                        new SeccompArgument(5, Long.MIN_VALUE, 0, "SCMP_CMP_NE"));
    }

    @Test
    void aNullIsNotWritten() {
        assertThat(specs.toJson(new Spec("1.2.0", null, null, null, null, null, null, null, null)))
                .isEqualTo("{\"ociVersion\":\"1.2.0\"}");
    }

    @Test
    void unknownFieldsAreIgnored() {
        Spec spec = specs.fromJson("""
                {"ociVersion":"1.9.0","windows":{"layerFolders":["C:"]},"root":{"path":"r","new":[1,{"a":null}]},
                 "process":{"user":{"uid":0,"gid":0,"x":1},"cwd":"/","rlimits":[{"type":"RLIMIT_CPU","unit":"s","soft":1,"hard":2}]}}
                """);
        assertThat(spec.root()).isEqualTo(new Root("r", null));
        assertThat(Objects.requireNonNull(spec.process()).rlimits()).containsExactly(new Rlimit("RLIMIT_CPU", 1, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"18446744073709551616", "-2", "1.5", "1e400000000"})
    void anUnsignedNumberOutOfRangeIsRefused(String number) {
        JsonType<Rlimit> rlimits = jsonb.type(Rlimit.class);
        assertThatThrownBy(() -> rlimits.fromJson("{\"type\":\"RLIMIT_CPU\",\"soft\":0,\"hard\":" + number + "}"))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void aStateIsReadAndWritten() {
        String text = "{\"ociVersion\":\"1.2.0\",\"id\":\"a\",\"status\":\"running\",\"pid\":7,\"bundle\":\"/b\"}";
        JsonType<State> states = jsonb.type(State.class);
        assertThat(states.toJson(states.fromJson(text))).isEqualTo(text);
    }

    private Object tree(String text) {
        return normal(jsonb.type(Object.class).fromJson(text));
    }

    /** Numbers of one value are equal, whatever type the parser gave them. */
    private static Object normal(Object node) {
        return switch (node) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .collect(Collectors.toMap(entry -> (String) entry.getKey(), entry -> normal(entry.getValue())));
            case List<?> list -> list.stream().map(SpecJsonTest::normal).toList();
            case Number number -> new BigDecimal(number.toString()).stripTrailingZeros();
            default -> node;
        };
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(SpecJsonTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
