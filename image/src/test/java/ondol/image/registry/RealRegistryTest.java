package ondol.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import ondol.image.Image;
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

/** Push and pull with Docker's own registry: plain, with TLS, with a password. */
class RealRegistryTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private RegistryClient client;
    private final List<String> told = new ArrayList<>();
    private final Progress progress = new Progress() {
        @Override
        public void status(String id, String status) {
            told.add(status);
        }

        @Override
        public void bytes(String id, String status, long current, long total) {}
    };

    @BeforeEach
    void open() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        store = ImageStore.open(scratch.resolve("store"));
        client = client();
    }

    private RegistryClient client() {
        return new RegistryClient(
                store, new RegistryOptions(Map.of(), List.of(), scratch.resolve("certs"), 3, 3, Duration.ofMillis(1)));
    }

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
            store.close();
        }
    }

    private Image make(Reference name, int bytes) {
        byte[] content = new byte[bytes];
        new Random(2).nextBytes(content);
        return store.importTar(new ByteArrayInputStream(LittleRegistry.tar("file", content)), NewImage.named(name));
    }

    private void forget(Reference... names) {
        for (Reference name : names) {
            store.remove(name.toString(), false, true, id -> List.of());
        }
    }

    private static Path folder(Path path) throws IOException {
        return Files.createDirectories(path);
    }

    @Test
    void goesThereAndBackUnchanged() throws Exception {
        try (RealRegistry registry = new RealRegistry(folder(scratch.resolve("r")), "", "")) {
            Reference name = Reference.parse("localhost:" + registry.port() + "/a/b:1");
            Reference other = Reference.parse("localhost:" + registry.port() + "/c:1");
            Image image = make(name, 1_000_000);
            var pushed = client.push(name, Credentials.NONE, progress);
            assertThat(pushed.digest()).isEqualTo(store.resolve(name.toString()).manifest());
            assertThat(told).contains("Pushed");
            client.push(name, Credentials.NONE, progress);
            assertThat(told).contains("Layer already exists");
            store.tag(name.toString(), other);
            client.push(other, Credentials.NONE, progress);
            assertThat(told).contains("Mounted from a/b");
            assertThat(client.tags(name, Credentials.NONE)).containsExactly("1");
            assertThat(client.manifest(name, Credentials.NONE).digest()).isEqualTo(pushed.digest());
            assertThat(store.resolve(name.toString()).digests()).hasSize(2);
            forget(name, other);
            Image back = client.pull(other, null, Credentials.NONE, progress);
            assertThat(back.id()).isEqualTo(image.id());
            assertThat(back.manifest()).isEqualTo(pushed.digest());
            assertThatThrownBy(() -> client.pull(name.withTag("2"), null, Credentials.NONE, progress))
                    .hasMessage("manifest for %s not found: manifest unknown: manifest unknown"
                            .formatted(name.withTag("2").familiar()));
            assertThatThrownBy(() -> client.push(name.withTag("2"), Credentials.NONE, progress))
                    .hasMessageContaining("An image does not exist locally with the tag: " + name.familiarRepository());
        }
    }

    @Test
    void sendsLargeLayersInPieces() throws Exception {
        try (RealRegistry registry = new RealRegistry(folder(scratch.resolve("r")), "", "")) {
            Reference name = Reference.parse("localhost:" + registry.port() + "/large");
            Image image = make(name, 140 << 20);
            // as it is: compressing noise takes long
            store.pushed(image.id(), image.manifest(), name);
            client.push(name, Credentials.NONE, progress);
            store.remove(image.id().toString(), true, true, id -> List.of());
            assertThat(client.pull(name, null, Credentials.NONE, progress).id()).isEqualTo(image.id());
        }
    }

    @Test
    void letsNobodyInWithoutThePassword() throws Exception {
        RealRegistry.tool("docker-registry");
        Path folder = folder(scratch.resolve("r"));
        // the password is "secret"
        Files.writeString(
                folder.resolve("htpasswd"), "me:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n");
        String auth = "auth: {htpasswd: {realm: test, path: %s/htpasswd}}".formatted(folder);
        try (RealRegistry registry = new RealRegistry(folder, "", auth)) {
            Reference name = Reference.parse("127.0.0.1:" + registry.port() + "/private:1");
            Credentials me = new Credentials("me", "secret", "", "");
            make(name, 1000);
            assertThatThrownBy(() -> client.push(name, Credentials.NONE, progress))
                    .isInstanceOfSatisfying(
                            ImageException.class, e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.DENIED))
                    .hasMessageContaining("no basic auth credentials");
            client.push(name, me, progress);
            client.login(name.domain(), me);
            assertThatThrownBy(() -> client.login(name.domain(), new Credentials("me", "wrong", "", "")))
                    .hasMessageContaining("401");
            assertThatThrownBy(
                            () -> client.pull(name.withTag("2"), null, new Credentials("me", "no", "", ""), progress))
                    .hasMessageContaining("pull access denied for " + name.familiarRepository());
            forget(name);
            client.pull(name, null, me, progress);
        }
    }

    @Test
    void trustsOnlyKnownAuthorities() throws Exception {
        Path folder = folder(scratch.resolve("r"));
        String openssl = RealRegistry.tool("openssl");
        RealRegistry.run(
                folder,
                openssl,
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=test",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem");
        String tls = "  tls: {certificate: %1$s/cert.pem, key: %1$s/key.pem}".formatted(folder);
        try (RealRegistry registry = new RealRegistry(folder, tls, "")) {
            // loopback: any certificate will do
            Reference loopback = Reference.parse("127.0.0.1:" + registry.port() + "/secure:1");
            make(loopback, 1000);
            client.push(loopback, Credentials.NONE, progress);
            Path certificates = folder(scratch.resolve("certs"));
            assertThatThrownBy(() -> shake(Tls.context(certificates, false), registry.port()))
                    .isInstanceOf(SSLException.class);
            Files.copy(folder.resolve("cert.pem"), certificates.resolve("ca.crt"));
            shake(Tls.context(certificates, false), registry.port());
            shake(Tls.context(null, true), registry.port());
        }
    }

    private static void shake(SSLContext context, int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
        }
    }

    @Test
    void readsItsOptions() throws IOException {
        Files.writeString(scratch.resolve("registries.json"), """
            {"mirrors": {"docker.io": ["https://mirror.test/"]}, "insecure": ["10.0.0.0/8", "old.test:5000"],
             "downloads": 5}""", StandardCharsets.UTF_8);
        RegistryOptions options = RegistryOptions.read(scratch);
        assertThat(options.mirrorsOf("docker.io")).hasToString("[https://mirror.test]");
        assertThat(options.mirrorsOf("quay.io")).isEmpty();
        assertThat(options.downloads()).isEqualTo(5);
        assertThat(options.isInsecure("10.2.3.4:80")).isTrue();
        assertThat(options.isInsecure("11.2.3.4")).isFalse();
        assertThat(options.isInsecure("old.test:5000")).isTrue();
        assertThat(options.isInsecure("new.test")).isFalse();
        assertThat(options.isInsecure("127.9.9.9:5000")).isTrue();
        assertThat(options.isInsecure("[::1]:5000")).isTrue();
        Files.writeString(scratch.resolve("registries.json"), "{\"mirrors\": {\"x\": [\"ftp://y\"]}}");
        assertThatThrownBy(() -> RegistryOptions.read(scratch)).hasMessageContaining("ftp://y");
    }

    @Test
    void readsChallenges() {
        assertThat(Challenge.parse(
                        List.of("Bearer realm=\"https://a/t\", service=\"a, \\\"b\\\"\",scope=x", "Basic realm=\"y\"")))
                .containsExactly(
                        new Challenge("bearer", Map.of("realm", "https://a/t", "service", "a, \"b\"", "scope", "x")),
                        new Challenge("basic", Map.of("realm", "y")));
        assertThat(Challenge.parse(List.of("=", ",,,", "Bearer realm=\"", "\"\"")))
                .hasSize(1);
    }
}
