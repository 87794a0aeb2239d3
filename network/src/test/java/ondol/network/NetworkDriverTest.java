package ondol.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NetworkDriverTest {
    @Test
    void knowsTheModes() {
        assertThat(NetworkDriver.of("none").namespace()).isEqualTo(new NetworkNamespace.Own());
        assertThat(NetworkDriver.of("default").namespace()).isEqualTo(new NetworkNamespace.Own());
        assertThat(NetworkDriver.of("host").namespace()).isEqualTo(new NetworkNamespace.Host());
        assertThat(NetworkDriver.of("container:db").namespace()).isEqualTo(new NetworkNamespace.OfContainer("db"));
    }

    @Test
    void saysWhichModesThereAre() {
        assertThatThrownBy(() -> NetworkDriver.of("container:"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no network \"container:\": use none, host or container: with a container's name"
                        + " or ID");
        assertThatThrownBy(() -> NetworkDriver.of("blue")).hasMessageContaining("\"blue\"");
    }
}
