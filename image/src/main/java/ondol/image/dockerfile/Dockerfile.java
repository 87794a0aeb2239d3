package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A Dockerfile that was read: arguments for its FROM lines, then stages.
 *
 * @param arguments ARG lines before the first FROM
 * @param escape what takes away a character's meaning, {@code \} where nothing else is said
 */
public record Dockerfile(List<Step> arguments, List<Stage> stages, char escape) {
    private static final int MOST_STEPS = 10_000;

    /**
     * A line.
     *
     * @param line its number, from 1
     * @param text the whole of it, joined where it was continued
     */
    public record Step(int line, String text, Instruction instruction) {}

    /** What one FROM begins. */
    public record Stage(Step step, Instruction.From from, List<Step> steps) {}

    /**
     * Reads all of a Dockerfile.
     *
     * @throws DockerfileException with the line, in Docker's words where it has some
     */
    public static Dockerfile parse(String text) {
        Lines lines = Lines.of(text);
        List<Step> arguments = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        if (lines.lines().size() > MOST_STEPS) {
            throw new DockerfileException("the Dockerfile has more than %d instructions".formatted(MOST_STEPS));
        }
        for (Lines.Line line : lines.lines()) {
            try {
                add(step(line, lines.escape()), arguments, stages);
            } catch (DockerfileException e) {
                throw e.at(line.number());
            }
        }
        if (stages.isEmpty()) {
            throw new DockerfileException("file with no instructions: a Dockerfile begins with FROM");
        }
        return new Dockerfile(List.copyOf(arguments), List.copyOf(stages), lines.escape());
    }

    private static Step step(Lines.Line line, char escape) {
        return new Step(line.number(), line.text(), Instruction.parse(line.text(), escape));
    }

    private static void add(Step step, List<Step> arguments, List<Stage> stages) {
        if (step.instruction() instanceof Instruction.From from) {
            stages.add(new Stage(step, from, new ArrayList<>()));
        } else if (!stages.isEmpty()) {
            stages.getLast().steps().add(step);
        } else if (step.instruction() instanceof Instruction.Arg) {
            arguments.add(step);
        } else {
            throw new DockerfileException("no build stage in current context: a Dockerfile begins with FROM");
        }
    }

    /**
     * The stages up to the one that is wanted.
     *
     * @param target its name or number; empty for the last one
     * @throws DockerfileException where there is none
     */
    public List<Stage> upTo(String target) {
        if (target.isEmpty()) {
            return stages;
        }
        for (int i = 0; i < stages.size(); i++) {
            String name = stages.get(i).from().stage();
            if (target.toLowerCase(Locale.ROOT).equals(name) || target.equals(String.valueOf(i))) {
                return stages.subList(0, i + 1);
            }
        }
        throw new DockerfileException(
                "failed to reach build target %s in Dockerfile".formatted(Words.printable(target)));
    }
}
