package ondol.docker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import ondol.image.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/** Gathers the words of a daemon's command line that say who may come in. */
final class AccessWords {
    private final Map<String, Path> files = new HashMap<>();
    private @Nullable String group;
    private boolean tls;
    private boolean verify;
    private boolean plain;

    void group(String name) {
        group = name.isEmpty() ? null : name;
    }

    /** {@code --tls}, {@code --tls=false} or {@code --tlsverify}. */
    void say(String word) {
        plain = word.equals("--tls=false");
        tls = !plain;
        verify |= word.equals("--tlsverify");
    }

    void file(String word, String path) {
        files.put(word, Path.of(path));
        tls = true;
    }

    Access access() {
        if (!tls) {
            return new Access(group, null, plain);
        }
        Path authority = verify ? found("--tlscacert", "ca.pem") : null;
        return new Access(
                group,
                new TlsFiles(authority, found("--tlscert", "cert.pem"), found("--tlskey", "key.pem"), verify),
                false);
    }

    /** The file that was named, or the one that Docker's tools look for. */
    private Path found(String word, String usual) {
        Path named = files.get(word);
        if (named != null) {
            return named;
        }
        String folder = System.getenv("DOCKER_CERT_PATH");
        Path file = folder == null || folder.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".docker", usual)
                : Path.of(folder, usual);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("TLS needs " + word + " FILE (" + file + " does not exist)");
        }
        return file;
    }
}
