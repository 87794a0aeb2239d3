package ondol.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.FlagException;
import ondol.cli.command.Flags;
import ondol.cli.command.Group;
import ondol.cli.command.Handover;
import ondol.cli.command.Output;
import ondol.cli.command.Place;
import ondol.cli.command.Verb;
import ondol.cli.command.Version;
import ondol.cli.verb.Verbs;
import org.jspecify.annotations.Nullable;

/** The command {@code ondol}. */
public final class Main {
    /** What a shell reports for a program that wrote to a closed pipe. */
    private static final int BROKEN_PIPE = 141;

    private Main() {}

    /** Runs one command line and ends the process with its exit status. */
    public static void main(String[] args) {
        int status = run(exact(args));
        System.exit(status);
    }

    private static int run(String[] args) {
        Cli cli = new Cli(new Place(ondol.cli.http.Endpoint.parse("/"), null, null), false);
        Verb verb = new Globals();
        String path = "ondol";
        try {
            Flags globals = Flags.parse(verb, args, 0);
            cli = cli(globals);
            if (globals.is("version")) {
                cli.out().line("Ondol version " + Version.NUMBER + ", build " + Version.BUILD);
                return finish(cli, 0);
            }
            if (globals.helpWanted() || globals.rest().isEmpty()) {
                (globals.helpWanted() ? cli.out() : cli.err()).print(verb.help());
                return finish(cli, 0);
            }
            int at = args.length - globals.rest().size();
            Verb found = args[at].equals("__complete") ? Verbs.complete(new Globals()) : Verbs.find(args[at]);
            if (found == null) return unknown(cli, path + " " + args[at], "");
            path += " " + args[at++];
            if (found instanceof Group group) {
                while (at < args.length && args[at].startsWith("-")) {
                    Flags flags = Flags.parse(group, new String[] {args[at++]}, 0);
                    if (flags.helpWanted()) at = args.length;
                }
                Verb inner = at < args.length ? group.find(args[at]) : group;
                if (inner == null) return unknown(cli, path + " " + args[at], "Usage:  " + path + "\n\n");
                if (at < args.length) path += " " + args[at++];
                found = inner;
            }
            verb = found;
            if (found instanceof Handover other)
                return finish(cli, other.hand(cli, List.of(args).subList(at, args.length)));
            return finish(cli, verb(cli, verb, path, args, at));
        } catch (Output.Broken e) {
            return BROKEN_PIPE;
        } catch (CliException | IOException | IllegalArgumentException e) {
            return failed(cli, verb, path, e);
        } catch (RuntimeException e) {
            return failed(
                    cli,
                    verb,
                    path,
                    new IOException("this is a mistake in ondol itself: " + e + " (--debug shows more)", e));
        }
    }

    private static Cli cli(Flags globals) throws IOException {
        String level = globals.get("log-level");
        if (level != null
                && !level.equals("debug")
                && !level.equals("info")
                && !level.equals("warn")
                && !level.equals("error")
                && !level.equals("fatal")) throw new CliException("Unable to parse logging level: " + level);
        boolean debug = globals.is("debug");
        if (debug) System.setProperty("ondol.debug", "true");
        return new Cli(Place.of(globals), debug);
    }

    private static int verb(Cli cli, Verb verb, String path, String[] args, int from) throws IOException {
        Flags flags = Flags.parse(verb, args, from);
        flags.path(path);
        if (flags.helpWanted()) {
            cli.out().print(help(verb, path));
            return 0;
        }
        count(verb, path, flags.rest().size());
        return verb.run(cli, flags);
    }

    /** The help text, where the first line names the words that were typed. */
    private static String help(Verb verb, String path) {
        String help = verb.help();
        int words = help.indexOf(" [OPTIONS]");
        int line = help.indexOf('\n');
        if (!help.startsWith("Usage:  ") || words < 0 || words > line) return help;
        return "Usage:  " + path + help.substring(words);
    }

    private static void count(Verb verb, String path, int given) {
        int least = verb.least();
        int most = verb.most();
        if (given >= least && given <= most) return;
        String command = "ondol: '" + path + "' ";
        if (most == 0) throw new FlagException(command + "accepts no arguments", "Run");
        if (least == most) throw new FlagException(command + "requires " + arguments(least), "Run");
        if (most == Integer.MAX_VALUE)
            throw new FlagException(command + "requires at least " + arguments(least), "See");
        if (least == 0) throw new FlagException(command + "requires at most " + arguments(most), "Run");
        throw new FlagException(command + "requires at least " + least + " and at most " + arguments(most), "Run");
    }

    private static String arguments(int number) {
        return number + (number == 1 ? " argument" : " arguments");
    }

    private static int unknown(Cli cli, String command, String usage) throws IOException {
        String parent = command.substring(0, command.lastIndexOf(' '));
        cli.warn("ondol: unknown command: " + command + "\n\n" + usage + "Run '" + parent
                + " --help' for more information");
        return 1;
    }

    private static int finish(Cli cli, int status) throws IOException {
        cli.out().flush();
        cli.err().flush();
        return status;
    }

    private static int failed(Cli cli, Verb verb, String path, Exception e) {
        StringBuilder text = new StringBuilder(String.valueOf(e.getMessage()));
        int status = 1;
        if (e instanceof FlagException wrong) {
            String help = help(verb, path);
            int end = help.indexOf("\n\n");
            text.append("\n\n").append(help, 0, end < 0 ? help.length() : end);
            text.append("\n\n")
                    .append(wrong.closing())
                    .append(" '")
                    .append(path)
                    .append(" --help' for more information");
        }
        if (e instanceof CliException known) status = known.status();
        try {
            if (text.length() > 0) cli.warn(text.toString());
            else finish(cli, status);
        } catch (IOException second) {
            e.addSuppressed(second);
        }
        if (cli.debug()) e.printStackTrace();
        return status;
    }

    /** The arguments byte for byte, where the locale's encoding could not hold them. */
    private static String[] exact(String[] args) {
        boolean mangled = false;
        for (String arg : args) for (int i = 0; i < arg.length(); i++) mangled |= arg.charAt(i) > 0x7e;
        if (!mangled) return args;
        String[] read = commandLine(args.length);
        return read == null ? args : read;
    }

    private static String @Nullable [] commandLine(int count) {
        try {
            String line = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), StandardCharsets.UTF_8);
            String[] args = new String[count];
            int end = line.length() - 1;
            for (int i = count - 1; i >= 0; i--) {
                int start = line.lastIndexOf('\0', end - 1);
                args[i] = line.substring(start + 1, end);
                end = start;
            }
            return args;
        } catch (IOException | IndexOutOfBoundsException e) {
            return null;
        }
    }
}
