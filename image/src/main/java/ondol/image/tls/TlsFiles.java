package ondol.image.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The files by which both ends of a TLS connection know each other, as {@code docker} and {@code dockerd} take them.
 *
 * @param authority certificates of those who may sign the other end's, PEM; null for whom this machine trusts
 * @param certificate this end's own and what leads to its authority, PEM; null for a client that has none
 * @param key the certificate's private key, PEM
 * @param verify whether the other end has to show a certificate that the authority signed
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
        Certificate[] chain = PemFile.certificates(certificateFile).toArray(Certificate[]::new);
        PrivateKey secret = PemKey.read(keyFile);
        if (!secret.getAlgorithm().equals(chain[0].getPublicKey().getAlgorithm())) {
            throw new IOException("the key in " + keyFile + " is not the one of the certificate in " + certificateFile);
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("own", secret, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private TrustManager[] trusted() throws IOException, GeneralSecurityException {
        Path file = authority;
        if (!verify) {
            return Trust.anyone();
        }
        return (file == null ? Trust.machine() : Trust.file(file)).managers();
    }
}
