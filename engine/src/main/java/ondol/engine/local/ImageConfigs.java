package ondol.engine.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.Healthcheck;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.HealthConfig;
import ondol.oci.image.ImageConfig;
import org.jspecify.annotations.Nullable;

/** What a container inherits of its image, and what an image keeps of a container; by Docker's rules. */
final class ImageConfigs {
    private ImageConfigs() {}

    /** The container's configuration with the image's filled in where nothing was said. */
    static ContainerConfig merge(ImageConfig image, ContainerConfig asked) {
        return merge(image.config() == null ? ExecutionConfig.EMPTY : image.config(), asked);
    }

    /** The same for what an image's configuration has of a container's. */
    static ContainerConfig merge(ExecutionConfig inherited, ContainerConfig asked) {
        ContainerConfigBuilder merged = ContainerConfigBuilder.builder(asked);
        if (blank(asked.user())) {
            merged.user(inherited.user());
        }
        merged.env(environment(inherited.env(), asked.env()));
        // an entrypoint of one's own leaves the image's command behind; [""] means none at all
        List<String> entrypoint = asked.entrypoint();
        if (entrypoint != null && entrypoint.equals(List.of(""))) {
            merged.entrypoint(null);
        } else if (entrypoint == null || entrypoint.isEmpty()) {
            if (asked.cmd() == null || asked.cmd().isEmpty()) {
                merged.cmd(inherited.cmd());
            }
            merged.entrypoint(inherited.entrypoint());
        }
        if (blank(asked.workingDir())) {
            merged.workingDir(inherited.workingDir());
        }
        merged.labels(both(inherited.labels(), asked.labels()));
        merged.exposedPorts(both(inherited.exposedPorts(), asked.exposedPorts()));
        merged.volumes(both(inherited.volumes(), asked.volumes()));
        if (blank(asked.stopSignal())) {
            merged.stopSignal(inherited.stopSignal());
        }
        merged.healthcheck(merge(health(inherited.healthcheck()), asked.healthcheck()));
        if (asked.shell() == null) {
            merged.shell(inherited.shell());
        }
        if (asked.onBuild() == null) {
            merged.onBuild(inherited.onBuild());
        }
        return merged.build();
    }

    /** An image's configuration as the API shows it. */
    static ContainerConfig of(ImageConfig image) {
        return merge(image, ContainerConfigBuilder.builder().build());
    }

    /** What an image made of a container keeps. */
    static ExecutionConfig execution(ContainerConfig config) {
        return new ExecutionConfig(
                config.user(),
                config.exposedPorts(),
                config.env(),
                config.entrypoint(),
                config.cmd(),
                config.volumes(),
                config.workingDir(),
                config.labels(),
                config.stopSignal(),
                health(config.healthcheck()),
                config.argsEscaped(),
                config.onBuild(),
                config.shell());
    }

    private static boolean blank(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static @Nullable List<String> environment(@Nullable List<String> inherited, @Nullable List<String> own) {
        if (inherited == null || inherited.isEmpty()) {
            return own;
        }
        List<String> merged = new ArrayList<>(inherited);
        for (String variable : own == null ? List.<String>of() : own) {
            String name = name(variable);
            merged.removeIf(other -> name(other).equals(name));
            merged.add(variable);
        }
        return merged;
    }

    private static String name(String variable) {
        int equals = variable.indexOf('=');
        return equals < 0 ? variable : variable.substring(0, equals);
    }

    private static <V> @Nullable Map<String, V> both(@Nullable Map<String, V> inherited, @Nullable Map<String, V> own) {
        if (inherited == null) {
            return own;
        }
        Map<String, V> merged = new LinkedHashMap<>(inherited);
        if (own != null) {
            merged.putAll(own);
        }
        return merged;
    }

    /** Of a check that was asked for, the image's has what was not said: another interval for the same command, say. */
    private static @Nullable Healthcheck merge(@Nullable Healthcheck image, @Nullable Healthcheck asked) {
        if (image == null || asked == null) {
            return asked == null ? image : asked;
        }
        boolean own = asked.test() != null && !asked.test().isEmpty();
        return new Healthcheck(
                own ? asked.test() : image.test(),
                said(asked.interval(), image.interval()),
                said(asked.timeout(), image.timeout()),
                said(asked.startPeriod(), image.startPeriod()),
                said(asked.startInterval(), image.startInterval()),
                asked.retries() == null || asked.retries() == 0 ? image.retries() : asked.retries());
    }

    private static @Nullable Long said(@Nullable Long asked, @Nullable Long image) {
        return asked == null || asked == 0 ? image : asked;
    }

    private static @Nullable Healthcheck health(@Nullable HealthConfig health) {
        return health == null
                ? null
                : new Healthcheck(
                        health.test(),
                        health.interval(),
                        health.timeout(),
                        health.startPeriod(),
                        health.startInterval(),
                        health.retries());
    }

    private static @Nullable HealthConfig health(@Nullable Healthcheck health) {
        return health == null
                ? null
                : new HealthConfig(
                        health.test(),
                        health.interval(),
                        health.timeout(),
                        health.startPeriod(),
                        health.startInterval(),
                        health.retries());
    }
}
