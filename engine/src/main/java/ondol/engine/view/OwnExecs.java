package ondol.engine.view;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.EngineException;
import ondol.engine.ExecConfig;
import ondol.engine.Execs;
import org.jspecify.annotations.Nullable;

/** Processes in one tenant's containers. */
final class OwnExecs implements Execs {
    private final Execs execs;
    private final OwnContainers containers;

    OwnExecs(Execs execs, OwnContainers containers) {
        this.execs = execs;
        this.containers = containers;
    }

    private String own(String exec) {
        try {
            containers.own(execs.inspect(exec).containerId());
            return exec;
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.NOT_FOUND) {
                throw EngineException.notFound("No such exec instance: " + exec);
            }
            throw e;
        }
    }

    @Override
    public String create(String container, ExecConfig config) {
        if (Boolean.TRUE.equals(config.privileged())) {
            throw TenantView.denied("exec --privileged");
        }
        return execs.create(containers.own(container), config);
    }

    @Override
    public @Nullable Attachment start(
            String exec, @Nullable AttachOptions options, @Nullable List<Integer> consoleSize) {
        return execs.start(own(exec), options, consoleSize);
    }

    @Override
    public void resize(String exec, int rows, int columns) {
        execs.resize(own(exec), rows, columns);
    }

    @Override
    public ExecDetails inspect(String exec) {
        return execs.inspect(own(exec));
    }

    @Override
    public CompletableFuture<Integer> await(String exec) {
        return execs.await(own(exec));
    }
}
