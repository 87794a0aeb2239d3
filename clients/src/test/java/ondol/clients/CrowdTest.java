package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many clients at once: most of them of no use, or all of them at the same container. */
class CrowdTest extends Served {
    private static final int SOCKETS = 1000;
    private static final int RIVALS = 4;
    private static final Duration RACE = Duration.ofSeconds(5);

    // A thousand sockets

    private static SocketChannel socket(String said) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(System.getenv("DOCKER_HOST").substring("unix://".length())));
        channel.write(ByteBuffer.wrap(said.getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static long descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int threads() {
        return Thread.getAllStackTraces().size();
    }

    private static void allClosed(long before) throws InterruptedException {
        assertThat(within(20, () -> descriptors() <= before + 4))
                .as(() -> descriptors() + " descriptors are open, " + before + " were")
                .isTrue();
    }

    private static void answersSoon(DockerClient docker) {
        long begun = System.nanoTime();
        docker.pingCmd().exec();
        assertThat(docker.listContainersCmd().exec()).isNotEmpty();
        String id = docker.createContainerCmd(IMAGE).withCmd("true").exec().getId();
        docker.startContainerCmd(id).exec();
        docker.removeContainerCmd(id).withForce(true).exec();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }

    private static List<String> useless(String id) {
        return List.of(
                "", // says nothing
                "GET /containers/js", // half a line
                "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000\r\n\r\n{\"Image\":", // half a body
                "POST /containers/" + id + "/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\n"
                        + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"); // a stream
    }

    @Test
    void aThousandSockets() throws Exception {
        try (DockerClient docker = client()) {
            String id = docker.createContainerCmd(IMAGE)
                    .withCmd("sleep", "1000")
                    .exec()
                    .getId();
            docker.startContainerCmd(id).exec();
            answersSoon(docker);
            long descriptors = descriptors();
            int threads = threads();
            List<SocketChannel> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < SOCKETS / 4; i++) {
                    for (String said : useless(id)) {
                        sockets.add(socket(said));
                    }
                }
                ByteBuffer head = ByteBuffer.allocate(12);
                sockets.getLast().read(head);
                assertThat(new String(head.array(), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
                for (int i = 0; i < 3; i++) {
                    answersSoon(docker);
                }
                assertThat(threads()).as("threads").isLessThan(threads + 50);
            } finally {
                for (SocketChannel one : sockets) {
                    one.close();
                }
            }
            allClosed(descriptors);
            answersSoon(docker);
            docker.removeContainerCmd(id).withForce(true).exec();
        }
    }

    // Clients that read nothing, and go

    @Test
    void whoReadsNothingAndGoesCostsNobodyAnything() throws Exception {
        try (DockerClient docker = client()) {
            String id = docker.createContainerCmd(IMAGE)
                    .withCmd("sh", "-c", "seq 1 300000; sleep 1000")
                    .exec()
                    .getId();
            docker.startContainerCmd(id).exec();
            answersSoon(docker);
            long descriptors = descriptors();
            int threads = threads();
            List<SocketChannel> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < 200; i++) {
                    String path = switch (i % 5) {
                        case 0 -> "GET /containers/" + id + "/logs?follow=1&stdout=1";
                        case 1 -> "GET /events?since=1";
                        case 2 -> "GET /containers/" + id + "/stats";
                        case 3 -> "POST /containers/" + id + "/wait";
                        default -> "GET /containers/" + id + "/archive?path=/bin";
                    };
                    sockets.add(socket(path + " HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"));
                }
                for (int i = 0; i < 3; i++) {
                    answersSoon(docker);
                }
                assertThat(threads()).as("threads").isLessThan(threads + 50);
            } finally {
                for (SocketChannel one : sockets) {
                    one.close();
                }
            }
            allClosed(descriptors);
            docker.removeContainerCmd(id).withForce(true).exec();
        }
    }

    // Rivals

    private static void contest(DockerClient docker, Random random, Set<String> ids) {
        switch (random.nextInt(7)) {
            case 0 ->
                ids.add(docker.createContainerCmd(IMAGE)
                        .withName("contested")
                        .withCmd("sleep", "1000")
                        .exec()
                        .getId());
            case 1, 2 -> docker.startContainerCmd("contested").exec();
            case 3 -> docker.stopContainerCmd("contested").withTimeout(0).exec();
            case 4 -> docker.removeContainerCmd("contested").withForce(true).exec();
            case 5 -> docker.restartContainerCmd("contested").withTimeout(0).exec();
            default -> docker.removeContainerCmd("contested").exec();
        }
    }

    private static void rival(int seed, Set<String> ids, Queue<Throwable> unexpected) {
        Random random = new Random(seed);
        try (DockerClient docker = client()) {
            Instant end = Instant.now().plus(RACE);
            while (Instant.now().isBefore(end)) {
                try {
                    contest(docker, random, ids);
                } catch (NotFoundException | ConflictException | NotModifiedException e) {
                    // what the API's description names for a container that is not there, or not in that state
                }
            }
        } catch (IOException | RuntimeException e) {
            unexpected.add(e);
        }
    }

    @Test
    void rivalsAtOneContainer() throws Exception {
        Set<String> ids = ConcurrentHashMap.newKeySet();
        Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
        List<Thread> rivals = new ArrayList<>();
        for (int i = 0; i < RIVALS; i++) {
            int seed = i;
            rivals.add(Thread.ofPlatform().start(() -> rival(seed, ids, unexpected)));
        }
        for (Thread one : rivals) {
            one.join();
        }
        assertThat(unexpected).isEmpty();
        assertThat(ids).hasSizeGreaterThan(3);
        try (DockerClient docker = client()) {
            docker.listContainersCmd().withShowAll(true).withNameFilter(List.of("contested")).exec().stream()
                    .forEach(one -> docker.removeContainerCmd(one.getId())
                            .withForce(true)
                            .exec());
            String id = docker.createContainerCmd(IMAGE)
                    .withName("contested")
                    .withCmd("sleep", "1000")
                    .exec()
                    .getId();
            docker.startContainerCmd(id).exec();
            assertThat(docker.inspectContainerCmd(id).exec().getState().getRunning())
                    .isTrue();
            docker.removeContainerCmd(id).withForce(true).exec();
            ids.add(id);
        }
        assertThat(within(10, () -> left(ids).isEmpty()))
                .as(() -> "left over: " + left(ids))
                .isTrue();
    }

    /** Records, control groups and links of containers that are gone. */
    private static List<String> left(Set<String> ids) {
        List<String> left = new ArrayList<>();
        try (Stream<Path> records = Files.list(folder.resolve("engine/containers"));
                Stream<Path> groups = Files.find(
                        Path.of("/sys/fs/cgroup"),
                        6,
                        (path, is) -> is.isDirectory()
                                && ids.contains(path.getFileName().toString()));
                Stream<NetworkInterface> links = NetworkInterface.networkInterfaces()) {
            records.map(String::valueOf)
                    .filter(path -> ids.stream().anyMatch(path::contains))
                    .forEach(left::add);
            groups.map(String::valueOf).forEach(left::add);
            links.map(NetworkInterface::getName)
                    .filter(name -> name.startsWith("veth"))
                    .forEach(left::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            left.add(String.valueOf(e)); // a group that went while it was looked at: looked at once more
        }
        return left;
    }
}
