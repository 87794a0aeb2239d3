package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol context}: the verbs for named engines. */
public final class ContextGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol context COMMAND

            Manage contexts

            Commands:
              create      Create a context
              export      Export a context to a tar archive FILE or a tar stream on STDOUT.
              import      Import a context from a tar file
              inspect     Display detailed information on one or more contexts
              ls          List contexts
              rm          Remove one or more contexts
              show        Print the name of the current context
              update      Update a context
              use         Set the current context

            Run 'ondol context COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return switch (name) {
            case "create" -> new ContextSave(false);
            case "export" -> new ContextExport();
            case "import" -> new ContextImport();
            case "inspect" -> new ContextInspect();
            case "ls", "list" -> new ContextList();
            case "rm", "remove" -> new ContextRm();
            case "show" -> new ContextShow();
            case "update" -> new ContextSave(true);
            case "use" -> new ContextUse();
            default -> null;
        };
    }
}
