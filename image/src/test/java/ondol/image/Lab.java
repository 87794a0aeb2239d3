package ondol.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.linux.Mounts;

/** What tests of images need of the machine. */
final class Lab {
    private static final long CLONE_NEWNS = 0x20000;

    private Lab() {}

    static void needRoot() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
    }

    static Path tool(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":")) {
            Path tool = Path.of(folder, name);
            if (Files.isExecutable(tool)) {
                return tool;
            }
        }
        assumeTrue(false, "needs " + name + " on PATH");
        throw new AssertionError();
    }

    /** Runs a program and returns its output. */
    static String run(Object... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Arrays.stream(command).map(String::valueOf).toList())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(Arrays.toString(command) + ": " + output);
        }
        return output;
    }

    /** Runs a line in a shell. */
    static String shell(Path folder, String line) throws IOException, InterruptedException {
        return run("/bin/sh", "-ec", "cd '" + folder + "'; " + line);
    }

    /** A root with everything that is hard to copy. */
    static Path makeRoot(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path busybox = Path.of("/bin/busybox");
        assumeTrue(Files.exists(busybox), "needs /bin/busybox (Debian's busybox-static)");
        shell(folder, """
            mkdir -p bin etc dev usr/lib tmp 'odd name' deep
            cp /bin/busybox bin/busybox; ln bin/busybox bin/sh; ln -s busybox bin/ls; ln -s usr/lib lib
            printf 'root:x:0:0:root:/root:/bin/sh\\nme:x:1000:1000::/home/me:/bin/sh\\n' >etc/passwd
            printf 'root:x:0:\\nwheel:x:10:me,root\\nme:x:1000:\\n' >etc/group
            mknod dev/null c 1 3; mknod dev/fifo p; mknod dev/disk b 7 300
            truncate -s 3M etc/sparse; printf x | dd of=etc/sparse bs=1 seek=1500000 conv=notrunc status=none
            printf a >'odd name/\u00e9\u4e2d'; printf b >"odd name/$(printf 'raw\\377')"
            chmod 4755 bin/busybox; chmod 1777 tmp; chown 1000:70000 etc/group; chmod 0 etc/sparse
            long=$(printf 'x%.0s' $(seq 100)); mkdir -p deep/$long/$long; printf c >deep/$long/$long/file
            ln -s /$long/$long/$long deep/link
            touch -d '2001-02-03 04:05:06.123456789 UTC' etc/passwd; touch -h -d '1960-01-01 UTC' lib
            touch -d '2002-01-01 UTC' usr/lib usr etc tmp .
            """);
        return folder;
    }

    /** Something to do in a mount namespace. */
    interface Work {
        void run() throws Exception;
    }

    /** Runs on a thread with a mount namespace of its own, which goes with the thread. */
    static void inMountNamespace(Path folder, Work work) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                Kernel.call(Call.UNSHARE, "CLONE_NEWNS", CLONE_NEWNS);
                Mounts.mount("none", "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null);
                try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
                    Kernel.call(
                            Call.CHDIR,
                            folder.toString(),
                            Kernel.text(arena, folder.toString()).address());
                }
                work.run();
                done.complete(true);
            } catch (Exception | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.get(60, TimeUnit.SECONDS);
    }
}
