package ondol.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.EngineException;
import ondol.engine.EngineException.Kind;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import org.jspecify.annotations.Nullable;

/** A process and everything it writes. */
final class Running {
    final List<Output> kept = new ArrayList<>();
    final CompletableFuture<Process> started = new CompletableFuture<>();
    final CompletableFuture<Integer> ended = new CompletableFuture<>();
    final AtomicInteger readers = new AtomicInteger();
    boolean over;

    synchronized void add(Output output) {
        kept.add(output);
        notifyAll();
    }

    synchronized void end() {
        over = true;
        notifyAll();
    }

    void start(List<String> command, boolean stdin) {
        Process process;
        try {
            process = new ProcessBuilder(command).start();
            if (!stdin) {
                process.getOutputStream().close();
            }
        } catch (IOException e) {
            end();
            boolean missing = String.valueOf(e.getMessage()).matches("(?s).*error[=:] ?2\\b.*");
            throw new EngineException(
                    missing ? Kind.COMMAND_NOT_FOUND : Kind.COMMAND_NOT_EXECUTABLE, command.getFirst(), e);
        }
        Thread out = carry(process.getInputStream(), false);
        Thread err = carry(process.getErrorStream(), true);
        started.complete(process);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                int code = process.waitFor();
                out.join();
                err.join();
                end();
                ended.complete(code);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private Thread carry(InputStream from, boolean error) {
        return Thread.ofPlatform().daemon().start(() -> {
            byte[] bytes = new byte[8192];
            try (from) {
                for (int n = from.read(bytes); n >= 0; n = from.read(bytes)) {
                    byte[] piece = java.util.Arrays.copyOf(bytes, n);
                    add(new Output(Instant.now(), error, piece, piece[n - 1] != '\n'));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    OutputReader reader(int from, boolean follow, boolean stdout, boolean stderr) {
        Running running = this;
        readers.incrementAndGet();
        return new OutputReader() {
            int at = from;
            boolean closed;

            @Override
            public @Nullable Output next() throws InterruptedException {
                synchronized (running) {
                    while (true) {
                        Output ready = poll();
                        if (ready != null || closed || over || !follow) {
                            return ready;
                        }
                        running.wait();
                    }
                }
            }

            @Override
            public @Nullable Output poll() {
                synchronized (running) {
                    while (!closed && at < kept.size()) {
                        Output piece = kept.get(at++);
                        if (piece.error() ? stderr : stdout) {
                            return piece;
                        }
                    }
                    return null;
                }
            }

            @Override
            public void close() {
                synchronized (running) {
                    if (!closed) {
                        readers.decrementAndGet();
                    }
                    closed = true;
                    running.notifyAll();
                }
            }
        };
    }

    Attachment attachment(boolean tty, AttachOptions options) {
        int from = options.logs() ? 0 : kept.size();
        OutputReader reader = reader(from, options.stream(), options.stdout(), options.stderr());
        return new Attachment() {
            @Override
            public boolean tty() {
                return tty;
            }

            @Override
            public OutputReader output() {
                return reader;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                try {
                    OutputStream stdin = started.join().getOutputStream();
                    stdin.write(bytes, offset, length);
                    stdin.flush();
                } catch (IOException e) {
                    // It has ended: nothing happens.
                }
            }

            @Override
            public void closeStdin() {
                try {
                    started.join().getOutputStream().close();
                } catch (IOException e) {
                    // It has ended: nothing happens.
                }
            }

            @Override
            public void close() {
                reader.close();
            }
        };
    }
}
