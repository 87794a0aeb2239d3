package ondol.engine.spec;

import java.util.Set;
import ondol.linux.Capability;
import ondol.oci.runtime.Seccomp;

/** Where seccomp profiles come from; both kinds depend on the capabilities that the container has. */
public interface SeccompProfiles {
    /** The profile of a container that asks for none. */
    Seccomp standard(Set<Capability> capabilities);

    /**
     * Reads a profile in Docker's format.
     *
     * @throws RuntimeException where it is none; its message says why
     */
    Seccomp parse(String json, Set<Capability> capabilities);
}
