package ondol.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EpollTest {
    private static final int O_CLOEXEC = 02000000;

    @Test
    @Timeout(20)
    void seesAPipeFillAndEnd() {
        try (Arena arena = Arena.ofConfined();
                Epoll epoll = new Epoll()) {
            MemorySegment ends = arena.allocate(8, 4);
            Kernel.call(Call.PIPE2, "", ends.address(), O_CLOEXEC);
            try (Descriptor out = new Descriptor(ends.get(ValueLayout.JAVA_INT, 0), "pipe");
                    Descriptor in = new Descriptor(ends.get(ValueLayout.JAVA_INT, 4), "pipe")) {
                epoll.add(out.number(), Epoll.IN, Long.MAX_VALUE);
                epoll.add(in.number(), 0, 2);
                assertThat(epoll.await(0)).isEmpty();
                Kernel.call(Call.WRITE, "", in.number(), Kernel.text(arena, "x").address(), 1);
                assertThat(epoll.await(-1)).containsExactly(new Epoll.Event(Long.MAX_VALUE, Epoll.IN));
                epoll.remove(in.number());
                epoll.add(in.number(), Epoll.OUT, 3);
                assertThat(epoll.await(-1)).contains(new Epoll.Event(3, Epoll.OUT));
                epoll.remove(in.number());
                in.close();
                assertThat(epoll.await(-1)).containsExactly(new Epoll.Event(Long.MAX_VALUE, Epoll.IN | Epoll.HANG_UP));
                assertThatThrownBy(() -> epoll.add(out.number(), Epoll.IN, 1)).hasMessageContaining("EEXIST");
            }
        }
    }

    @Test
    @Timeout(20)
    void isWokenUp() throws InterruptedException {
        try (Epoll epoll = new Epoll()) {
            Thread waiting = Thread.ofPlatform().start(() -> epoll.await(-1));
            epoll.wakeUp();
            waiting.join();
            assertThat(epoll.await(0)).isEmpty();
            long start = System.nanoTime();
            assertThat(epoll.await(50)).isEmpty();
            assertThat(System.nanoTime() - start).isGreaterThan(40_000_000);
        }
    }
}
