package ondol.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.registry.LittleRegistry.Answer;
import ondol.image.registry.LittleRegistry.LayerText;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Index;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from registries that break, lie or want to be asked in other ways. */
@Timeout(60)
class LyingRegistryTest {
    @TempDir
    Path scratch;

    private LittleRegistry registry;
    private ImageStore store;
    private RegistryClient client;
    private byte[] content;
    private LayerText layer;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        registry = new LittleRegistry();
        store = ImageStore.open(scratch.resolve("store"));
        client = client(Map.of());
        content = new byte[300_000];
        new Random(1).nextBytes(content);
        layer = registry.layer("x", LittleRegistry.tar("file", content));
        registry.image("x", "latest", List.of(layer));
    }

    private RegistryClient client(Map<String, List<URI>> mirrors) {
        return new RegistryClient(
                store, new RegistryOptions(mirrors, List.of(), scratch.resolve("certs"), 3, 3, Duration.ofMillis(1)));
    }

    @AfterEach
    void close() throws IOException {
        if (registry != null) {
            client.close();
            store.close();
            registry.close();
        }
    }

    private Image pull() {
        return client.pull(registry.name("x"), null, Credentials.NONE, LittleRegistry.QUIET);
    }

    private String blob() {
        return "/blobs/" + layer.blob().digest();
    }

    private void assertPulled(Image image) throws IOException {
        Path file = image.layers().getFirst().folder().resolve("file");
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
        settled(() -> {
            assertThat(names("blobs/partial")).isEmpty();
            assertThat(names("staging")).isEmpty();
        });
    }

    /** What is cleared away behind the answer. */
    private interface Check {
        void run() throws IOException;
    }

    /** Waits, some seconds at most, until what the store does behind its answers is done. */
    private static void settled(Check check) throws IOException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (true) {
            try {
                check.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    private void assertRefused(ImageException.Kind kind, String... words) throws IOException {
        assertThatThrownBy(this::pull)
                .hasMessageContainingAll(words)
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertNothingThere();
    }

    private void assertNothingThere() throws IOException {
        assertThat(store.list()).allMatch(Image::onHost);
        settled(() -> {
            assertThat(names("staging")).isEmpty();
            assertThat(names("layers")).noneMatch(name -> name.startsWith("l"));
            assertThat(names("blobs/sha256")).isEmpty();
        });
    }

    private List<String> names(String folder) throws IOException {
        try (var files = Files.list(scratch.resolve("store").resolve(folder))) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    private static Answer cut(Answer whole, int after) {
        return new Answer(
                whole.status(), whole.headers(), Arrays.copyOf(whole.body(), after), whole.body().length, false);
    }

    private Answer whole() {
        return java.util.Objects.requireNonNull(registry.honest.get("/v2/x" + blob()));
    }

    @Test
    void pullsAndAsksOnlyForTheManifestAgain() throws IOException {
        Image image = pull();
        assertPulled(image);
        assertThat(image.tags()).containsExactly(registry.host() + "/x:latest");
        assertThat(image.digests()).hasSize(1);
        int before = registry.seen.size();
        assertThat(pull()).isEqualTo(image);
        assertThat(registry.seen.subList(before, registry.seen.size()))
                .hasSize(1)
                .allMatch(request -> request.method().equals("HEAD"));
    }

    @Test
    void pullsByDigestAndKeepsTheOldImageWhenATagMoves() throws IOException {
        Image first = pull();
        registry.image("x", "latest", List.of(registry.layer("x", LittleRegistry.tar("other", content))));
        Image second = pull();
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(store.resolve(first.id().toString()).tags()).isEmpty();
        Reference byDigest = registry.name("x@" + first.manifest());
        assertThat(client.pull(byDigest, null, Credentials.NONE, LittleRegistry.QUIET)
                        .id())
                .isEqualTo(first.id());
        assertThat(store.resolve(byDigest.toString()).id()).isEqualTo(first.id());
    }

    @Test
    void choosesThePlatform() throws IOException {
        Digest wrong = registry.image("x", "wrong", List.of(registry.layer("x", LittleRegistry.tar("s390x", content))));
        Digest right = registry.image("x", "right", List.of(layer));
        byte[] index = ImageJson.write(Index.of(List.of(
                ondol.oci.image.Descriptor.of(MediaTypes.MANIFEST, wrong, 1)
                        .withPlatform(new Platform("s390x", "linux", null, null, null)),
                ondol.oci.image.Descriptor.of(MediaTypes.MANIFEST, right, 1).withPlatform(Platform.here()))));
        Digest both = registry.manifest("x", "latest", MediaTypes.INDEX, index);
        Image image = pull();
        assertPulled(image);
        assertThat(image.digests()).containsExactly(registry.host() + "/x@" + both);
        assertThatThrownBy(
                        () -> client.pull(registry.name("x"), "linux/riscv64", Credentials.NONE, LittleRegistry.QUIET))
                .hasMessageContaining("no matching manifest for linux/riscv64");
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws IOException {
        AtomicInteger times = new AtomicInteger();
        registry.lie = request ->
                request.path().endsWith(blob()) && times.getAndIncrement() == 0 ? cut(whole(), 100_000) : null;
        assertPulled(pull());
        // what had come when the connection broke, and was not read by then, is fetched once more
        assertThat(registry.seen.getLast().header("range")).matches("bytes=([1-9][0-9]{0,4}|100000)-");
    }

    @Test
    void goesOnAfterAFailedPullAlsoInAnotherProcess() throws IOException {
        registry.lie = request -> !request.path().endsWith(blob())
                ? null
                : request.header("range") == null ? cut(whole(), 100_000) : Answer.of(503, "");
        assertThatThrownBy(this::pull).hasMessageContainingAll("layer", registry.host() + "/x:latest");
        assertNothingThere();
        assertThat(names("blobs/partial")).hasSize(1);
        long there = Files.size(scratch.resolve("store/blobs/partial")
                .resolve(names("blobs/partial").getFirst()));
        assertThat(there).isBetween(1L, 100_000L);
        store.close();
        store = ImageStore.open(scratch.resolve("store"));
        client = client(Map.of());
        registry.lie = request -> null;
        assertPulled(pull());
        assertThat(registry.seen.getLast().header("range")).isEqualTo("bytes=" + there + "-");
    }

    @Test
    void fetchesAnewWhatWasDamagedOnDisk() throws IOException {
        Path partial = scratch.resolve("store/blobs/partial")
                .resolve(Digest.parse(layer.blob().digest()).hex());
        Files.write(partial, new byte[1000]);
        assertPulled(pull());
    }

    @Test
    void takesARegistryThatKnowsNoRanges() throws IOException {
        AtomicInteger times = new AtomicInteger();
        registry.lie = request -> !request.path().endsWith(blob())
                ? null
                : times.getAndIncrement() == 0 ? cut(whole(), 100_000) : whole();
        assertPulled(pull());
    }

    @Test
    void asksAgainAfter500And429() throws IOException {
        AtomicInteger times = new AtomicInteger();
        registry.lie = request -> request.path().equals("/v2/")
                ? null
                : switch (times.getAndIncrement()) {
                    case 0 -> Answer.of(500, "broken");
                    case 1 -> Answer.of(429, "slowly", "Retry-After", "0");
                    default -> null;
                };
        assertPulled(pull());
        assertThat(registry.count("GET", "/manifests/")).isEqualTo(3);
    }

    @Test
    void givesUpAfterManyRefusals() throws IOException {
        registry.lie = request -> request.path().contains("/manifests/")
                ? Answer.of(429, "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"pull rate limit\"}]}")
                : null;
        assertRefused(ImageException.Kind.FAILED, registry.host() + "/x:latest", "toomanyrequests: pull rate limit");
        assertThat(registry.count("GET", "/manifests/")).isEqualTo(Session.ATTEMPTS);
    }

    @Test
    void refusesOtherBytes() throws IOException {
        byte[] other = whole().body().clone();
        other[200_000] ^= 1;
        registry.lie = request -> request.path().endsWith(blob()) ? Answer.of(other, "x/y") : null;
        assertRefused(
                ImageException.Kind.INVALID,
                "layer " + Digest.parse(layer.blob().digest()).brief() + " of " + registry.host() + "/x:latest",
                "have the digest sha256:");
        assertThat(names("blobs/partial")).isEmpty();
    }

    @Test
    void refusesAnotherSize() throws IOException {
        registry.lie = request ->
                request.path().endsWith(blob()) ? Answer.of(Arrays.copyOf(whole().body(), 1000), "x/y") : null;
        assertRefused(
                ImageException.Kind.INVALID,
                "has 1000 bytes and not the " + layer.blob().size());
    }

    @Test
    void refusesABodyWithoutEnd() throws IOException {
        registry.lie = request -> request.path().endsWith(blob())
                ? new Answer(200, Map.of("Connection", "close"), whole().body(), 0, true)
                : null;
        assertRefused(
                ImageException.Kind.INVALID, "has more than the " + layer.blob().size() + " bytes");
    }

    @Test
    void refusesAManifestWithoutEnd() throws IOException {
        registry.lie = request -> request.path().contains("/manifests/")
                ? new Answer(200, Map.of("Connection", "close"), new byte[100_000], 0, true)
                : null;
        assertRefused(ImageException.Kind.INVALID, "manifest for", "has more than 4194304 bytes");
    }

    @Test
    void followsNoRedirectionToAFile() throws IOException {
        registry.lie = request ->
                request.path().endsWith(blob()) ? Answer.of(307, "", "Location", "file:///etc/passwd") : null;
        assertRefused(ImageException.Kind.FAILED, "file:///etc/passwd", "only http and https");
    }

    @Test
    void followsNoRedirectionsInACircle() throws IOException {
        registry.lie = request ->
                request.path().contains("/manifests/") ? Answer.of(302, "", "Location", request.path()) : null;
        assertRefused(ImageException.Kind.INVALID, "more than 10 redirections");
    }

    @Test
    void givesNoPasswordToAnotherHost() throws IOException {
        try (LittleRegistry other = new LittleRegistry()) {
            other.honest.putAll(registry.honest);
            registry.lie = request -> request.header("authorization") == null
                    ? Answer.of(401, "", "WWW-Authenticate", "Basic realm=\"x\"")
                    : request.path().contains("/blobs/")
                            ? Answer.of(307, "", "Location", "http://" + other.host() + request.path())
                            : null;
            assertPulled(client.pull(
                    registry.name("x"), null, new Credentials("me", "secret", "", ""), LittleRegistry.QUIET));
            assertThat(other.seen).isNotEmpty().allMatch(request -> request.header("authorization") == null);
        }
    }

    @Test
    void getsATokenOnceForAll() throws IOException {
        registry.lie = request -> {
            if (request.path().startsWith("/token")) {
                assertThat(request.path()).contains("service=here", "scope=repository%3Ax%3Apull");
                return Answer.of(200, "{\"token\":\"abc\",\"expires_in\":300}");
            }
            return "Bearer abc".equals(request.header("authorization"))
                    ? null
                    : Answer.of(
                            401,
                            "",
                            "WWW-Authenticate",
                            "Bearer realm=\"http://%s/token\",service=\"here\",scope=\"repository:x:pull\""
                                    .formatted(registry.host()));
        };
        assertPulled(pull());
        assertThat(registry.count("GET", "/token")).isEqualTo(1);
    }

    @Test
    void doesNotAskForeverToBeLetIn() throws IOException {
        registry.lie = request -> request.path().startsWith("/token")
                ? Answer.of(200, "{\"access_token\":\"abc\"}")
                : Answer.of(
                        401,
                        "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}",
                        "WWW-Authenticate",
                        "Bearer realm=\"http://%s/token\",service=\"here\"".formatted(registry.host()));
        assertRefused(
                ImageException.Kind.DENIED,
                "pull access denied for " + registry.host()
                        + "/x, repository does not exist or may require 'docker login'",
                "unauthorized: authentication required");
        assertThat(registry.count("GET", "/manifests/")).isEqualTo(2);
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        registry.honest.clear();
        assertRefused(
                ImageException.Kind.NOT_FOUND,
                "manifest for " + registry.host() + "/x:latest not found: manifest unknown: manifest unknown");
    }

    @Test
    void refusesHtml() throws IOException {
        registry.lie = request -> request.path().contains("/manifests/")
                ? Answer.of(200, "<html>Welcome to the hotel</html>", "Content-Type", "text/html")
                : null;
        assertRefused(ImageException.Kind.INVALID, registry.host(), "text/html that is no JSON");
    }

    @Test
    void refusesAManifestOfAnotherDigest() throws IOException {
        Digest wanted = Digest.of(new byte[0]);
        registry.lie = request ->
                request.path().contains("/manifests/") ? registry.honest.get("/v2/x/manifests/latest") : null;
        assertThatThrownBy(
                        () -> client.pull(registry.name("x@" + wanted), null, Credentials.NONE, LittleRegistry.QUIET))
                .hasMessageContaining("manifest verification failed");
        assertNothingThere();
    }

    @Test
    void refusesSchema1() throws IOException {
        byte[] old = "{\"schemaVersion\":1,\"name\":\"x\",\"tag\":\"latest\",\"fsLayers\":[]}"
                .getBytes(StandardCharsets.UTF_8);
        registry.manifest("x", "latest", "application/vnd.docker.distribution.manifest.v1+prettyjws", old);
        assertRefused(ImageException.Kind.UNSUPPORTED, registry.host() + "/x:latest", "schema 1");
    }

    @Test
    void refusesDiffIdsThatLie() throws IOException {
        LayerText good = registry.layer("x", LittleRegistry.tar("other", new byte[10]));
        registry.image(
                "x",
                "latest",
                List.of(
                        good,
                        new LayerText(layer.blob(), Digest.of(new byte[] {1}).toString())));
        assertRefused(
                ImageException.Kind.INVALID,
                "layer " + Digest.parse(layer.blob().digest()).brief(),
                "wrong diff id specified on image");
    }

    @Test
    void refusesDiffIdsThatLieAboutALayerThatIsHere() throws IOException {
        Image image = pull();
        LayerText other = registry.layer("x", LittleRegistry.tar("other", new byte[10]));
        registry.image("x", "lie", List.of(new LayerText(other.blob(), layer.diffId())));
        assertThatThrownBy(() -> client.pull(registry.name("x:lie"), null, Credentials.NONE, LittleRegistry.QUIET))
                .hasMessageContaining("wrong diff id specified on image");
        assertPulledStill(image);
    }

    private void assertPulledStill(Image image) throws IOException {
        assertThat(Files.exists(image.layers().getFirst().folder().resolve("file")))
                .isTrue();
        assertThat(names("blobs/sha256")).hasSize(3);
    }

    @Test
    void refusesAnotherNumberOfLayers() throws IOException {
        LayerText good = registry.layer("x", LittleRegistry.tar("other", new byte[10]));
        registry.image("x", "latest", List.of(layer, good), json -> json.replaceFirst(",\\{[^}]*}]", "]"));
        assertRefused(ImageException.Kind.INVALID, "1 layers in its manifest and 2 in its configuration");
    }

    @Test
    void refusesATarThatIsNone() throws IOException {
        LayerText bad = registry.layer("x", "this is no tar".repeat(100).getBytes(StandardCharsets.UTF_8));
        registry.image("x", "latest", List.of(bad));
        assertRefused(ImageException.Kind.INVALID, "layer", "tar");
    }

    @Test
    void asksMirrorsFirstAndThenTheRegistry() throws IOException {
        try (LittleRegistry mirror = new LittleRegistry()) {
            client.close();
            client = client(Map.of(registry.host(), List.of(URI.create("http://" + mirror.host()))));
            assertPulled(pull());
            assertThat(mirror.count("GET", "/manifests/latest")).isEqualTo(1);
            assertThat(registry.count("GET", blob())).isEqualTo(1);
            mirror.honest.putAll(registry.honest);
            store.remove(registry.host() + "/x", false, true, id -> List.of());
            registry.seen.clear();
            assertPulled(pull());
            assertThat(mirror.count("GET", blob())).isEqualTo(1);
            assertThat(registry.seen).allMatch(request -> request.path().equals("/v2/"));
        }
    }

    @Test
    void twoPullsOfOneLayerShareOneDownload() throws Exception {
        registry.image("x", "second", List.of(layer, registry.layer("x", LittleRegistry.tar("b", new byte[10]))));
        CountDownLatch both = new CountDownLatch(2);
        registry.lie = request -> {
            if (request.path().endsWith(blob())) {
                await(both);
            }
            return null;
        };
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        Progress progress = new Progress() {
            @Override
            public void status(String id, String status) {
                told.add(status);
                if (status.equals("Pulling fs layer")) {
                    both.countDown();
                }
            }

            @Override
            public void bytes(String id, String status, long current, long total) {}
        };
        var first =
                CompletableFuture.supplyAsync(() -> client.pull(registry.name("x"), null, Credentials.NONE, progress));
        var second = CompletableFuture.supplyAsync(
                () -> client.pull(registry.name("x:second"), null, Credentials.NONE, progress));
        Image one = first.get();
        assertPulled(second.get());
        assertPulled(one);
        assertThat(registry.count("GET", blob())).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aPullThatIsGivenUpLeavesWhatCameForTheNext() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        registry.lie = request -> {
            if (request.path().endsWith(blob()) && request.header("range") != null) {
                await(never);
            }
            return request.path().endsWith(blob()) && request.header("range") == null ? cut(whole(), 100_000) : null;
        };
        Progress impatient = new Progress() {
            private volatile long current;

            @Override
            public void status(String id, String status) {}

            @Override
            public void bytes(String id, String status, long current, long total) {
                this.current = current;
            }

            @Override
            public boolean cancelled() {
                return current > 0;
            }
        };
        assertThatThrownBy(() -> client.pull(registry.name("x"), null, Credentials.NONE, impatient))
                .hasMessageContaining("given up");
        never.countDown();
        registry.lie = request -> null;
        assertPulled(pull());
        // how much of what was sent had come when the connection broke depends on how busy the machine is
        assertThat(registry.seen.getLast().header("range")).matches("bytes=[1-9]\\d*-");
    }

    @Test
    void aRunningPullKeepsItsLayersFromTheGarbageCollection() throws Exception {
        LayerText second = registry.layer("x", LittleRegistry.tar("b", new byte[10]));
        registry.image("x", "latest", List.of(layer, second));
        registry.image("x", "other", List.of(registry.layer("x", LittleRegistry.tar("c", new byte[10]))));
        client.pull(registry.name("x:other"), null, Credentials.NONE, LittleRegistry.QUIET);
        CountDownLatch removed = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        registry.lie = request -> {
            if (request.path().endsWith(second.blob().digest())) {
                asked.countDown();
                await(removed);
            }
            return null;
        };
        var pulled = CompletableFuture.supplyAsync(this::pull);
        await(asked);
        store.remove(registry.host() + "/x:other", false, true, id -> List.of());
        removed.countDown();
        assertPulled(pulled.get());
        settled(() -> assertThat(names("layers").stream().filter(name -> name.endsWith(".json")))
                .hasSize(2));
    }
}
