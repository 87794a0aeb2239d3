package ondol.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AddressPoolTest {
    private final AtomicLong clock = new AtomicLong();

    private AddressPool pool(String subnet, @Nullable String range, @Nullable String gateway, String... others) {
        return new AddressPool(
                Subnet.parse(subnet),
                range == null ? null : Subnet.parse(range),
                gateway == null ? null : ip(gateway),
                java.util.Arrays.stream(others).map(AddressPoolTest::ip).toList(),
                clock::get);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    private static String lease(AddressPool pool, String owner) {
        return Addresses.text(pool.lease(owner, _ -> false));
    }

    @Test
    void theLowestIsGivenFirst() {
        AddressPool pool = pool("172.17.0.0/16", null, "172.17.0.1");
        assertThat(lease(pool, "a")).isEqualTo("172.17.0.2");
        assertThat(lease(pool, "b")).isEqualTo("172.17.0.3");
    }

    @Test
    void oneThatWasGivenBackRests() {
        AddressPool pool = pool("10.0.0.0/24", null, "10.0.0.1");
        assertThat(lease(pool, "a")).isEqualTo("10.0.0.2");
        pool.release(ip("10.0.0.2"), "a");
        assertThat(lease(pool, "b")).isEqualTo("10.0.0.3");
        clock.addAndGet(3_000_000_000L);
        assertThat(lease(pool, "c")).isEqualTo("10.0.0.2");
    }

    @Test
    void aRestingOneIsBetterThanNone() {
        AddressPool pool = pool("10.0.0.0/30", null, "10.0.0.1");
        assertThat(lease(pool, "a")).isEqualTo("10.0.0.2");
        pool.release(ip("10.0.0.2"), "a");
        assertThat(lease(pool, "b")).isEqualTo("10.0.0.2");
    }

    @Test
    void neverTwice() {
        AddressPool pool = pool("10.0.0.0/24", null, "10.0.0.1", "10.0.0.9");
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 252; i++) {
            assertThat(given.add(lease(pool, "owner" + i))).isTrue();
        }
        assertThat(given).doesNotContain("10.0.0.0", "10.0.0.1", "10.0.0.9", "10.0.0.255");
        assertThatThrownBy(() -> lease(pool, "late")).hasMessageContaining("no address is free in 10.0.0.0/24");
    }

    @Test
    void neverTwiceByManyAtOnce() throws Exception {
        AddressPool pool = pool("10.0.0.0/22", null, "10.0.0.1");
        List<String> given = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 100; j++) {
                    given.add(lease(pool, Thread.currentThread().threadId() + "-" + j));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(new HashSet<>(given)).hasSize(800);
    }

    @Test
    void oneThatIsGivenUpIsTakenWhereNoneIsFree() {
        AddressPool pool = pool("10.0.0.0/29", "10.0.0.4/31", "10.0.0.1");
        pool.lease(ip("10.0.0.4"), "fixed");
        assertThat(lease(pool, "stopped")).isEqualTo("10.0.0.5");
        assertThat(Addresses.text(pool.lease("new", _ -> true))).isEqualTo("10.0.0.5");
        assertThat(pool.has(ip("10.0.0.5"), "stopped")).isFalse();
        assertThat(pool.has(ip("10.0.0.4"), "fixed")).isTrue();
    }

    @Test
    void aRangeWithinTheSubnet() {
        AddressPool pool = pool("172.28.0.0/16", "172.28.5.0/24", "172.28.0.1");
        assertThat(lease(pool, "a")).isEqualTo("172.28.5.0");
        pool.lease(ip("172.28.9.9"), "b"); // by name, outside of the range
        assertThatThrownBy(() -> pool.lease(ip("172.28.9.9"), "c")).hasMessageContaining("already in use by b");
        assertThatThrownBy(() -> pool.lease(ip("172.29.0.1"), "c"))
                .hasMessage("address 172.29.0.1 is not in the network's subnet 172.28.0.0/16");
        assertThatThrownBy(() -> pool.lease(ip("172.28.0.1"), "c")).hasMessageContaining("keeps it for itself");
        assertThatThrownBy(() -> pool.lease(ip("172.28.255.255"), "c")).hasMessageContaining("keeps it for itself");
    }

    @Test
    void restoredOnesAreNotGivenOut() {
        AddressPool pool = pool("10.0.0.0/24", null, "10.0.0.1");
        assertThat(pool.restore(ip("10.0.0.2"), "a", false)).isTrue();
        assertThat(pool.restore(ip("10.0.0.2"), "b", false)).isFalse();
        assertThat(pool.restore(ip("10.1.0.2"), "b", false)).isFalse();
        assertThat(lease(pool, "c")).isEqualTo("10.0.0.3");
        pool.release(ip("10.0.0.2"), "b"); // not its own
        assertThat(pool.has(ip("10.0.0.2"), "a")).isTrue();
    }

    @Test
    void ipv6() {
        AddressPool pool = pool("fd00:1::/64", null, "fd00:1::1");
        assertThat(lease(pool, "a")).isEqualTo("fd00:1::2");
        assertThat(Addresses.text(AddressPool.firstHost(Subnet.parse("fd00:1::/64"))))
                .isEqualTo("fd00:1::1");
    }

    @Test
    void tinySubnets() {
        assertThat(lease(pool("10.0.0.4/31", null, null), "a")).isEqualTo("10.0.0.4");
        assertThat(lease(pool("10.0.0.4/32", null, null), "a")).isEqualTo("10.0.0.4");
    }

    @Test
    void whatDoesNotFit() {
        assertThatThrownBy(() -> pool("10.0.0.0/24", "10.0.1.0/25", null))
                .hasMessage("ip-range 10.0.1.0/25 is not in subnet 10.0.0.0/24");
        assertThatThrownBy(() -> pool("10.0.0.0/24", null, "10.0.1.1"))
                .hasMessage("gateway 10.0.1.1 is not in subnet 10.0.0.0/24");
        assertThatThrownBy(() -> pool("10.0.0.0/24", null, null, "::1"))
                .hasMessage("auxiliary address ::1 is not in subnet 10.0.0.0/24");
    }
}
