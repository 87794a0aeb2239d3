package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Contexts;
import ondol.cli.command.Group;
import ondol.cli.command.Handover;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code ondol __complete}: what a word of the command line may be, one a line, for the shells' completion. */
final class Complete extends Handover {
    private static final Pattern FLAG = Pattern.compile("(?m)^  (?:(-\\w), |    )(--[a-z0-9-]+)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z]+) {2,}\\S");
    private static final Set<String> CONTAINERS = Set.of(
            "attach", "commit", "cp", "diff", "exec", "export", "inspect", "kill", "logs", "pause", "port", "rename",
            "restart", "rm", "start", "stats", "stop", "top", "unpause", "update", "wait", "remove");
    private static final Set<String> IMAGES =
            Set.of("create", "run", "rmi", "history", "push", "save", "tag", "rm", "inspect", "remove");

    private final Verb top;

    Complete(Verb top) {
        this.top = top;
    }

    @Override
    public String help() {
        return "Usage:  ondol __complete WORD...\n\nWhat the last word may be\n";
    }

    @Override
    public int hand(Cli cli, List<String> words) throws IOException {
        String last = words.isEmpty() ? "" : words.getLast();
        Verb verb = top;
        String group = "";
        String name = "";
        for (String word : words.subList(0, Math.max(0, words.size() - 1))) {
            if (word.startsWith("-")) continue;
            if (verb == top) {
                Verb found = Verbs.find(word);
                if (found == null) return 0;
                verb = found;
                name = word;
            } else if (verb instanceof Group inner && inner.find(word) instanceof Verb found) {
                verb = found;
                group = name;
                name = word;
            }
        }
        for (String candidate : candidates(cli, verb, group, name, last))
            if (candidate.startsWith(last)) cli.out().line(candidate);
        return 0;
    }

    private List<String> candidates(Cli cli, Verb verb, String group, String name, String last) throws IOException {
        if (last.startsWith("-")) return all(FLAG, verb.help(), 2);
        if (verb == top || verb instanceof Group) return all(COMMAND, verb.help(), 1);
        try {
            return objects(cli, group, name);
        } catch (CliException e) {
            return List.of(); // no engine, no names
        }
    }

    private static List<String> objects(Cli cli, String group, String name) throws IOException {
        List<String> found = new ArrayList<>();
        boolean any = group.isEmpty();
        if (name.equals("completion")) found.addAll(List.of("bash", "fish", "zsh"));
        if (group.equals("context")) for (Contexts.Context one : Contexts.open().list()) found.add(one.name());
        if ((any || group.equals("container")) && CONTAINERS.contains(name))
            for (Object one : cli.list("/containers/json?all=1"))
                for (Object each : Json.list(Json.map(one).get("Names")))
                    found.add(String.valueOf(each).substring(1));
        if (((any && !name.equals("rm")) || group.equals("image")) && IMAGES.contains(name))
            for (Object one : cli.list("/images/json"))
                for (Object each : Json.list(Json.map(one).get("RepoTags"))) found.add(String.valueOf(each));
        if (group.equals("volume") && !name.equals("create"))
            add(found, Json.list(cli.get("/volumes").get("Volumes")));
        if (group.equals("network") && !name.equals("create")) add(found, cli.list("/networks"));
        return found;
    }

    private static void add(List<String> found, List<@Nullable Object> named) {
        for (Object one : named) found.add(Json.text(one, "Name"));
    }

    private static List<String> all(Pattern pattern, String help, int group) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(help);
        while (matcher.find()) found.add(matcher.group(group));
        return found;
    }
}
