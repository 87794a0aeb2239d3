package ondol.docker;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import ondol.docker.json.ImageJson;
import ondol.docker.json.NetworkJson;
import ondol.docker.json.SystemJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Images;
import ondol.engine.PortBinding;

/** What Docker's API has no word for. */
final class OndolApi {
    private final Engine engine;

    OndolApi(Engine engine) {
        this.engine = engine;
    }

    void addTo(Router router) {
        router.post("/ondol/images/init", this::init)
                .get("/ondol/containers/{id}/explain", this::explain)
                .get("/ondol/images/{name*}/manifest", this::manifest)
                .post("/ondol/containers/{id}/ports", this::publish)
                .delete("/ondol/containers/{id}/ports", this::withdraw)
                .post("/ondol/networks/{id}/update", this::change)
                .get("/ondol/system/check", this::check);
    }

    /** Of the image that is here, or else of the one in its registry. */
    private void publish(Call call) {
        engine.networks().publish(call.path("id"), call.required("port"), binding(call));
        call.reply(204);
    }

    private void withdraw(Call call) {
        engine.networks().withdraw(call.path("id"), call.required("port"), binding(call));
        call.reply(204);
    }

    /** What a network as a whole may reach, and how fast. */
    private void change(Call call) throws IOException {
        NetworkJson.Change body = call.json(NetworkJson.Change.class);
        Map<String, String> options = body == null ? null : body.options();
        engine.networks().update(call.path("id"), options == null ? Map.of() : options);
        call.reply(204);
    }

    private static PortBinding binding(Call call) {
        return new PortBinding(call.query("ip"), call.query("host"));
    }

    private void manifest(Call call) {
        String name = call.path("name");
        byte[] json;
        try {
            json = engine.images().manifest(name);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.NOT_FOUND) {
                throw e;
            }
            json = engine.registries().manifest(name, RegistryApi.auth(call)).json();
        }
        call.bytes(200, Call.JSON_TYPE, json);
    }

    private void check(Call call) {
        Images.Check check = engine.images().check();
        call.json(new ImageJson.Check(
                check.images(), check.layers(), check.blobs(), check.snapshots(), check.bytes(), check.findings()));
    }

    /** An image from a folder of the engine's machine. */
    private void init(Call call) {
        String path = call.required("path");
        Path folder;
        try {
            folder = Path.of(path);
        } catch (InvalidPathException e) {
            throw new EngineException(EngineException.Kind.INVALID, "no path: " + path, e);
        }
        if (!folder.isAbsolute()) {
            throw EngineException.invalid("the folder has to be an absolute path: " + path);
        }
        call.json(
                201,
                new SystemJson.Id(engine.images()
                        .importFolder(folder, ImagesApi.reference(call.query("repo"), call.query("tag")))));
    }

    private void explain(Call call) {
        call.text(200, engine.containers().explain(call.path("id")));
    }
}
