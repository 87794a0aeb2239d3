package ondol.image.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileTest {
    private static Instruction only(String line) {
        return Dockerfile.parse("FROM x\n" + line)
                .stages()
                .getFirst()
                .steps()
                .getFirst()
                .instruction();
    }

    @Test
    void linesAreJoinedAndCommentsLeftOut() {
        Dockerfile file = Dockerfile.parse("""
                # syntax=docker/dockerfile:1
                # a comment
                ARG V=1
                FROM --platform=$BUILDPLATFORM base:${V} AS Build

                RUN echo a && \\
                  # not this
                    echo b \\

                    echo c
                copy --from=build --chown=1:2 a b /x/
                from scratch
                """);
        assertThat(file.arguments()).hasSize(1);
        assertThat(file.stages()).hasSize(2);
        Dockerfile.Stage first = file.stages().getFirst();
        assertThat(first.from()).isEqualTo(new Instruction.From("base:${V}", "build", "$BUILDPLATFORM"));
        assertThat(first.steps().getFirst().text()).isEqualTo("RUN echo a &&     echo b     echo c");
        assertThat(first.steps().getFirst().line()).isEqualTo(6);
        assertThat(first.steps().getLast().instruction())
                .isEqualTo(new Instruction.Copy(false, List.of("a", "b"), "/x/", "build", "1:2", null));
        assertThat(file.upTo("build")).containsExactly(first);
        assertThat(file.upTo("0")).containsExactly(first);
        assertThat(file.upTo("")).hasSize(2);
    }

    @Test
    void anotherEscape() {
        Dockerfile file = Dockerfile.parse("# escape=`\nFROM x\nRUN a `\n b \\\nRUN c");
        assertThat(file.escape()).isEqualTo('`');
        assertThat(file.stages().getFirst().steps()).hasSize(2);
    }

    @Test
    void instructions() {
        assertThat(only("RUN [\"a b\", \"\\u0041\"]"))
                .isEqualTo(new Instruction.Run(new Instruction.Command(List.of("a b", "A"), false)));
        assertThat(only("RUN [ -f x ]"))
                .isEqualTo(new Instruction.Run(new Instruction.Command(List.of("[ -f x ]"), true)));
        assertThat(only("ENV A=1 B=\"two words\" C=x\\ y"))
                .isEqualTo(new Instruction.Env(Map.of("A", "1", "B", "\"two words\"", "C", "x\\ y")));
        assertThat(only("ENV A all the rest")).isEqualTo(new Instruction.Env(Map.of("A", "all the rest")));
        assertThat(only("ADD [\"a b\", \"/c d\"]"))
                .isEqualTo(new Instruction.Copy(true, List.of("a b"), "/c d", null, null, null));
        assertThat(only("ONBUILD RUN x")).isEqualTo(new Instruction.OnBuild("RUN x"));
        assertThat(only("EXPOSE 80 90/udp")).isEqualTo(new Instruction.Expose(List.of("80", "90/udp")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# only a comment",
                "RUN x",
                "FROM",
                "FROM a b",
                "FROM a AS 1x",
                "FROM a\nFOO",
                "FROM a\nCOPY x",
                "FROM a\nCOPY --nothing=1 x y",
                "FROM a\nCOPY --link x y",
                "FROM a\nRUN --mount=type=cache,target=/x y",
                "FROM a\nRUN",
                "FROM a\nSHELL sh",
                "FROM a\nONBUILD ONBUILD RUN x",
                "FROM a\nONBUILD FROM x",
                "FROM a\nENV A",
                "FROM a\nENV =x",
                "FROM a\nLABEL a=b c",
                "FROM a\nRUN cat <<EOF\nhello\nEOF",
                "# escape=x\nFROM a"
            })
    void nonsenseIsRefused(String text) {
        assertThatThrownBy(() -> Dockerfile.parse(text)).isInstanceOf(DockerfileException.class);
    }

    @Test
    void theLineIsSaid() {
        assertThatThrownBy(() -> Dockerfile.parse("FROM a\n\nFOO bar"))
                .hasMessage("dockerfile parse error on line 3: unknown instruction: FOO");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "$A,one",
                "${A}x,onex",
                "${B:-two},two",
                "${E:-two},two",
                "${E-two},||",
                "${A:+three},three",
                "${B:+three},||",
                "${B:-${A}-x},one-x",
                "\\$A,$A",
                "'$A',$A",
                "\"$A b\",one b",
                "\"\\\"$A\\\"\",\"one\"",
                "$,$",
                "a$ b,a$ b",
                "$1,||",
                "x${A:?no},xone"
            })
    void variables(String text, String expanded) {
        Map<String, String> values = Map.of("A", "one", "E", "");
        assertThat(new Variables(values::get, '\\').expand(text)).isEqualTo(expanded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${", "${A", "${}", "${A:-x", "'", "\"a", "${A#x}", "${B:?must be set}", "${A:}"})
    void variablesThatMakeNoSense(String text) {
        Map<String, String> values = Map.of("A", "one");
        assertThatThrownBy(() -> new Variables(values::get, '\\').expand(text)).isInstanceOf(DockerfileException.class);
    }

    @Test
    void wordsOfAVariable() {
        Map<String, String> values = Map.of("P", "80 90/udp");
        assertThat(new Variables(values::get, '\\').expandWords("$P \"$P\""))
                .containsExactly("80", "90/udp", "80 90/udp");
    }

    @ParameterizedTest
    @CsvSource({
        "*.log,a.log,true",
        "*.log,x/a.log,false",
        "**/*.log,a.log,true",
        "**/*.log,x/y/a.log,true",
        "target,target/a/b,true",
        "/target/,target/x,true",
        "tar?et,target,true",
        "[a-c]x,bx,true",
        "[^a]x,ax,false",
        "a/../b,b,true",
        "**,anything/at/all,true",
        "# x,# x,false"
    })
    void ignored(String pattern, String path, boolean ignored) {
        assertThat(new IgnorePatterns(pattern).ignores(path)).isEqualTo(ignored);
    }

    @Test
    void theLastPatternThatFitsDecides() {
        IgnorePatterns patterns = new IgnorePatterns("*\n!src\nsrc/*.tmp\n");
        assertThat(patterns.ignores("README")).isTrue();
        assertThat(patterns.ignores("src/a.c")).isFalse();
        assertThat(patterns.ignores("src/a.tmp")).isTrue();
        assertThat(patterns.takesIn()).isTrue();
    }

    /** Whatever somebody sends is read or refused in a sentence, and soon. */
    @Test
    void hostileTexts() {
        Random random = new Random(7);
        String[] parts = {
            "FROM ",
            "RUN ",
            "COPY ",
            "ENV ",
            "ARG ",
            "\n",
            "\\\n",
            "\\",
            "$",
            "${",
            "}",
            "${A:-",
            "\"",
            "'",
            "[\"",
            "\"]",
            "=",
            " ",
            "#",
            "# escape=`\n",
            "`",
            "--from=",
            "<<EOF",
            "\u0000",
            "\uFEFF",
            "\uD800",
            "a",
            "ONBUILD ",
            "HEALTHCHECK CMD ",
            "\t"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "FROM x\n" : "");
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            try {
                Dockerfile file = Dockerfile.parse(text.toString());
                Variables variables = new Variables(_ -> "$A ${A} x", file.escape());
                file.stages()
                        .forEach(stage ->
                                stage.steps().forEach(step -> step.instruction().expand(variables)));
                new IgnorePatterns(text.toString()).ignores("a/b");
            } catch (DockerfileException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        String deep = "${A:-".repeat(100_000);
        assertThatThrownBy(() -> new Variables(_ -> null, '\\').expand(deep)).isInstanceOf(DockerfileException.class);
        String many = "$A".repeat(100_000);
        assertThatThrownBy(() -> new Variables(_ -> "x".repeat(1000), '\\').expand(many))
                .isInstanceOf(DockerfileException.class);
    }
}
