package ondol.engine;

import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to build an image.
 *
 * @param dockerfile the Dockerfile's path in the context; null for {@code Dockerfile}
 * @param remote an {@code http} or {@code https} address of a context's tar or of a Dockerfile; null where it is sent
 * @param tags names that the image gets
 * @param target the stage to end with; null for the last one
 * @param arguments values of ARG; null for one that is not set
 * @param labels further labels
 * @param noCache does all steps again
 * @param pull looks for newer images in their registries
 * @param keep keeps the containers of steps that succeeded
 * @param forceRemove removes the container of a step that failed too
 * @param platform {@code os/architecture[/variant]}; null for what images and machine say
 * @param host limits, network, further hosts and the rest of what the steps' containers get
 * @param auths who the user is at registries, by their names
 * @param owner the tenant that it is for; null for none
 */
@RecordBuilder
public record BuildOptions(
        @Nullable String dockerfile,
        @Nullable String remote,
        List<String> tags,
        @Nullable String target,
        Map<String, @Nullable String> arguments,
        Map<String, String> labels,
        boolean noCache,
        boolean pull,
        boolean keep,
        boolean forceRemove,
        @Nullable String platform,
        @Nullable HostConfig host,
        Map<String, RegistryAuth> auths,
        @Nullable BuildOwner owner) {}
