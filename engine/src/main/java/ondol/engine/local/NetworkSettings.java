package ondol.engine.local;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * What an engine is told about its networks as a whole: {@code networks.json} in its data directory.
 *
 * @param guard whether the machine's own rules stand in front of published ports; null for yes
 * @param pass whether packets of containers pass where Docker's engine drops what is forwarded; null for yes
 * @param big whether TCP between containers, and over the machine's own loopback, hands over more than 64 KiB in one piece;
 *     null for no
 * @param hostNames where names of containers are answered to the machine, such as {@code 127.0.0.54:53}; null for nowhere
 */
@Json
public record NetworkSettings(
        @Json.Property("hostRules") @Nullable Boolean guard,
        @Json.Property("dockerUser") @Nullable Boolean pass,
        @Json.Property("bigTcp") @Nullable Boolean big,
        @Nullable String hostNames) {
    private static final String FILE = "networks.json";

    /** @throws EngineException where the file makes no sense */
    static NetworkSettings read(Jsonb json, Path data) {
        Path file = data.resolve(FILE);
        try {
            NetworkSettings read = json.type(NetworkSettings.class).fromJson(Files.readString(file));
            read.hostNamesAt();
            return read;
        } catch (NoSuchFileException e) {
            return new NetworkSettings(null, null, null, null);
        } catch (IOException | JsonException | IllegalArgumentException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    boolean hostRules() {
        return !Boolean.FALSE.equals(guard);
    }

    boolean dockerUser() {
        return !Boolean.FALSE.equals(pass);
    }

    boolean bigTcp() {
        return Boolean.TRUE.equals(big);
    }

    Optional<InetSocketAddress> hostNamesAt() {
        if (hostNames == null || hostNames.isEmpty()) {
            return Optional.empty();
        }
        int colon = hostNames.lastIndexOf(':');
        if (colon < 0 || !hostNames.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException(
                    "\"%s\" is not an address and a port, such as 127.0.0.54:53".formatted(hostNames));
        }
        String address = hostNames.substring(0, colon).replaceAll("[\\[\\]]", "");
        return Optional.of(new InetSocketAddress(
                InetAddress.ofLiteral(address), Integer.parseInt(hostNames.substring(colon + 1))));
    }
}
