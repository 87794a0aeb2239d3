package ondol.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.NewImage;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories are found in registries that can be searched in one way, in the other, or in none. */
class SearchTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private RegistryClient client;

    @BeforeEach
    void open() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        store = ImageStore.open(scratch.resolve("store"));
        client = new RegistryClient(
                store, new RegistryOptions(Map.of(), List.of(), scratch.resolve("certs"), 3, 3, Duration.ofMillis(1)));
    }

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
            store.close();
        }
    }

    private List<RegistryClient.Hit> search(String domain, String term, int limit) {
        return client.search(domain, term, limit, Credentials.NONE);
    }

    @Test
    void byTheOlderSearch() throws Exception {
        try (LittleRegistry registry = new LittleRegistry()) {
            registry.lie = request ->
                    request.path().startsWith("/v1/search?q=a+b&n=2") ? LittleRegistry.Answer.of(200, """
                        {"results": [{"name": "a/b", "description": "two\\nlines", "star_count": 3, "is_official": true},
                          {"description": "no name"}, 7, {"name": "c"}, {"name": "d"}]}""") : null;
            assertThat(search(registry.host(), "a b", 2))
                    .containsExactly(
                            new RegistryClient.Hit(registry.host() + "/a/b", "two?lines", 3, true),
                            new RegistryClient.Hit(registry.host() + "/c", "", 0, false));
        }
    }

    @Test
    void byThePagesOfTheCatalog() throws Exception {
        try (LittleRegistry registry = new LittleRegistry()) {
            registry.lie = request -> switch (request.path()) {
                case "/v2/_catalog" ->
                    LittleRegistry.Answer.of(
                            200,
                            "{\"repositories\": [\"one\", \"house/a\"]}",
                            "Link",
                            "</v2/_catalog?last=house%2Fa>; rel=\"next\"");
                case "/v2/_catalog?last=house%2Fa" ->
                    LittleRegistry.Answer.of(200, "{\"repositories\": [\"house/b\", \"house/c\"]}");
                default -> null;
            };
            assertThat(search(registry.host(), "house", 2))
                    .extracting(RegistryClient.Hit::name)
                    .containsExactly(registry.host() + "/house/a", registry.host() + "/house/b");
        }
    }

    @Test
    void aRegistryThatHasNoSearchSaysSo() throws Exception {
        try (LittleRegistry registry = new LittleRegistry()) {
            assertThatThrownBy(() -> search(registry.host(), "x", 5))
                    .isInstanceOfSatisfying(
                            ImageException.class, e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.UNSUPPORTED))
                    .hasMessageContaining("cannot be searched");
            registry.lie = _ -> LittleRegistry.Answer.of(200, "<html>hello</html>");
            assertThatThrownBy(() -> search(registry.host(), "x", 5))
                    .hasMessageContaining("something else than a list of its repositories");
        }
    }

    @Test
    void inDockersOwnRegistry() throws Exception {
        try (RealRegistry registry = new RealRegistry(Files.createDirectories(scratch.resolve("r")), "", "")) {
            String host = "localhost:" + registry.port();
            for (String name : List.of("house/kitchen", "house/hall", "garden")) {
                Reference image = Reference.parse(host + "/" + name + ":1");
                store.importTar(
                        new ByteArrayInputStream(LittleRegistry.tar("file", new byte[10])), NewImage.named(image));
                client.push(image, Credentials.NONE, Pushing.QUIET);
            }
            assertThat(search(host, "house", 25))
                    .extracting(RegistryClient.Hit::name)
                    .containsExactly(host + "/house/hall", host + "/house/kitchen");
        }
    }

    private enum Pushing implements Progress {
        QUIET;

        @Override
        public void status(String id, String status) {}

        @Override
        public void bytes(String id, String status, long current, long total) {}
    }
}
