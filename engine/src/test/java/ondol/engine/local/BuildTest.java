package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import ondol.engine.BuildOptionsBuilder;
import ondol.engine.BuildProgress;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.EngineException;
import ondol.engine.HostConfigBuilder;
import ondol.engine.Images.ImageDetails;
import ondol.image.TarEntry;
import ondol.image.TarWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds on a real engine, from an image of busybox. */
class BuildTest {
    private static Rooms rooms;

    @BeforeAll
    static void open(@TempDir Path folder) throws IOException {
        rooms = new Rooms(folder);
    }

    @AfterAll
    static void close() throws Exception {
        if (rooms != null) {
            rooms.close();
        }
    }

    /** What is said of a build. */
    private static final class Heard implements BuildProgress {
        final StringBuilder text = new StringBuilder();
        final AtomicBoolean gone = new AtomicBoolean();
        int code;

        @Override
        public synchronized void text(String part) {
            text.append(part);
        }

        @Override
        public void image(String id) {}

        @Override
        public void ended(int exitCode) {
            code = exitCode;
        }

        @Override
        public void status(String id, String status) {}

        @Override
        public void bytes(String id, String status, long current, long total) {}

        @Override
        public boolean cancelled() {
            return gone.get() || text.toString().contains("CANCEL ME");
        }
    }

    private static byte[] tar(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(bytes);
        for (Map.Entry<String, String> file : files.entrySet()) {
            byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
            tar.put(TarEntry.file(file.getKey(), content.length));
            tar.write(content, 0, content.length);
        }
        tar.finish();
        return bytes.toByteArray();
    }

    private static BuildOptionsBuilder options() {
        return BuildOptionsBuilder.builder()
                .tags(List.of())
                .arguments(Map.of())
                .labels(Map.of())
                .auths(Map.of())
                .host(HostConfigBuilder.builder().networkMode("none").build());
    }

    private static String build(BuildOptionsBuilder options, Map<String, String> files, Heard heard)
            throws IOException {
        return rooms.engine.builds().build(options.build(), new ByteArrayInputStream(tar(files)), heard);
    }

    private static String says(String image, String... command) throws Exception {
        String said = rooms.run(
                ContainerConfigBuilder.builder()
                        .image(image)
                        .cmd(List.of(command))
                        .build(),
                HostConfigBuilder.builder().networkMode("none").build());
        assertThat(said).endsWith("exit 0");
        return said.substring(0, said.length() - "exit 0".length());
    }

    @Test
    void instructionsMakeAnImage() throws Exception {
        Heard heard = new Heard();
        String dockerfile = """
                ARG BASE=nothing
                FROM $BASE AS one
                ARG WHO=nobody
                ENV A=1 B="$WHO and more"
                WORKDIR /work/deep
                COPY a.txt b.txt sub/
                COPY --chown=me --chmod=640 a.txt /owned
                RUN echo "ran by $WHO with $B" > made && touch /data/x
                USER me
                CMD ["cat", "made"]
                LABEL x="y z"
                EXPOSE 80
                FROM one
                COPY --from=one /work/deep/made /copied
                """;
        String id = build(
                options()
                        .tags(List.of("built:1", "built:also"))
                        .arguments(Map.of("BASE", "busybox", "WHO", "tester", "UNUSED", "1"))
                        .labels(Map.of("asked", "for $it")),
                Map.of("Dockerfile", dockerfile, "a.txt", "A", "b.txt", "B"),
                heard);
        assertThat(heard.text.toString())
                .contains("Step 1/14 : FROM $BASE AS one\n")
                .contains(" ---> Running in ")
                .contains("Step 14/14 : LABEL asked=for $it\n")
                .contains("[Warning] One or more build-args [UNUSED] were not consumed")
                .contains("Successfully built " + id.substring(7, 19) + "\nSuccessfully tagged built:1\n");
        ImageDetails image = rooms.engine.images().inspect("built:also");
        assertThat(image.id()).isEqualTo(id);
        assertThat(image.config().env()).contains("A=1", "B=tester and more").noneMatch(e -> e.startsWith("WHO"));
        assertThat(image.config().cmd()).containsExactly("cat", "made");
        assertThat(image.config().workingDir()).isEqualTo("/work/deep");
        assertThat(image.config().user()).isEqualTo("me");
        assertThat(image.config().labels()).containsEntry("x", "y z").containsEntry("asked", "for $it");
        assertThat(says("built:1", "cat", "made", "/copied", "sub/a.txt", "sub/b.txt"))
                .isEqualTo("ran by tester with tester and more\nran by tester with tester and more\nAB");
        assertThat(says("built:1", "stat", "-c", "%U %a", "/owned")).isEqualTo("me 640\n");
        assertThat(rooms.engine.containers().list()).isEmpty();
        assertThat(rooms.engine.images().history("built:1").getFirst().createdBy())
                .contains("LABEL asked=for $it");
    }

