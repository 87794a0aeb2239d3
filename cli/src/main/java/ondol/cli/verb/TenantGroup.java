package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol tenant}: the verbs for those who share the machine. */
public final class TenantGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol tenant COMMAND

            Manage tenants, whose limits hold over the sum of their containers

            Commands:
              create      Create a tenant
              inspect     Display detailed information on one or more tenants
              ls          List tenants
              rm          Remove one or more tenants
              top         Show what each tenant uses now
              update      Change the limits of one or more tenants

            Run 'ondol tenant COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return Verbs.tenant(name);
    }
}
