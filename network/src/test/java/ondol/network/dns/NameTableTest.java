package ondol.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NameTableTest {
    private static final InetAddress WEB = InetAddress.ofLiteral("10.1.0.2");
    private static final InetAddress WEB6 = InetAddress.ofLiteral("fd00:1::2");
    private static final InetAddress DB = InetAddress.ofLiteral("10.1.0.3");
    private static final InetAddress DB_BACK = InetAddress.ofLiteral("10.2.0.3");
    private static final InetAddress CACHE = InetAddress.ofLiteral("10.2.0.4");

    private final NameTable names = new NameTable();

    private static Endpoint endpoint(String network, String container, List<String> called, InetAddress... addresses) {
        return new Endpoint(network, container, called, List.of(addresses), Map.of());
    }

    private void shop() {
        names.set(List.of(
                endpoint("front", "w", List.of("Web", "www"), WEB, WEB6),
                endpoint("front", "d", List.of("db"), DB),
                endpoint("back", "d", List.of("db"), DB_BACK),
                endpoint("back", "c", List.of("cache"), CACHE)));
    }

    @Test
    void aContainerKnowsItsOwnNetworksAlone() {
        shop();
        assertThat(names.addresses("w", "db")).contains(List.of(DB));
        assertThat(names.addresses("d", "www")).contains(List.of(WEB, WEB6));
        assertThat(names.addresses("w", "web")).contains(List.of(WEB, WEB6));
        assertThat(names.addresses("w", "cache")).isEmpty();
        assertThat(names.addresses("d", "cache")).contains(List.of(CACHE));
        assertThat(names.addresses("x", "db")).isEmpty();
        assertThat(names.name("w", DB)).contains("db.front");
        assertThat(names.name("w", DB_BACK)).isEmpty();
        assertThat(names.name("d", WEB6)).contains("web.front");
    }

    @Test
    void theFirstNetworkThatKnowsANameAnswers() {
        shop();
        assertThat(names.addresses("d", "db")).contains(List.of(DB));
        assertThat(names.addresses("d", "db.back")).contains(List.of(DB_BACK));
        assertThat(names.addresses("w", "db.back")).isEmpty();
        assertThat(names.addresses("w", "db.front")).contains(List.of(DB));
    }

    @Test
    void aSharedNameHasTheAddressesOfAll() {
        names.set(List.of(
                endpoint("n", "a", List.of("one", "worker"), WEB),
                endpoint("n", "b", List.of("two", "worker", "worker"), DB)));
        assertThat(names.addresses("a", "worker")).contains(List.of(WEB, DB));
    }

    @Test
    void aLinkIsTheNameOfOneContainerAlone() {
        names.set(List.of(
                new Endpoint("n", "a", List.of("one"), List.of(WEB), Map.of("Database", "b", "gone", "x")),
                endpoint("n", "b", List.of("two"), DB)));
        assertThat(names.addresses("a", "database")).contains(List.of(DB));
        assertThat(names.addresses("b", "database")).isEmpty();
        assertThat(names.addresses("a", "gone")).isEmpty();
    }

    @Test
    void theHostSeesAllNetworks() {
        shop();
        assertThat(names.onHost("cache")).contains(List.of(CACHE));
        assertThat(names.onHost("db")).contains(List.of(DB));
        assertThat(names.onHost("db.back")).contains(List.of(DB_BACK));
        assertThat(names.onHost("nobody")).isEmpty();
    }

    @Test
    void whatIsSetReplacesAll() {
        shop();
        names.set(List.of());
        assertThat(names.addresses("w", "db")).isEmpty();
        assertThat(names.onHost("db")).isEmpty();
    }
}
