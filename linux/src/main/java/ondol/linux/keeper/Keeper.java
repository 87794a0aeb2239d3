package ondol.linux.keeper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.SeqPacket;
import ondol.linux.plan.Plan;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of the keeper: a small process in C that forks a minder for each container. It ends with the engine;
 * the minders stay.
 */
public final class Keeper implements AutoCloseable {
    private static final byte[] MAKE = "make".getBytes(StandardCharsets.US_ASCII);

    private static final long LAST_BREATH = 200;

    private final Path binary;
    private final Path folder;
    private final MinderLoop loop = new MinderLoop();
    private final AtomicBoolean closed = new AtomicBoolean();
    private Running running; // guarded by this

    /** One process of it. */
    private record Running(Process process, SeqPacket socket) {
        void end() {
            socket.close();
            try {
                if (!process.waitFor(2, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Keeper(Path binary, Path folder) {
        this.binary = binary;
        this.folder = folder;
        this.running = begin(binary, folder);
    }

    /**
     * Unpacks the keeper's binary where it is missing.
     *
     * @param folder an existing folder on a file system that allows execution
     * @return the binary, which serves as a container's init too (see {@code --init})
     */
    public static Path unpack(Path folder) {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        try (InputStream resource = Keeper.class.getResourceAsStream("/ondol/linux/keeper/keeper-" + machine)) {
            if (resource == null) {
                throw new IllegalStateException("this build of Ondol has no keeper for " + machine);
            }
            byte[] bytes = resource.readAllBytes();
            Path binary = folder.resolve("keeper");
            if (!Files.exists(binary) || !Arrays.equals(Files.readAllBytes(binary), bytes)) {
                Path made = folder.resolve("keeper.new");
                Files.write(made, bytes);
                Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(made, binary, StandardCopyOption.ATOMIC_MOVE);
            }
            return binary;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a keeper.
     *
     * @param binary as {@link #unpack} left it
     * @param folder where its socket is made
     */
    public static Keeper start(Path binary, Path folder) {
        return new Keeper(binary, folder);
    }

    private static Running begin(Path binary, Path folder) {
        Path socket = folder.toAbsolutePath().resolve("keeper.sock");
        try {
            Process process = new ProcessBuilder(binary.toString(), socket.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            if (process.getInputStream().read() != 'r') {
                throw new IllegalStateException("the keeper did not start: " + binary + " " + socket);
            }
            return new Running(process, SeqPacket.connect(folder, "keeper.sock"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of its process now. */
    public synchronized long pid() {
        return running.process().pid();
    }

    /** Returns whom it asked. */
    private synchronized Running ask(List<Integer> descriptors) {
        try {
            running.socket().send(MAKE, descriptors);
        } catch (KernelException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET && e.errno() != Errno.ENOTCONN) {
                throw e;
            }
            running.end(); // somebody killed it: the minders do not need it, the next one does
            running = begin(binary, folder);
            running.socket().send(MAKE, descriptors);
        }
        return running;
    }

    /** Whether somebody killed it; then there is a new one. */
    private synchronized boolean replaced(Running asked) {
        if (running != asked) {
            return true;
        }
        try {
            if (!asked.process().waitFor(LAST_BREATH, TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        asked.end();
        running = begin(binary, folder);
        return true;
    }

    /**
     * Makes a process as the plan says, up to its gate if it has one, else up to its {@code execve}.
     *
     * @param donated descriptors that the plan asked for, in order; they stay open here
     * @param gate called once, where the plan has a gate; what it throws ends the process
     * @throws PlanFailure where a step failed: then nothing is left of it
     */
    public Minder make(Plan plan, List<Integer> donated, Minder.Listener listener, Minder.AtGate gate) {
        if (donated.size() != plan.donated()) {
            throw new IllegalArgumentException(
                    "the plan wants " + plan.donated() + " descriptors, not " + donated.size());
        }
        AtomicReference<@Nullable Running> asked = new AtomicReference<>();
        try {
            return make(plan, donated, listener, gate, asked);
        } catch (PlanFailure e) {
            Running last = asked.get();
            if (!e.unanswered() || last == null || !replaced(last)) {
                throw e;
            }
            return make(plan, donated, listener, gate, asked); // killed with the request in its hands
        }
    }

    private Minder make(
            Plan plan,
            List<Integer> donated,
            Minder.Listener listener,
            Minder.AtGate gate,
            AtomicReference<@Nullable Running> asked) {
        List<SeqPacket> pair = SeqPacket.pair();
        SeqPacket mine = pair.get(0);
        try (Descriptor memory = plan.toMemory();
                SeqPacket theirs = pair.get(1)) {
            List<Integer> descriptors = new ArrayList<>(List.of(memory.number(), theirs.number()));
            descriptors.addAll(donated);
            asked.set(ask(descriptors));
        } catch (KernelException e) {
            mine.close();
            throw e;
        }
        return Minder.await(mine, plan, loop, listener, gate);
    }

    /**
     * Finds the minder of a container that an earlier engine made.
     *
     * @param folder the container's folder, as its plan named it
     * @throws KernelException ENOENT, ECONNREFUSED where there is none any more
     */
    public Minder find(Path folder, Minder.Listener listener) {
        return Minder.greet(SeqPacket.connect(folder, "minder"), loop, listener);
    }

    /** Ends the keeper; minders and containers stay. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        loop.close();
        synchronized (this) {
            running.end();
        }
    }
}
