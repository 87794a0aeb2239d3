package ondol.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import ondol.cli.command.Flags;
import ondol.cli.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The requests that Docker's own command sent for these command lines (version 28.2.2, API 1.50) are sent by ours too. */
class ContainerBodyTest {
    static Stream<Arguments> recorded() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        try (InputStream in = ContainerBodyTest.class.getResourceAsStream("create-requests.txt")) {
            String[] lines =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).split("\n", -1);
            for (int i = 0; i + 1 < lines.length; i += 2) cases.add(Arguments.of(lines[i], lines[i + 1]));
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recorded")
    void sendsWhatDockerSends(String line, String expected) {
        Flags flags = Flags.parse(new Create(), words(line), 0);
        String sent = new String(ContainerBody.of(flags, false, new int[2]), StandardCharsets.UTF_8);
        Map<?, ?> ours = Json.map(Json.parse(sent));
        Map<?, ?> theirs = Json.map(Json.parse(expected));
        assertThat(ours.get("HostConfig")).isEqualTo(theirs.get("HostConfig"));
        assertThat(ours).isEqualTo(theirs);
    }

    /** Splits a line as a shell does, with single quotes. */
    private static String[] words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (char c : (line + " ").toCharArray()) {
            if (c == '\'') {
                quoted = !quoted;
                any = true;
            } else if (c == ' ' && !quoted) {
                if (any || word.length() > 0) words.add(word.toString());
                word.setLength(0);
                any = false;
            } else {
                word.append(c);
            }
        }
        return words.toArray(new String[0]);
    }
}
