package ondol.cli.verb;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;

/** {@code NAME=value} pairs: variables, labels, options, and the files that hold them. */
final class Environment {
    private Environment() {}

    /** Variables: those of the files first. A bare name takes this process's value. */
    static List<String> of(List<String> files, List<String> given) {
        List<String> variables = new ArrayList<>();
        for (String file : files) read(file, variables);
        for (String variable : given) {
            String value = variable.indexOf('=') < 0 ? System.getenv(variable) : null;
            variables.add(value == null ? variable : variable + "=" + value);
        }
        return variables;
    }

    /** Labels, sorted by name; those given on the command line win. */
    static Map<String, String> labels(List<String> files, List<String> given) {
        List<String> labels = new ArrayList<>();
        for (String file : files) read(file, labels);
        labels.addAll(given);
        return pairs(labels);
    }

    /** Pairs, sorted by name; the last of a name wins, a bare name has an empty value. */
    static Map<String, String> pairs(List<String> given) {
        Map<String, String> pairs = new TreeMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            pairs.put(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
        }
        return pairs;
    }

    private static void read(String file, List<String> into) {
        for (String line : lines(file)) {
            String pair = line.stripLeading();
            if (pair.startsWith("\uFEFF")) pair = pair.substring(1);
            if (pair.isEmpty() || pair.charAt(0) == '#') continue;
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (name.isEmpty())
                throw new CliException("invalid env file (" + file + "): no variable name on line '" + pair + "'");
            for (int i = 0; i < name.length(); i++)
                if (Character.isWhitespace(name.charAt(i)))
                    throw new CliException(
                            "invalid env file (" + file + "): variable '" + name + "' contains whitespaces");
            if (equals >= 0) {
                into.add(pair);
            } else {
                String value = System.getenv(name.strip());
                if (value != null) into.add(name.strip() + "=" + value);
            }
        }
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new CliException("open " + file + ": no such file or directory");
        } catch (CharacterCodingException e) {
            throw new CliException("invalid env file (" + file + "): it is not UTF-8 text");
        } catch (IOException e) {
            throw new CliException("open " + file + ": " + e.getMessage());
        }
    }
}
