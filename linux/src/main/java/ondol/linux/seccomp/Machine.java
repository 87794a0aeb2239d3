package ondol.linux.seccomp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a profile's conditions ask of the machine.
 *
 * @param architecture as Docker's profiles call it: {@code amd64} or {@code arm64}
 * @param scmp the same as libseccomp calls it, {@code SCMP_ARCH_X86_64} or {@code SCMP_ARCH_AARCH64}
 * @param kernel the kernel's release, such as {@code 6.1.0-13-amd64}
 */
record Machine(String architecture, String scmp, String kernel) {
    static Machine current() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        try {
            String kernel =
                    Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
            return new Machine(arm ? "arm64" : "amd64", arm ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64", kernel);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/sys/kernel/osrelease, is /proc mounted?", e);
        }
    }

    /** The architectures of the default policy: the machine's own and those whose programs it runs as well. */
    List<String> architectures() {
        return architecture.equals("arm64")
                ? List.of(scmp, "SCMP_ARCH_ARM")
                : List.of(scmp, "SCMP_ARCH_X86", "SCMP_ARCH_X32");
    }

    /**
     * Whether the kernel is of this version or newer; only the first two numbers count, as in {@code 4.8}.
     *
     * @throws IllegalArgumentException where the version is not two numbers
     */
    boolean kernelIsAtLeast(String version) {
        int[] wanted = version(version);
        int[] running = version(kernel);
        return running[0] != wanted[0] ? running[0] > wanted[0] : running[1] >= wanted[1];
    }

    private static int[] version(String text) {
        String[] parts = text.split("[^0-9]+", 3);
        try {
            return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "seccomp profile: kernel version \"" + text + "\" is not two numbers such as 4.8", e);
        }
    }
}
