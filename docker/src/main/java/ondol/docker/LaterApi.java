package ondol.docker;

import java.util.List;
import ondol.engine.EngineException;

/** Endpoints of Docker's API that are known and not offered: each says so in a sentence. */
final class LaterApi {
    private LaterApi() {}

    static void addTo(Router router) {
        no(router, "building images is not supported yet", "POST /build", "POST /build/prune", "POST /build/cancel");
        no(router, "BuildKit's API is not offered: set DOCKER_BUILDKIT=0", "POST /grpc", "POST /session");
        no(router, "registries are not searched: the distribution specification has no search", "GET /images/search");
        no(router, "attestations of images are not kept", "GET /images/{name*}/attestations");
        no(router, "attaching by WebSocket is not supported: use attach", "GET /containers/{id}/attach/ws");
        no(
                router,
                "checkpoints are not supported",
                "GET /containers/{id}/checkpoints",
                "POST /containers/{id}/checkpoints",
                "DELETE /containers/{id}/checkpoints/{checkpoint}");
        no(router, "cluster volumes are not supported", "PUT /volumes/{name}");
        router.get("/plugins", call -> call.json(List.of()));
        group(router, "plugins are not supported", "plugins");
        for (String swarm : List.of("swarm", "nodes", "services", "tasks", "secrets", "configs")) {
            group(router, "this engine does not take part in a swarm", swarm);
        }
    }

    private static void no(Router router, String sentence, String... endpoints) {
        for (String endpoint : endpoints) {
            int space = endpoint.indexOf(' ');
            router.add(endpoint.substring(0, space), endpoint.substring(space + 1), refuse(sentence));
        }
    }

    private static void group(Router router, String sentence, String first) {
        for (String method : List.of("GET", "POST", "DELETE")) {
            router.add(method, "/" + first, refuse(sentence)).add(method, "/" + first + "/{rest*}", refuse(sentence));
        }
    }

    private static Router.Endpoint refuse(String sentence) {
        return _ -> {
            throw new EngineException(EngineException.Kind.UNSUPPORTED, sentence);
        };
    }
}
