package ondol.image.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/** What a file in PEM holds. All that is thrown names the file. */
final class PemFile {
    /** A system's authorities are a quarter of a megabyte. */
    private static final int LARGEST = 4 << 20;

    private PemFile() {}

    /** @param what it is to be, such as "the certificate" */
    static byte[] bytes(Path file, String what) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(what + " " + file + " does not exist");
        }
        if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
            throw new IOException("%s %s is no file of at most %d MiB".formatted(what, file, LARGEST >> 20));
        }
        return Files.readAllBytes(file);
    }

    static Collection<? extends Certificate> certificates(Path file) throws IOException {
        try {
            var found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(file, "the certificate")));
            if (found.isEmpty()) {
                throw new IOException("no certificate is in " + file);
            }
            return found;
        } catch (CertificateException e) {
            throw new IOException(file + " is no certificate in PEM: " + e.getMessage(), e);
        }
    }

    /** Adds a file's certificates to those who are trusted. */
    static void add(KeyStore store, Path file) throws IOException, GeneralSecurityException {
        int number = store.size();
        for (Certificate one : certificates(file)) {
            store.setCertificateEntry("c" + number++, one);
        }
    }
}
