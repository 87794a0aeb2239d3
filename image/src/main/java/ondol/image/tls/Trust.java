package ondol.image.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose word is taken for who the other end of a connection is. */
public final class Trust {
    /** Where Debian, Fedora and Alpine have theirs. */
    private static final List<Path> SYSTEM = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/cert.pem"));

    private static final System.Logger LOG = System.getLogger(Trust.class.getName());

    private final KeyStore store;

    private Trust() throws IOException, GeneralSecurityException {
        store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
    }

    /** Everybody's: there is no check, not even of the name. */
    public static TrustManager[] anyone() {
        return new TrustManager[] {new Anyone()};
    }

    /**
     * A file's authorities and nobody else.
     *
     * @throws IOException naming the file that is missing or cannot be understood
     */
    public static Trust file(Path authorities) throws IOException, GeneralSecurityException {
        Trust trust = new Trust();
        PemFile.add(trust.store, authorities);
        return trust;
    }

    /** The system's authorities, or the JDK's where the system names none. */
    public static Trust machine() throws IOException, GeneralSecurityException {
        Trust trust = new Trust();
        Path system = SYSTEM.stream().filter(Files::isReadable).findFirst().orElse(null);
        if (system != null) {
            trust.and(system);
        }
        if (trust.store.size() == 0) { // both would be read twice as long, for much the same authorities
            trust.andTheJdks();
        }
        return trust;
    }

    /** A file's authorities too, where they can be read. */
    public void and(Path authorities) throws GeneralSecurityException {
        try {
            PemFile.add(store, authorities);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "authorities are left out: {0}", e.getMessage());
        }
    }

    private void andTheJdks() throws GeneralSecurityException {
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager known) {
                for (X509Certificate certificate : known.getAcceptedIssuers()) {
                    store.setCertificateEntry("c" + store.size(), certificate);
                }
            }
        }
    }

    /** For {@link javax.net.ssl.SSLContext#init}. */
    public TrustManager[] managers() throws GeneralSecurityException {
        return managers(store);
    }

    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

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
