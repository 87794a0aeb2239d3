package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.json.JsonWriter;
import ondol.cli.template.Fields;
import ondol.cli.template.Template;
import ondol.cli.text.Table;
import org.jspecify.annotations.Nullable;

/** Prints rows as {@code --format} asks: a table, a table of chosen fields, JSON, or a template for each row. */
final class Listing {
    private final String type;
    private final String[] names;
    private final String[] headers;
    private final String[] columns;

    /**
     * A kind of list.
     *
     * @param type what Docker's messages call a row
     * @param headers every field and its header, in pairs
     * @param columns the fields that a table shows unless told otherwise
     */
    Listing(String type, String[] headers, String... columns) {
        this.type = type;
        this.columns = columns;
        this.names = new String[headers.length / 2];
        this.headers = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = headers[i * 2];
            this.headers[i] = headers[i * 2 + 1];
        }
    }

    /** One row: the value of each of its fields. */
    interface Row {
        /** The value of a field that the list has. */
        @Nullable
        Object value(String field);

        /** A method with one argument, such as {@code .Label "x"}; null when there is none of this name. */
        default @Nullable Object call(String method, String argument) {
            return null;
        }
    }

    /** Prints the rows. */
    void print(Cli cli, String format, List<? extends Row> rows) throws IOException {
        if (format.isEmpty() || format.equals("table")) {
            table(cli, rows);
        } else if (format.equals("json") || format.equals("{{json .}}")) {
            for (Row row : rows) cli.out().line(JsonWriter.text(all(row)));
        } else {
            boolean table = format.startsWith("table ");
            Template template =
                    Template.parse(unescaped(table ? format.substring(6).strip() : format));
            if (table) templateTable(cli, template, rows);
            else for (Row row : rows) cli.out().line(template.execute(fields(row)));
        }
    }

    static String unescaped(String format) {
        return format.replace("\\t", "\t").replace("\\n", "\n");
    }

    private void table(Cli cli, List<? extends Row> rows) throws IOException {
        Table table = new Table();
        String[] head = new String[columns.length];
        for (int i = 0; i < head.length; i++) head[i] = header(columns[i]);
        table.row(head);
        for (Row row : rows) {
            String[] cells = new String[columns.length];
            for (int i = 0; i < cells.length; i++) cells[i] = String.valueOf(row.value(columns[i]));
            table.row(cells);
        }
        cli.out().print(table.toString());
    }

    private void templateTable(Cli cli, Template template, List<? extends Row> rows) throws IOException {
        Table table = new Table();
        List<String> lines = new ArrayList<>();
        lines.add(template.execute(fields(new Row() {
            @Override
            public Object value(String field) {
                return header(field);
            }

            @Override
            public Object call(String method, String argument) {
                int dot = argument.lastIndexOf('.');
                return argument.substring(dot + 1).replace('-', ' ').replace('_', ' ');
            }
        })));
        for (Row row : rows) lines.add(template.execute(fields(row)));
        for (String line : lines) for (String part : line.split("\n", -1)) table.row(part.split("\t", -1));
        cli.out().print(table.toString());
    }

    private String header(String field) {
        for (int i = 0; i < names.length; i++) if (names[i].equals(field)) return headers[i];
        return field;
    }

    private Map<String, @Nullable Object> all(Row row) {
        Map<String, @Nullable Object> values = new TreeMap<>();
        for (String name : names) values.put(name, row.value(name));
        return values;
    }

    private Fields fields(Row row) {
        return new Fields() {
            @Override
            public @Nullable Object field(String name, List<@Nullable Object> arguments) {
                if (arguments.size() == 1) {
                    Object result = row.call(name, String.valueOf(arguments.get(0)));
                    if (result != null) return result;
                }
                for (String known : names) if (known.equals(name)) return row.value(name);
                throw new NoSuchField("can't evaluate field " + name + " in type *formatter." + type);
            }

            @Override
            public Object json() {
                return all(row);
            }
        };
    }
}
