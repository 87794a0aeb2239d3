package ondol.cli.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;
import org.jspecify.annotations.Nullable;

/**
 * A template of Go's text/template, as {@code --format} takes it: fields, variables, pipelines, {@code if}, {@code with},
 * {@code range}, {@code else}, and the functions of {@link Functions}. Nested templates are not there.
 */
public final class Template {
    private final List<Node> nodes;

    private Template(List<Node> nodes) {
        this.nodes = nodes;
    }

    /** A template that is none. */
    public static final class ParseFailure extends CliException {
        private static final long serialVersionUID = 1;

        ParseFailure(String message) {
            super("failed to parse template: " + message);
        }
    }

    /** A template that does not fit its data. */
    public static final class Failure extends CliException {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }

    /** A part of a template. */
    interface Node {
        void write(StringBuilder out, Scope scope);
    }

    /** Plain text. */
    private record Text(String text) implements Node {
        @Override
        public void write(StringBuilder out, Scope scope) {
            out.append(text);
        }
    }

    /** An expression to print, or to keep in a variable. */
    private record Print(Expression expression, @Nullable String variable) implements Node {
        @Override
        public void write(StringBuilder out, Scope scope) {
            Object value = expression.value(scope);
            if (variable == null) out.append(Functions.text(value));
            else scope.set(variable, value);
        }
    }

    /** {@code if} and {@code with}. */
    private record Choice(Expression condition, boolean with, List<Node> then, List<Node> otherwise) implements Node {
        @Override
        public void write(StringBuilder out, Scope scope) {
            Object value = condition.value(scope);
            boolean yes = Functions.truth(value);
            Scope inner = yes && with ? scope.at(value) : scope;
            for (Node node : yes ? then : otherwise) node.write(out, inner);
        }
    }

    /** {@code range}. */
    private record Range(
            Expression over, @Nullable String key, @Nullable String value, List<Node> body, List<Node> otherwise)
            implements Node {
        @Override
        public void write(StringBuilder out, Scope scope) {
            Object items = over.value(scope);
            boolean empty = true;
            if (items instanceof Map<?, ?> map) {
                for (Map.Entry<?, ?> entry : new TreeMap<Object, Object>(map).entrySet()) {
                    one(out, scope, entry.getKey(), entry.getValue());
                    empty = false;
                }
            } else if (items instanceof List<?> list) {
                long index = 0;
                for (Object item : list) one(out, scope, index++, item);
                empty = list.isEmpty();
            } else if (items instanceof Number number) {
                for (long i = 0; i < number.longValue(); i++) one(out, scope, i, i);
                empty = number.longValue() <= 0;
            }
            if (empty) for (Node node : otherwise) node.write(out, scope);
        }

        private void one(StringBuilder out, Scope scope, Object index, @Nullable Object item) {
            Scope inner = scope.at(item);
            if (key != null) inner.set(key, index);
            if (value != null) inner.set(value, item);
            for (Node node : body) node.write(out, inner);
        }
    }

    /**
     * Reads a template.
     *
     * @throws ParseFailure in Go's words
     */
    public static Template parse(String source) {
        List<Scanner.Piece> pieces = Scanner.pieces(source);
        int[] at = {0};
        List<Node> nodes = block(pieces, at, 0);
        if (at[0] < pieces.size())
            throw new ParseFailure("template: :" + pieces.get(at[0]).line() + ": unexpected {{"
                    + pieces.get(at[0]).text() + "}}");
        return new Template(nodes);
    }

    private static List<Node> block(List<Scanner.Piece> pieces, int[] at, int depth) {
        if (depth > 100) throw new ParseFailure("template: :1: nested too deeply");
        List<Node> nodes = new ArrayList<>();
        while (at[0] < pieces.size()) {
            Scanner.Piece piece = pieces.get(at[0]);
            if (!piece.action()) {
                nodes.add(new Text(piece.text()));
                at[0]++;
                continue;
            }
            String word = piece.words().get(0);
            if (word.equals("end") || word.equals("else")) return nodes;
            at[0]++;
            switch (word) {
                case "if", "with" -> nodes.add(choice(pieces, at, piece, 1, word.equals("with"), depth));
                case "range" -> nodes.add(range(pieces, at, piece, depth));
                case "define", "template", "block", "break", "continue" ->
                    throw new ParseFailure("template: :" + piece.line() + ": {{" + word + "}} is not supported here");
                default -> nodes.add(print(piece));
            }
        }
        return nodes;
    }

    private static Node print(Scanner.Piece piece) {
        List<String> words = piece.words();
        boolean set = words.size() > 2
                && words.get(0).startsWith("$")
                && (words.get(1).equals(":=") || words.get(1).equals("="));
        return new Print(new Parser(piece, set ? 2 : 0).all(), set ? words.get(0) : null);
    }

    private static Node choice(
            List<Scanner.Piece> pieces, int[] at, Scanner.Piece piece, int from, boolean with, int depth) {
        Expression condition = new Parser(piece, from).all();
        List<Node> then = block(pieces, at, depth + 1);
        List<Node> otherwise = List.of();
        Scanner.Piece next = next(pieces, at);
        if (next.words().get(0).equals("else")) {
            String word = next.words().size() > 1 ? next.words().get(1) : "";
            if (word.equals("if") || word.equals("with"))
                return new Choice(
                        condition, with, then, List.of(choice(pieces, at, next, 2, word.equals("with"), depth + 1)));
            otherwise = block(pieces, at, depth + 1);
            next(pieces, at);
        }
        return new Choice(condition, with, then, otherwise);
    }

    private static Node range(List<Scanner.Piece> pieces, int[] at, Scanner.Piece piece, int depth) {
        List<String> words = piece.words();
        int assign = words.indexOf(":=");
        String key = assign == 4 ? words.get(1) : null;
        String value = assign > 0 ? words.get(assign - 1) : null;
        Expression over = new Parser(piece, assign > 0 ? assign + 1 : 1).all();
        List<Node> body = block(pieces, at, depth + 1);
        List<Node> otherwise = List.of();
        if (next(pieces, at).words().get(0).equals("else")) {
            otherwise = block(pieces, at, depth + 1);
            next(pieces, at);
        }
        return new Range(over, key, value, body, otherwise);
    }

    private static Scanner.Piece next(List<Scanner.Piece> pieces, int[] at) {
        if (at[0] >= pieces.size()) throw new ParseFailure("template: :1: unexpected EOF");
        return pieces.get(at[0]++);
    }

    /**
     * Fills the template with data: maps, lists, strings, numbers, booleans, null, or {@link Fields}.
     *
     * @throws Failure in Go's words
     */
    public String execute(@Nullable Object data) {
        StringBuilder out = new StringBuilder();
        Scope scope = new Scope(null, data);
        scope.set("$", data);
        for (Node node : nodes) node.write(out, scope);
        return out.toString();
    }
}
