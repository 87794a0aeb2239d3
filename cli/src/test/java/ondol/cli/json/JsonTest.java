package ondol.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "-5",
                "1.5",
                "12345678901234567890",
                "\"\"",
                "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}",
                "[\"\\n\\\"\\\\\"]"
            })
    void whatIsReadIsWrittenAgain(String json) {
        assertThat(JsonWriter.text(Json.parse(json))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[",
                "\"",
                "tru",
                "{\"a\"}",
                "{\"a\":}",
                "[1,]",
                "[1 2]",
                "{a:1}",
                "1 2",
                "--1",
                "\"\\x\"",
                "\"\\u12",
                "\"\\uzzzz\"",
                "+",
                "1e"
            })
    void whatIsNoJsonIsRefused(String json) {
        assertThatThrownBy(() -> Json.parse(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no JSON");
    }

    @Test
    void nestingIsBounded() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void indentingKeepsNumbersAndOrder() {
        assertThat(JsonIndent.indent("[{\"b\":1.0,\"a\":{},\"c\":[],\"d\":[1, 2],\"e\":\"{,}\"}]", "", "    "))
                .isEqualTo("""
                    [
                        {
                            "b": 1.0,
                            "a": {},
                            "c": [],
                            "d": [
                                1,
                                2
                            ],
                            "e": "{,}"
                        }
                    ]""");
    }
}
