package ondol.engine.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.HostConfigBuilder;
import ondol.engine.PortBinding;
import org.junit.jupiter.api.Test;

class PortRequestsTest {
    private static List<PortRequests.Wanted> of(String port, PortBinding... bindings) {
        return PortRequests.of(
                ContainerConfigBuilder.builder().build(),
                HostConfigBuilder.builder()
                        .portBindings(Map.of(port, List.of(bindings)))
                        .build());
    }

    @Test
    void forms() {
        assertEquals(
                List.of(new PortRequests.Wanted(null, 8080, 8080, "tcp", 80)), of("80", new PortBinding("", "8080")));
        assertEquals(
                List.of(new PortRequests.Wanted(null, 8000, 8010, "udp", 53)),
                of("53/udp", new PortBinding(null, "8000-8010")));
        assertEquals(List.of(new PortRequests.Wanted(null, 0, 0, "sctp", 9)), of("9/sctp", new PortBinding("", "")));
        assertEquals(0, of("80/tcp").getFirst().first());
        assertEquals(
                InetAddress.ofLiteral("::1"),
                of("80", new PortBinding("::1", "1")).getFirst().address());
    }

    @Test
    void allThatIsExposed() {
        var config = ContainerConfigBuilder.builder()
                .exposedPorts(Map.of("80/tcp", Map.of(), "90-92/udp", Map.of()))
                .build();
        assertEquals(4, PortRequests.exposed(config).size());
        assertEquals(
                4,
                PortRequests.of(
                                config,
                                HostConfigBuilder.builder()
                                        .publishAllPorts(true)
                                        .build())
                        .size());
    }

    @Test
    void whatMakesNoSense() {
        for (String port : new String[] {"0/tcp", "x/tcp", "80/icmp", "70000/tcp", "1-2/tcp"}) {
            assertThrows(RuntimeException.class, () -> of(port, new PortBinding("", "1")), port);
        }
        assertThrows(RuntimeException.class, () -> of("80/tcp", new PortBinding("", "9-8")));
        String words =
                String.valueOf(assertThrows(RuntimeException.class, () -> of("80/tcp", new PortBinding("here", "9")))
                        .getMessage());
        assertTrue(words.contains("it is not an IP address"), words);
    }
}
