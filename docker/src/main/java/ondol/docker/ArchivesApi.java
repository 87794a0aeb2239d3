package ondol.docker;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import ondol.docker.json.ImageJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Images;

/** Images saved to a tar, and loaded from one. */
final class ArchivesApi {
    private static final String TAR = "application/x-tar";

    private static final int BUFFER = 256 << 10;

    private final Images images;

    ArchivesApi(Engine engine) {
        this.images = engine.images();
    }

    void addTo(Router router) {
        router.get("/images/get", call -> save(call, call.queries("names")))
                .get("/images/{name*}/get", call -> save(call, List.of(call.path("name"))))
                .post("/images/load", this::load);
    }

    /** Docker's API has one format; the parameter {@code format} is ours. */
    private void save(Call call, List<String> names) throws IOException {
        if (names.isEmpty()) {
            throw EngineException.invalid("no image is named: say names=IMAGE");
        }
        names.forEach(name -> ImagesApi.checkPlatform(call, images, name));
        String format = Objects.requireNonNullElse(call.query("format"), "docker-archive");
        Sink sink = call.lazyStream(200, TAR);
        try (OutputStream out = new BufferedOutputStream(sink.asOutputStream(), BUFFER)) {
            images.save(names, format, out);
        }
        sink.close();
    }

    private void load(Call call) throws IOException {
        Platforms.here(call.query("platform"));
        boolean quiet = call.flag("quiet");
        Sink sink = call.lazyStream(200, Call.JSON_TYPE);
        LoadLines lines = new LoadLines(sink, quiet);
        try (InputStream tar = call.bodyStream()) {
            for (Images.Loaded loaded : images.load(tar, lines)) {
                for (String name : loaded.names()) {
                    lines.say("Loaded image: " + name);
                }
                if (loaded.names().isEmpty()) {
                    lines.say("Loaded image ID: " + loaded.id());
                }
            }
            Call.readRest(tar);
        } catch (EngineException e) {
            // Once lines have been sent the status cannot say it any more.
            if (!lines.begun()) {
                throw e;
            }
            sink.write(StreamsApi.line(new ImageJson.Progress(
                    null, String.valueOf(e.getMessage()), new ImageJson.ErrorDetail(String.valueOf(e.getMessage())))));
        }
        sink.close();
    }
}
