package ondol.cli.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ondol.cli.command.CliException;
import ondol.cli.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static final String DATA = """
            {"Id":"abc","State":{"Status":"running","Running":true,"Pid":7,"Error":""},
             "Cmd":["sh","-c","true"],"Labels":{"b":"2","a":"1"},"None":null,"Size":1.5}
            """;

    private static String run(String template) {
        return Template.parse(template).execute(Json.parse(DATA));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '^', textBlock = """
            {{.State.Status}} x ~ running x
            {{.ID}}{{.Id}} ~ abcabc
            {{json .Cmd}} ~ ["sh","-c","true"]
            {{join .Cmd " "}} ~ sh -c true
            {{range .Cmd}}<{{.}}>{{end}} ~ <sh><-c><true>
            {{range $i, $c := .Cmd}}{{$i}}={{$c}} {{end}}. ~ 0=sh 1=-c 2=true .
            {{range $k, $v := .Labels}}{{$k}}{{$v}}{{end}} ~ a1b2
            {{if .State.Running}}yes{{else}}no{{end}} ~ yes
            {{if .State.Error}}bad{{else if eq .State.Pid 7}}seven{{else}}good{{end}} ~ seven
            {{with .State}}{{.Pid}}{{end}} ~ 7
            {{with .None}}x{{else}}y{{end}} ~ y
            {{index .Labels "a"}}{{index .Cmd 0}} ~ 1sh
            {{.Labels.a}} ~ 1
            {{.State.Status | upper}} ~ RUNNING
            {{printf "%-5s|%3d|%q|%.1f" .Id .State.Pid .Id .Size}} ~ abc  |  7|"abc"|1.5
            {{len .Cmd}} {{.Cmd}} {{.Labels}} ~ 3 [sh -c true] map[a:1 b:2]
            {{.None}} ~ <no value>
            {{and true .Id}} {{or "" .Id}} {{not false}} ~ abc abc true
            {{eq .State.Status "exited" "running"}} {{lt 1 2}} {{ne .Id "abc"}} ~ true true false
            {{$x := .State}}{{$x.Pid}}{{$.Id}} ~ 7abc
            {{(index .Cmd 1)}} {{(.State).Pid}} ~ -c 7
            {{slice .Id 1}} {{title "hello"}} {{split "a,b" ","}} ~ bc Hello [a b]
            a {{- .Id -}} b{{/* nothing */}} ~ aabcb
            {{"}}"}} ~ }}
            """)
    void fillsIn(String template, String result) {
        assertThat(run(template)).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '^', textBlock = """
            {{.State.Foo}} ~ template: :1:8: executing "" at <.State.Foo>: map has no entry for key "Foo"
            {{.Id.Foo}} ~ template: :1:5: executing "" at <.Id.Foo>: can't evaluate field Foo in type string
            {{.Nope ~ failed to parse template: template: :1: unclosed action
            {{nope}} ~ failed to parse template: template: :1: function "nope" not defined
            {{if .Id}}x ~ failed to parse template: template: :1: unexpected EOF
            {{end}} ~ failed to parse template: template: :1: unexpected {{end}}
            {{}} ~ failed to parse template: template: :1: missing value for command
            """)
    void errorsAreInTheWordsOfGo(String template, String message) {
        assertThatThrownBy(() -> run(template)).isInstanceOf(CliException.class).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{(}}",
                "{{|}}",
                "{{.a | }}",
                "{{\"}}",
                "{{range}}{{end}}",
                "{{if}}{{end}}",
                "{{$}}x{{$y}}",
                "{{index}}",
                "{{json}}",
                "{{.Id .Id}}",
                "{{1 2}}",
                "{{..}}",
                "{{else}}"
            })
    void nonsenseIsRefusedInOneSentence(String template) {
        try {
            assertThat(run(template)).isNotNull();
        } catch (CliException e) {
            assertThat(e).hasMessageContaining("template");
        }
    }
}