    @Test
    void stepsThatWereDoneAreNotDoneAgain() throws Exception {
        Map<String, String> files = Map.of("Dockerfile", "FROM busybox\nCOPY f /f\nRUN cat /f\nENV X=1\n", "f", "1");
        Heard first = new Heard();
        String id = build(options(), files, first);
        Heard second = new Heard();
        assertThat(build(options(), files, second)).isEqualTo(id);
        assertThat(second.text.toString().split("Using cache", -1)).hasSize(4);
        Heard changed = new Heard();
        Map<String, String> others = Map.of("Dockerfile", files.get("Dockerfile"), "f", "2");
        assertThat(build(options(), others, changed)).isNotEqualTo(id);
        assertThat(changed.text.toString()).doesNotContain("Using cache");
        Heard anew = new Heard();
        build(options().noCache(true), files, anew);
        assertThat(anew.text.toString()).doesNotContain("Using cache").contains("\n1");
    }

    @Test
    void aCommandThatFails() {
        Heard heard = new Heard();
        Map<String, String> files = Map.of("Dockerfile", "FROM busybox\nRUN echo said && exit 3\n");
        assertThatThrownBy(() -> build(options().forceRemove(true), files, heard))
                .isInstanceOf(EngineException.class)
                .hasMessage("The command '/bin/sh -c echo said && exit 3' returned a non-zero code: 3");
        assertThat(heard.code).isEqualTo(3);
        assertThat(heard.text.toString()).contains("said\n");
        assertThat(rooms.engine.containers().list()).isEmpty();
    }

    @Test
    void aBuildThatNobodyWaitsForEnds() throws IOException {
        Heard heard = new Heard();
        Map<String, String> files = Map.of("Dockerfile", "FROM busybox\nRUN echo CANCEL ME && sleep 1000\n");
        long begun = System.nanoTime();
        assertThatThrownBy(() -> build(options(), files, heard)).hasMessageContaining("cancelled");
        assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
        assertThat(rooms.engine.containers().list()).isEmpty();
        assertThat(staging()).isEmpty();
    }

    private static List<Path> staging() throws IOException {
        try (Stream<Path> left = Files.list(rooms.dataRoot().resolve("images/staging"))) {
            return left.filter(path -> path.getFileName().toString().startsWith("work-"))
                    .toList();
        }
    }

    /** No name in a context, and no link in it or in the image, leads a build outside. */
    @Test
    void linksLeadNowhere() throws Exception {
        String secret = Files.writeString(rooms.dataRoot().resolveSibling("secret"), "secret")
                .toString();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(bytes);
        byte[] dockerfile = """
                FROM busybox
                RUN busybox ln -s / /up && busybox ln -s ../../../../.. /far
                COPY f /up/up/up/in-root
                COPY f /far/also
                """.getBytes(StandardCharsets.UTF_8);
        tar.put(TarEntry.file("Dockerfile", dockerfile.length));
        tar.write(dockerfile, 0, dockerfile.length);
        tar.put(TarEntry.file("f", 1));
        tar.write(new byte[] {'f'}, 0, 1);
        tar.finish();
        String id = rooms.engine
                .builds()
                .build(options().build(), new ByteArrayInputStream(bytes.toByteArray()), new Heard());
        assertThat(says(id, "cat", "/in-root", "/also")).isEqualTo("ff");
        for (String source : List.of("../secret", secret, "../../../../../../../etc/passwd", "nothing")) {
            Map<String, String> files = Map.of("Dockerfile", "FROM busybox\nCOPY " + source + " /x\n");
            assertThatThrownBy(() -> build(options(), files, new Heard()))
                    .as(source)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("COPY failed");
        }
    }

    @Test
    void nonsenseIsRefusedBeforeAnythingIsDone() {
        for (String text : List.of("", "NOT A FILE", "FROM busybox\nRUN --mount=type=cache x", "FROM a b c d")) {
            Heard heard = new Heard();
            assertThatThrownBy(() -> build(options(), Map.of("Dockerfile", text), heard))
                    .isInstanceOf(EngineException.class)
                    .extracting(e -> ((EngineException) e).kind())
                    .isEqualTo(EngineException.Kind.INVALID);
            assertThat(heard.text).isEmpty();
        }
        assertThatThrownBy(() -> build(options().target("no"), Map.of("Dockerfile", "FROM busybox"), new Heard()))
                .hasMessageContaining("failed to reach build target no");
    }

    @Test
    void scratchIgnoredFilesAndTriggers() throws Exception {
        Map<String, String> base = Map.of(
                "Dockerfile", "FROM scratch\nCOPY . /files/\nONBUILD ENV TRIGGERED=yes\n",
                ".dockerignore", "*.log\n",
                "keep", "1",
                "drop.log", "2");
        String id = build(options().tags(List.of("base")), base, new Heard());
        assertThat(rooms.engine.images().inspect(id).layers()).hasSize(1);
        Heard heard = new Heard();
        String built = build(
                options(),
                Map.of("Dockerfile", "FROM busybox\nCOPY --from=base /files /files\nRUN ls /files\n"),
                heard);
        assertThat(heard.text.toString()).contains("keep\n").doesNotContain("drop.log");
        String onTop = build(options(), Map.of("Dockerfile", "FROM base\nCMD [\"x\"]\n"), heard);
        assertThat(rooms.engine.images().inspect(onTop).config().env()).contains("TRIGGERED=yes");
        assertThat(rooms.engine.images().inspect(onTop).config().onBuild()).isNullOrEmpty();
        assertThat(built).isNotEqualTo(onTop);
    }
}
