package ondol.docker;

import java.util.List;
import ondol.engine.EngineException;

/** Endpoints of Docker's API that are known and not offered: each says so in a sentence. */
final class LaterApi {
    private static final String NO_MANAGER = "This node is not a swarm manager. Use \"docker swarm init\" or"
            + " \"docker swarm join\" to connect this node to swarm and try again.";

    private LaterApi() {}

    static void addTo(Router router) {
        no(router, "a build is cancelled by closing its connection", "POST /build/cancel");
        no(
                router,
                "this engine has no BuildKit: set DOCKER_BUILDKIT=0 for the classic builder, or make a builder that brings"
                        + " its own (docker buildx create --driver docker-container --use)",
                "POST /grpc",
                "POST /session");
        no(router, "attestations of images are not kept", "GET /images/{name*}/attestations");
        no(
                router,
                "checkpoints are not supported",
                "GET /containers/{id}/checkpoints",
                "POST /containers/{id}/checkpoints",
                "DELETE /containers/{id}/checkpoints/{checkpoint}");
        router.get("/plugins", call -> call.json(List.of()))
                .get("/plugins/{name*}/json", LaterApi::noPlugin)
                .delete("/plugins/{name*}", LaterApi::noPlugin);
        for (String verb : List.of("enable", "disable", "set", "push")) {
            router.post("/plugins/{name*}/" + verb, LaterApi::noPlugin);
        }
        group(router, "plugins", refuse("plugins are not supported"));
        router.post("/swarm/leave", unavailable("This node is not part of a swarm"))
                .put(
                        "/volumes/{name}",
                        unavailable("volume update only valid for cluster volumes, but swarm is unavailable"));
        for (String swarm : List.of("init", "join")) {
            router.post("/swarm/" + swarm, refuse("this engine does not take part in a swarm"));
        }
        for (String swarm : List.of("swarm", "nodes", "services", "tasks", "secrets", "configs")) {
            group(router, swarm, unavailable(NO_MANAGER));
        }
    }

    private static void no(Router router, String sentence, String... endpoints) {
        for (String endpoint : endpoints) {
            int space = endpoint.indexOf(' ');
            router.add(endpoint.substring(0, space), endpoint.substring(space + 1), refuse(sentence));
        }
    }

    private static void group(Router router, String first, Router.Endpoint answer) {
        for (String method : List.of("GET", "POST", "DELETE")) {
            router.add(method, "/" + first, answer).add(method, "/" + first + "/{rest*}", answer);
        }
    }

    private static void noPlugin(Call call) {
        throw EngineException.notFound("plugin \"" + call.path("name") + "\" not found");
    }

    /** 503, as Docker answers for what it could do but is not set up for. */
    private static Router.Endpoint unavailable(String sentence) {
        return call -> call.error(503, sentence);
    }

    private static Router.Endpoint refuse(String sentence) {
        return _ -> {
            throw new EngineException(EngineException.Kind.UNSUPPORTED, sentence);
        };
    }
}
