package ondol.image.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import ondol.image.ImageException;
import ondol.image.tls.Trust;
import org.jspecify.annotations.Nullable;

/** Whom a connection to a registry trusts: this machine's authorities, and those that are configured for the registry. */
final class Tls {
    private Tls() {}

    /**
     * @param certificates a folder of {@code *.crt} for this registry; it need not be there
     * @param anyone whether every certificate is good
     */
    static SSLContext context(@Nullable Path certificates, boolean anyone) {
        try {
            TrustManager[] trust = anyone ? Trust.anyone() : known(certificates).managers();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw ImageException.failed("cannot prepare TLS", e);
        }
    }

    private static Trust known(@Nullable Path certificates) throws GeneralSecurityException, IOException {
        Trust trust = Trust.machine();
        if (certificates != null && Files.isDirectory(certificates)) {
            try (var files = Files.list(certificates)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".crt"))
                        .sorted()
                        .toList()) {
                    trust.and(file);
                }
            }
        }
        return trust;
    }
}
