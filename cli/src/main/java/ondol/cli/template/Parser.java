package ondol.cli.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** Reads the expression inside one action. */
final class Parser {
    private final Scanner.Piece piece;
    private final List<String> words;
    private int at;

    Parser(Scanner.Piece piece, int from) {
        this.piece = piece;
        this.words = piece.words();
        this.at = from;
    }

    /** The whole action. */
    Expression all() {
        Expression expression = pipeline();
        if (at < words.size()) throw failure("unexpected \"" + words.get(at) + "\" in command");
        return expression;
    }

    private Template.ParseFailure failure(String message) {
        return new Template.ParseFailure("template: :" + piece.line() + ": " + message);
    }

    private Expression pipeline() {
        Expression expression = command(null);
        while (at < words.size() && words.get(at).equals("|")) {
            at++;
            expression = command(expression);
        }
        return expression;
    }

    /** A function with its arguments, a field with its arguments, or one value. What was piped in comes last. */
    private Expression command(@Nullable Expression piped) {
        if (at >= words.size()) throw failure("missing value for command");
        String word = words.get(at);
        if (isName(word)) {
            at++;
            if (!Functions.known(word)) throw failure("function \"" + word + "\" not defined");
            List<Expression> arguments = arguments(piped);
            return scope -> call(word, values(arguments, scope));
        }
        Expression first = operand();
        List<Expression> arguments = arguments(piped);
        if (arguments.isEmpty()) return first;
        if (!(first instanceof Chain chain)) throw failure("can't give argument to non-function " + word);
        return new Chain(chain.base, chain.names, arguments);
    }

    private List<Expression> arguments(@Nullable Expression piped) {
        List<Expression> arguments = new ArrayList<>();
        while (at < words.size() && !words.get(at).equals("|") && !words.get(at).equals(")")) arguments.add(operand());
        if (piped != null) arguments.add(piped);
        return arguments;
    }

    private Expression operand() {
        String word = words.get(at++);
        if (word.equals("(")) {
            Expression inner = pipeline();
            if (at >= words.size() || !words.get(at).equals(")")) throw failure("unclosed left paren");
            at++;
            boolean chained = at < words.size()
                    && words.get(at).length() > 1
                    && words.get(at).startsWith(".");
            return chained ? new Chain(inner, names(words.get(at++)), List.of()) : inner;
        }
        char c = word.charAt(0);
        if (c == '"' || c == '`') return constant(string(word));
        if (c == '\'' && word.length() == 3) return constant((long) word.charAt(1));
        if (word.equals(".")) return Scope::dot;
        if (c == '.' && word.length() > 1 && !Character.isDigit(word.charAt(1)))
            return new Chain(Scope::dot, names(word), List.of());
        if (c == '$') return variable(word);
        if (word.equals("true") || word.equals("false")) return constant(word.equals("true"));
        if (word.equals("nil")) return constant(null);
        if (Character.isDigit(c) || c == '-' || c == '+' || c == '.') return constant(number(word));
        if (isName(word) && Functions.known(word)) return scope -> call(word, List.of());
        if (isName(word)) throw failure("function \"" + word + "\" not defined");
        throw failure("unexpected \"" + word + "\" in operand");
    }

    private static Expression constant(@Nullable Object value) {
        return scope -> value;
    }

    private Expression variable(String word) {
        int dot = word.indexOf('.');
        String name = dot < 0 ? word : word.substring(0, dot);
        Expression base = scope -> scope.get(name);
        return dot < 0 ? base : new Chain(base, names(word.substring(dot)), List.of());
    }

    private static boolean isName(String word) {
        return Character.isLetter(word.charAt(0))
                && !word.equals("true")
                && !word.equals("false")
                && !word.equals("nil");
    }

    private String string(String word) {
        String inner = word.substring(1, word.length() - 1);
        if (word.charAt(0) == '`') return inner;
        try {
            return String.valueOf(Json.parse(word));
        } catch (IllegalArgumentException e) {
            throw failure("invalid syntax: " + word);
        }
    }

    private Object number(String word) {
        try {
            if (word.indexOf('.') < 0) return Long.decode(word);
            return new BigDecimal(word);
        } catch (NumberFormatException e) {
            throw failure("bad number syntax: \"" + word + "\"");
        }
    }

    private List<String> names(String chain) {
        List<String> names = List.of(chain.substring(1).split("\\.", -1));
        if (names.contains("")) throw failure("unexpected . in operand");
        return names;
    }

    private static List<@Nullable Object> values(List<Expression> expressions, Scope scope) {
        List<@Nullable Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) values.add(expression.value(scope));
        return values;
    }

    private @Nullable Object call(String function, List<@Nullable Object> arguments) {
        try {
            return Functions.call(function, arguments);
        } catch (IllegalArgumentException e) {
            throw failed(0, "<" + function + ">", "error calling " + function + ": " + e.getMessage());
        }
    }

    private Template.Failure failed(int column, String where, String message) {
        return new Template.Failure("template: :" + piece.line() + ":" + (piece.column() + column)
                + ": executing \"\" at " + where + ": " + message);
    }

    /** Fields of fields of a value; the last one may take arguments. */
    private final class Chain implements Expression {
        private final Expression base;
        private final List<String> names;
        private final List<Expression> arguments;

        Chain(Expression base, List<String> names, List<Expression> arguments) {
            this.base = base;
            this.names = names;
            this.arguments = arguments;
        }

        @Override
        public @Nullable Object value(Scope scope) {
            Object value = base.value(scope);
            for (int i = 0; i < names.size(); i++)
                value = field(value, names.get(i), i == names.size() - 1 ? values(arguments, scope) : List.of());
            return value;
        }

        private @Nullable Object field(@Nullable Object value, String name, List<@Nullable Object> given) {
            String chain = "." + String.join(".", names);
            String where = "<" + chain + ">";
            int column = Math.max(0, piece.text().indexOf(chain)) + chain.indexOf("." + name);
            if (value instanceof Fields fields) {
                try {
                    return fields.field(name, given);
                } catch (Fields.NoSuchField e) {
                    throw new Template.Failure("failed to execute template: "
                            + failed(column, where, String.valueOf(e.getMessage()))
                                    .getMessage());
                }
            }
            if (value == null) throw failed(column, where, "nil pointer evaluating interface {}." + name);
            if (!(value instanceof Map<?, ?> map))
                throw failed(column, where, "can't evaluate field " + name + " in type " + Functions.type(value));
            if (map.containsKey(name)) return map.get(name);
            // Go's structs and the JSON made of them differ in the letters of a few names: Id and ID.
            for (Map.Entry<?, ?> entry : map.entrySet())
                if (String.valueOf(entry.getKey()).equalsIgnoreCase(name)) return entry.getValue();
            throw failed(column, where, "map has no entry for key \"" + name + "\"");
        }
    }
}
