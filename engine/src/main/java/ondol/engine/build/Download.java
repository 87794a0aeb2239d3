package ondol.engine.build;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import ondol.engine.EngineException;
import ondol.engine.TransferProgress;
import ondol.image.Tars;
import ondol.image.Workspace;
import ondol.linux.Descriptor;
import ondol.linux.Names;

/** A file from an address, in a folder of its own. */
public final class Download implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BUFFER = 128 << 10;

    private final Workspace folder;
    private final Path file;

    private Download(Workspace folder) {
        this.folder = folder;
        this.file = folder.path().resolve("file");
    }

    /**
     * Fetches an address by http or https.
     *
     * @param folder for this file alone; it is closed with it
     * @throws EngineException {@code FAILED} where it does not answer 200
     */
    public static Download get(String address, Workspace folder, TransferProgress progress) {
        Download download = new Download(folder);
        Path file = download.file;
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(PATIENCE)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    client.shutdownNow();
                    throw new EngineException(
                            EngineException.Kind.FAILED,
                            "got status code %d from %s".formatted(response.statusCode(), Names.printable(address)));
                }
                copy(body, file, progress, client);
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Files.setLastModifiedTime(file, time(response));
            return download;
        } catch (EngineException e) {
            folder.close();
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            folder.close();
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot fetch %s: %s".formatted(Names.printable(address), said(e)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(EngineException.Kind.FAILED, "interrupted while fetching " + address, e);
        }
    }

    private static String said(Exception e) {
        return e.getMessage() == null ? "it does not answer" : e.getMessage();
    }

    private static void copy(InputStream body, Path file, TransferProgress progress, HttpClient client)
            throws IOException {
        byte[] bytes = new byte[BUFFER];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int n = body.read(bytes); n >= 0; n = body.read(bytes)) {
                if (progress.cancelled()) {
                    client.shutdownNow();
                    throw Cancelled.exception();
                }
                out.write(bytes, 0, n);
            }
        }
    }

    private static FileTime time(HttpResponse<?> response) {
        return FileTime.from(response.headers()
                .firstValue("Last-Modified")
                .map(text -> {
                    try {
                        return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant();
                    } catch (java.time.DateTimeException e) {
                        return Instant.EPOCH;
                    }
                })
                .orElse(Instant.EPOCH));
    }

    boolean isTar() throws IOException {
        try (BufferedInputStream in = new BufferedInputStream(open())) {
            return Tars.looksLike(in);
        }
    }

    public InputStream open() throws IOException {
        return Files.newInputStream(file);
    }

    /** The folder and, in it, the file's name {@code file}. */
    Descriptor root() {
        return folder.root();
    }

    void moveTo(Path path) throws IOException {
        Files.move(file, path, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        folder.close();
    }
}
