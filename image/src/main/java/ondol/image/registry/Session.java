package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import ondol.image.ImageException;
import org.jspecify.annotations.Nullable;

/** Sends requests for one user: authenticated, and again where the server was busy or the connection broke. */
final class Session {
    static final int ATTEMPTS = 5;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration HEAD = Duration.ofSeconds(60);

    private final Transport transport;
    private final Tokens tokens;
    private final Credentials credentials;
    private final Duration patience;

    Session(Transport transport, Tokens tokens, Credentials credentials, Duration patience) {
        this.transport = transport;
        this.tokens = tokens;
        this.credentials = credentials;
        this.patience = patience;
    }

    /**
     * A request.
     *
     * @param headers names and values in turn
     * @param body null for none
     * @param scopes what the token must allow
     * @param again whether it may be sent again after a failure
     */
    record Call(
            String method,
            URI uri,
            List<String> headers,
            @Nullable Supplier<HttpRequest.BodyPublisher> body,
            List<String> scopes,
            boolean again) {
        static Call get(URI uri, List<String> scopes, String... headers) {
            return new Call("GET", uri, List.of(headers), null, scopes, true);
        }

        static Call head(URI uri, List<String> scopes, String... headers) {
            return new Call("HEAD", uri, List.of(headers), null, scopes, true);
        }
    }

    /** As {@link #send(Call)}; where not {@code known}, as nobody. */
    HttpResponse<InputStream> send(Call call, boolean known) throws IOException {
        return known ? send(call) : transport.send(call.uri(), making(call), null, true);
    }

    /** The answer, whatever its status; the body is the caller's to close. */
    HttpResponse<InputStream> send(Call call) throws IOException {
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt >= ATTEMPTS || !call.again();
            try {
                HttpResponse<InputStream> response = authenticated(call);
                if (last || !isBusy(response.statusCode())) {
                    return response;
                }
                response.body().close();
                pause(attempt, response.headers().firstValue("Retry-After").orElse(""));
            } catch (IOException e) {
                if (last || isFinal(e)) {
                    throw e;
                }
                pause(attempt, "");
            }
        }
    }

    static boolean isBusy(int status) {
        return status == 429 || status == 408 || (status >= 500 && status != 501 && status != 505);
    }

    /** Whether asking again would not help. */
    static boolean isFinal(IOException e) {
        return e instanceof RefusedException
                || e instanceof InterruptedIOException
                || e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof SSLException
                || e.getCause() instanceof UnresolvedAddressException;
    }

    /** Waits as long as the server asked for, or longer each time. */
    void pause(int attempt, String retryAfter) throws IOException {
        Duration wait = patience.multipliedBy(1L << Math.min(attempt - 1, 6));
        try {
            if (!retryAfter.isEmpty()) {
                wait = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
            }
        } catch (NumberFormatException e) {
            // a date: our own pace will do
        }
        try {
            Thread.sleep(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private static Transport.Making making(Call call) {
        boolean upload = call.body() != null;
        return uri -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                    .method(
                            call.method(),
                            call.body() == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : call.body().get());
            if (!upload) {
                request.timeout(HEAD);
            }
            for (int i = 0; i < call.headers().size(); i += 2) {
                request.setHeader(call.headers().get(i), call.headers().get(i + 1));
            }
            return request;
        };
    }

    private HttpResponse<InputStream> authenticated(Call call) throws IOException {
        Transport.Making making = making(call);
        boolean follow = call.method().equals("GET") || call.method().equals("HEAD");
        String known = tokens.known(call.uri(), call.scopes(), credentials);
        HttpResponse<InputStream> response = transport.send(call.uri(), making, known, follow);
        if (response.statusCode() != 401 || !Transport.sameOrigin(call.uri(), response.uri())) {
            return response;
        }
        List<Challenge> challenges = Challenge.parse(response.headers().allValues("WWW-Authenticate"));
        String fresh = tokens.obtain(call.uri(), challenges, call.scopes(), credentials);
        if (fresh == null) {
            return response;
        }
        response.body().close();
        return transport.send(call.uri(), making, fresh, follow);
    }

    /** Why a registry could not be reached, as a sentence. */
    static ImageException unreachable(String registry, IOException e) {
        Throwable cause = e;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = cause.getMessage();
        if (reason == null) {
            reason = cause instanceof UnresolvedAddressException
                    ? "no such host"
                    : e instanceof ConnectException ? "connection refused" : cause.toString();
        }
        return new ImageException(
                ImageException.Kind.FAILED, "cannot reach the registry %s: %s".formatted(registry, reason), e);
    }
}
