package ondol.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest, busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
        "me/tool, docker.io/me/tool:latest, me/tool:latest",
        "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
        "index.docker.io/library/busybox, docker.io/library/busybox:latest, busybox:latest",
        "localhost/x, localhost/x:latest, localhost/x:latest",
        "localhost:5000/a/b__c:T.1-x, localhost:5000/a/b__c:T.1-x, localhost:5000/a/b__c:T.1-x",
        "[::1]:5000/a, [::1]:5000/a:latest, [::1]:5000/a:latest",
        "quay.io/a/b, quay.io/a/b:latest, quay.io/a/b:latest",
        "Host/a, Host/a:latest, Host/a:latest",
        "docker.io/library/a/b, docker.io/library/a/b:latest, library/a/b:latest",
    })
    void namesAreCompletedAndShortened(String written, String full, String familiar) {
        Reference reference = Reference.parse(written).withDefaultTag();
        assertThat(reference).hasToString(full);
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(full)).isEqualTo(reference);
        assertThat(Reference.parse(familiar)).isEqualTo(reference);
    }

    @Test
    void digestsAreKept() {
        Reference reference = Reference.parse("busybox:1@sha256:" + HEX);
        assertThat(reference.tag()).isEqualTo("1");
        assertThat(reference.digest()).isEqualTo(new Digest("sha256", HEX));
        assertThat(Reference.parse("busybox@sha256:" + HEX).withDefaultTag().familiar())
                .isEqualTo("busybox@sha256:" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a:",
                "a@",
                "/a",
                "a//b",
                "a/",
                "-a",
                "a-",
                "a..b",
                "a___b",
                "a:b:c",
                "a b",
                "a\n",
                "é",
                "a@sha256:12",
                "a@md5:d41d8cd98f00b204e9800998ecf8427e",
                "http://a/b",
                "a:-x",
                "x.y:99z/a",
                "a_/b"
            })
    void nonsenseIsRefusedInDockersWords(String text) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("invalid reference format");
    }

    @Test
    void kindlyTellsOfCapitalsAndIds() {
        assertThatThrownBy(() -> Reference.parse("Busybox"))
                .hasMessage("invalid reference format: repository name (library/Busybox) must be lowercase");
        assertThatThrownBy(() -> Reference.parse(HEX))
                .hasMessageContaining("cannot specify 64-byte hexadecimal strings");
        assertThatThrownBy(() -> Reference.parse("a/".repeat(200) + "a")).hasMessageContaining("255");
    }

    @Test
    void anyTextIsReadOrRefusedQuickly() {
        Random random = new Random(1);
        String alphabet = "aA0._-/:@[] sha256é";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Reference reference = Reference.parse(text.toString());
                assertThat(Reference.parse(reference.toString())).isEqualTo(reference);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThatThrownBy(() -> Reference.parse("a.".repeat(2000))).isInstanceOf(IllegalArgumentException.class);
    }
}
