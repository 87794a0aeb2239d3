package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import ondol.image.ImageException;
import org.jspecify.annotations.Nullable;

/**
 * Whom a connection trusts: the system's authorities, or the JDK's where the system names none, and those that are
 * configured for a registry.
 */
final class Tls {
    /** Where Debian, Fedora and Alpine have theirs. */
    private static final List<Path> SYSTEM = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/cert.pem"));

    private static final System.Logger LOG = System.getLogger(Tls.class.getName());

    private Tls() {}

    /**
     * @param certificates a folder of {@code *.crt} for this registry; it need not be there
     * @param anyone whether every certificate is good
     */
    static SSLContext context(@Nullable Path certificates, boolean anyone) {
        try {
            TrustManager[] trust = anyone
                    ? new TrustManager[] {new Anyone()}
                    : factory(store(certificates)).getTrustManagers();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw ImageException.failed("cannot prepare TLS", e);
        }
    }

    private static TrustManagerFactory factory(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static KeyStore store(@Nullable Path certificates) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        Path system = SYSTEM.stream().filter(Files::isReadable).findFirst().orElse(null);
        if (system != null) {
            number = add(store, system, number);
        }
        if (number == 0) { // Java's own; both would be read twice as long, for much the same authorities
            for (TrustManager manager : factory(null).getTrustManagers()) {
                if (manager instanceof X509TrustManager known) {
                    for (X509Certificate certificate : known.getAcceptedIssuers()) {
                        store.setCertificateEntry("c" + number++, certificate);
                    }
                }
            }
        }
        if (certificates != null && Files.isDirectory(certificates)) {
            try (var files = Files.list(certificates)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".crt"))
                        .sorted()
                        .toList()) {
                    number = add(store, file, number);
                }
            }
        }
        return store;
    }

    private static int add(KeyStore store, Path file, int from) throws GeneralSecurityException, IOException {
        int number = from;
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("c" + number++, certificate);
            }
        } catch (java.security.cert.CertificateException e) {
            LOG.log(System.Logger.Level.WARNING, "the certificates in {0} are left out: {1}", file, e.getMessage());
        }
        return number;
    }

    /** For registries that are configured as insecure. */
    private static final class Anyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
