package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import ondol.image.ImageException;
import ondol.linux.Names;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Reference;

/**
 * Why a registry refused (distribution specification, error codes).
 *
 * @param code such as {@code MANIFEST_UNKNOWN}; empty where the registry gave none
 * @param words the sentence as Docker writes it
 */
record Refusal(int status, String code, String words) {
    private static final int LONGEST = 64 << 10;
    private static final int LONGEST_WORDS = 500;

    /** Reads the body and closes it. */
    static Refusal of(HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        byte[] bytes;
        try (InputStream body = response.body()) {
            bytes = body.readNBytes(LONGEST);
        }
        try {
            Object json = ImageJson.read(bytes, Object.class, "the answer");
            List<?> errors = Json.list(Json.map(json).get("errors"));
            if (!errors.isEmpty()) {
                String code = Json.text(errors.getFirst(), "code");
                String words = code.toLowerCase(Locale.ROOT).replace('_', ' ') + ": "
                        + Json.text(errors.getFirst(), "message");
                return new Refusal(status, code, brief(words));
            }
            String details = Json.text(json, "details");
            if (!details.isEmpty()) {
                return new Refusal(status, "", brief(details));
            }
        } catch (IllegalArgumentException e) {
            // no JSON: the status has to do
        }
        String word = switch (status) {
            case 401 -> "unauthorized: authentication required";
            case 403 -> "denied: requested access to the resource is denied";
            case 404 -> "not found";
            case 429 -> "toomanyrequests: too many requests";
            default -> "received unexpected HTTP status: " + status;
        };
        return new Refusal(status, "", word);
    }

    private static String brief(String text) {
        return Names.printable(text.length() > LONGEST_WORDS ? text.substring(0, LONGEST_WORDS) : text);
    }

    /** For a manifest that was asked for. */
    ImageException ofManifest(Reference image) {
        String words = this.words.equals("not found") ? "manifest unknown" : this.words;
        if (code.equals("NAME_UNKNOWN")) {
            return new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "repository %s not found: %s".formatted(image.familiarRepository(), words));
        }
        return switch (status) {
            case 404 ->
                new ImageException(
                        ImageException.Kind.NOT_FOUND,
                        "manifest for %s not found: %s".formatted(image.familiar(), words));
            case 401, 403 ->
                new ImageException(
                        ImageException.Kind.DENIED,
                        "pull access denied for %s, repository does not exist or may require 'docker login': %s"
                                .formatted(image.familiarRepository(), words));
            default -> ofAnything(image);
        };
    }

    /** For whatever else was asked for. */
    ImageException ofAnything(Reference image) {
        return new ImageException(
                status == 401 || status == 403 ? ImageException.Kind.DENIED : ImageException.Kind.FAILED,
                status == 401 || status == 403
                        ? words
                        : "the registry %s refuses %s: %s".formatted(image.domain(), image.familiar(), words));
    }
}
