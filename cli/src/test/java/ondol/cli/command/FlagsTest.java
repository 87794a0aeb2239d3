package ondol.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagsTest {
    /** A verb whose arguments may hold flags of their own, or not. */
    private static final class Sample extends Verb {
        private final boolean stops;

        Sample(boolean stops) {
            this.stops = stops;
        }

        @Override
        public String help() {
            return """
                Usage:  ondol sample [OPTIONS]

                Options:
                  -e, --env list         Set variables, such as --name of the container
                  -i, --interactive      Keep
                      --cpus decimal     Processors
                  -m, --memory bytes     Memory
                      --name string      Name
                      --retries int      How often
                  -t, --tty              Terminal
                      --weight uint16    Weight
                      --wait duration    How long
                """;
        }

        @Override
        public int run(Cli cli, Flags flags) {
            return 0;
        }

        @Override
        public boolean stopsAtArgument() {
            return stops;
        }
    }

    private static Flags parse(String line) {
        return Flags.parse(new Sample(true), line.isEmpty() ? new String[0] : line.split(" ", -1), 0);
    }

    @Test
    void clustersValuesAndRepetition() {
        Flags flags = parse("-it -e A=b --env=C=d -eE=f -e=G=h --name x -m=1g image -t --name y");
        assertThat(flags.is("interactive")).isTrue();
        assertThat(flags.is("tty")).isTrue();
        assertThat(flags.all("env")).containsExactly("A=b", "C=d", "E=f", "G=h");
        assertThat(flags.get("name")).isEqualTo("x");
        assertThat(flags.get("memory")).isEqualTo("1g");
        assertThat(flags.rest()).containsExactly("image", "-t", "--name", "y");
    }

    @Test
    void booleansTakeValuesOnlyWithAnEqualsSign() {
        assertThat(parse("-it=false").is("tty")).isFalse();
        assertThat(parse("--tty=0 image").is("tty", true)).isFalse();
        assertThat(parse("--tty false").rest()).containsExactly("false");
        assertThat(parse("--tty --tty=false").is("tty")).isFalse();
    }

    @Test
    void twoDashesEndTheFlags() {
        assertThat(parse("-t -- -i").rest()).containsExactly("-i");
        Flags mixed = Flags.parse(new Sample(false), new String[] {"a", "-t", "b", "--", "-i"}, 0);
        assertThat(mixed.rest()).containsExactly("a", "b", "-i");
        assertThat(mixed.is("tty")).isTrue();
        assertThat(parse("-").rest()).containsExactly("-");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --nope            | unknown flag: --nope
            --nope=x          | unknown flag: --nope
            -zx               | unknown shorthand flag: 'z' in -zx
            -iz               | unknown shorthand flag: 'z' in -z
            --name            | flag needs an argument: --name
            -e                | flag needs an argument: 'e' in -e
            -te               | flag needs an argument: 'e' in -e
            ---               | bad flag syntax: ---
            --=x              | bad flag syntax: --=x
            --tty=x           | invalid argument "x" for "-t, --tty" flag: strconv.ParseBool: parsing "x": invalid syntax
            --retries x       | invalid argument "x" for "--retries" flag: strconv.ParseInt: parsing "x": invalid syntax
            --retries 99999999999999999999 | invalid argument "99999999999999999999" for "--retries" flag: strconv.ParseInt: parsing "99999999999999999999": value out of range
            -m x              | invalid argument "x" for "-m, --memory" flag: invalid size: 'x'
            --cpus x          | invalid argument "x" for "--cpus" flag: failed to parse x as a rational number
            --weight -1       | invalid argument "-1" for "--weight" flag: strconv.ParseUint: parsing "-1": invalid syntax
            --weight 70000    | invalid argument "70000" for "--weight" flag: strconv.ParseUint: parsing "70000": value out of range
            --wait 5          | invalid argument "5" for "--wait" flag: time: missing unit in duration "5"
            """)
    void errorsAreInTheWordsOfPflag(String line, String message) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(FlagException.class).hasMessage(message);
    }
}
