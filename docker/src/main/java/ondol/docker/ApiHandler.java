package ondol.docker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import ondol.docker.json.SystemJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers requests: finds the endpoint, and makes an error reply of whatever it throws. */
final class ApiHandler extends Handler.Abstract {
    private static final System.Logger LOG = System.getLogger(ApiHandler.class.getName());

    private final Engine engine;
    private final Map<Engine, Router> routers = new ConcurrentHashMap<>(); // of each view: there are as many as tenants
    private final String server;

    ApiHandler(Engine engine) {
        this.engine = engine;
        this.server = "Ondol/" + engine.info().version() + " (linux)";
    }

    private static Router router(Engine engine) {
        Router router = new Router();
        EventsApi events = new EventsApi(engine);
        new SystemApi(engine, events).addTo(router);
        events.addTo(router);
        new ContainersApi(engine).addTo(router);
        new StreamsApi(engine).addTo(router);
        new StatsApi(engine).addTo(router);
        new FilesApi(engine).addTo(router);
        new ExecApi(engine).addTo(router);
        new ArchivesApi(engine).addTo(router);
        RegistryApi registries = new RegistryApi(engine);
        new ImagesApi(engine, registries).addTo(router);
        registries.addTo(router);
        new BuildApi(engine).addTo(router);
        new VolumesApi(engine).addTo(router);
        new NetworksApi(engine).addTo(router);
        new OndolApi(engine).addTo(router);
        new TenantsApi(engine).addTo(router);
        new MeterApi(engine).addTo(router);
        LaterApi.addTo(router);
        return router;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Call.describe(response, server);
        request.addIdleTimeoutListener(_ -> false); // whoever waits for its answer is not idle
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        Callback last = Callback.from(
                () -> {
                    endPoint.setIdleTimeout(Call.IDLE);
                    callback.succeeded();
                },
                callback::failed);
        Router.Match match;
        try {
            Engine seen = Peer.view(engine, request.getConnectionMetaData());
            Router router = routers.computeIfAbsent(seen, ApiHandler::router);
            match = router.find(request.getMethod(), request.getHttpURI().getPath());
        } catch (EngineException e) {
            match = fixed(call -> call.error(Errors.status(e), Errors.message(e)));
        }
        if (match == null) {
            match = fixed(call -> call.error(404, "page not found"));
        }
        answer(match, new Call(request, response, last, match.version(), match.path()));
        return true;
    }

    private static Router.Match fixed(Router.Endpoint endpoint) {
        return new Router.Match(endpoint, ApiVersion.NEWEST, Map.of());
    }

    private static void answer(Router.Match match, Call call) {
        try {
            match.endpoint().answer(call);
        } catch (EngineException e) {
            call.error(Errors.status(e), Errors.message(e));
        } catch (HttpException.RuntimeException e) {
            call.error(e.getCode(), String.valueOf(e.getReason()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.error(500, "the engine is stopping");
        } catch (java.io.IOException e) {
            // Mostly a client that has gone.
            LOG.log(System.Logger.Level.DEBUG, "a request could not be answered", e);
            call.error(500, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            LOG.log(System.Logger.Level.ERROR, "a request failed", e);
            call.error(500, e.toString());
        }
    }

    private static void refuse(Response response, Callback callback, int status, String message) {
        byte[] body = Json.write(new SystemJson.Message(message));
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Call.JSON_TYPE).put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, java.nio.ByteBuffer.wrap(body), callback);
    }

    /** Answers what is no HTTP. */
    static boolean malformed(Request request, Response response, Callback callback) {
        Object message = request.getAttribute(org.eclipse.jetty.server.handler.ErrorHandler.ERROR_MESSAGE);
        refuse(response, callback, response.getStatus(), "malformed request" + detail(message));
        return true;
    }

    private static String detail(@Nullable Object message) {
        return message == null ? "" : ": " + message;
    }
}
