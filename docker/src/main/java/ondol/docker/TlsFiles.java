package ondol.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The files by which both ends of a TLS connection know each other, as {@code docker} and {@code dockerd} take them.
 *
 * @param authority certificates of those who may sign the other end's, PEM; null for whom the JDK trusts
 * @param certificate this end's own and what leads to its authority, PEM; null for a client that has none
 * @param key the certificate's private key, PEM
 * @param verify for a server: whether a client has to show a certificate that the authority signed
 */
public record TlsFiles(
        @Nullable Path authority,
        @Nullable Path certificate,
        @Nullable Path key,
        boolean verify) {
    private static final char[] NO_PASSWORD = {};

    /**
     * What the files make of a connection.
     *
     * @throws IOException naming the file that is missing or cannot be understood
     */
    public SSLContext context() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own(), trusted(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot prepare TLS: " + e.getMessage(), e);
        }
    }

    private KeyManager @Nullable [] own() throws IOException, GeneralSecurityException {
        Path certificateFile = certificate;
        Path keyFile = key;
        if (certificateFile == null || keyFile == null) {
            return null;
        }
        Certificate[] chain = certificates(certificateFile).toArray(Certificate[]::new);
        PrivateKey secret = PemKey.read(keyFile);
        if (!secret.getAlgorithm().equals(chain[0].getPublicKey().getAlgorithm())) {
            throw new IOException("the key in " + keyFile + " is not the one of the certificate in " + certificateFile);
        }
        KeyStore store = empty();
        store.setKeyEntry("own", secret, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private TrustManager[] trusted() throws IOException, GeneralSecurityException {
        KeyStore store = null;
        Path authorityFile = authority;
        if (authorityFile != null) {
            store = empty();
            int number = 0;
            for (Certificate one : certificates(authorityFile)) {
                store.setCertificateEntry("authority" + number++, one);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var found = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new IOException("no certificate is in " + file);
            }
            return found;
        } catch (CertificateException e) {
            throw new IOException(file + " is no certificate in PEM: " + e.getMessage(), e);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new IOException("the certificate " + file + " does not exist", e);
        }
    }
}
