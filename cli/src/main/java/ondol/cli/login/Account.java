package ondol.cli.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import ondol.cli.json.JsonWriter;

/** What a user has to show at one registry; empty texts stand for what is not there. */
public record Account(String server, String username, String password, String identityToken) {
    /** The value of the header {@code X-Registry-Auth}. */
    public String header() {
        return Base64.getUrlEncoder().encodeToString(json().getBytes(StandardCharsets.UTF_8));
    }

    /** The body of {@code POST /auth}. */
    public String json() {
        JsonWriter json = new JsonWriter().begin();
        if (!username.isEmpty()) json.field("username", username);
        if (!password.isEmpty()) json.field("password", password);
        if (!identityToken.isEmpty()) json.field("identitytoken", identityToken);
        return json.field("serveraddress", server).end().toString();
    }

    @Override
    public String toString() {
        return "Account[" + username + " at " + server + "]";
    }
}
