package ondol.docker;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import ondol.docker.json.ContainerJson;
import ondol.engine.Containers;
import ondol.engine.Containers.PathStat;
import ondol.engine.Engine;

/** The files of containers: copied in and out, exported, compared with the image. */
final class FilesApi {
    private static final String TAR = "application/x-tar";
    private static final String STAT = "X-Docker-Container-Path-Stat";

    private final Containers containers;

    FilesApi(Engine engine) {
        this.containers = engine.containers();
    }

    void addTo(Router router) {
        router.head("/containers/{id}/archive", this::stat)
                .get("/containers/{id}/archive", this::copyOut)
                .put("/containers/{id}/archive", this::copyIn)
                .get("/containers/{id}/export", this::export)
                .get("/containers/{id}/changes", this::changes);
    }

    private void stat(Call call) {
        call.header(STAT, encode(containers.stat(call.path("id"), call.required("path"))));
        call.reply(200);
    }

    private void copyOut(Call call) throws IOException {
        String path = call.required("path");
        call.header(STAT, encode(containers.stat(call.path("id"), path)));
        Sink sink = call.lazyStream(200, TAR);
        try (OutputStream out = sink.asOutputStream()) {
            containers.copyOut(call.path("id"), path, out);
        }
        sink.close();
    }

    private void copyIn(Call call) throws IOException {
        String path = call.required("path");
        containers.stat(call.path("id"), path); // before the tar is looked at
        call.patient();
        try (InputStream tar = plain(call.bodyStream())) {
            containers.copyIn(call.path("id"), path, tar, call.flag("noOverwriteDirNonDir"), call.flag("copyUIDGID"));
        }
        call.reply(200);
    }

    /** A tar that may have come compressed by gzip. */
    private static InputStream plain(InputStream body) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(body, 64 << 10);
        buffered.mark(2);
        boolean gzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        return gzip ? new GZIPInputStream(buffered, 64 << 10) : buffered;
    }

    private void export(Call call) throws IOException {
        // A container that does not exist is said before the answer begins.
        String id = containers.inspect(call.path("id")).id();
        Sink sink = call.lazyStream(200, "application/octet-stream");
        try (OutputStream out = sink.asOutputStream()) {
            containers.export(id, out);
        }
        sink.close();
    }

    private void changes(Call call) {
        List<ContainerJson.Change> changes = containers.changes(call.path("id")).stream()
                .map(change -> new ContainerJson.Change(
                        change.path(),
                        switch (change.kind()) {
                            case MODIFIED -> 0;
                            case ADDED -> 1;
                            case DELETED -> 2;
                        }))
                .toList();
        call.json(changes);
    }

    private static String encode(PathStat stat) {
        return Base64.getEncoder()
                .encodeToString(Json.write(new ContainerJson.PathStat(
                        stat.name(), stat.size(), stat.mode(), Times.rfc3339(stat.modified()), stat.linkTarget())));
    }
}
