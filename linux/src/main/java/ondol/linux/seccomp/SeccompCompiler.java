package ondol.linux.seccomp;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles profiles with the call numbers that libseccomp knows, each once: programs are kept in memory, and in a folder where one is given, by the
 * profile's digest. Safe for use by many threads.
 */
public final class SeccompCompiler {
    private static final int KEPT = 64;

    private final @Nullable ProgramFolder folder;
    private final Map<String, byte[]> programs = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable Libseccomp library;

    /** A compiler that remembers in memory alone. */
    public SeccompCompiler() {
        this.folder = null;
    }

    /**
     * A compiler that remembers in a folder too.
     *
     * @param folder made where it is missing; what is in it is trusted, so nobody else may write there
     */
    public SeccompCompiler(Path folder) {
        this.folder = new ProgramFolder(folder);
    }

    /**
     * The program of a profile: an array of {@code struct sock_filter} ({@code man 2 seccomp}), in this machine's byte
     * order. {@code struct sock_fprog} is its length divided by eight and its address. The caller loads it with
     * {@link SeccompProfile#loadFlags()}. All who ask for the same program get the same array: it is not to be changed.
     *
     * @throws IllegalStateException where libseccomp is not installed
     * @throws IllegalArgumentException where the profile names an architecture that libseccomp does not know, or its
     *     program is longer than the kernel takes
     */
    public synchronized byte[] compile(SeccompProfile profile) {
        Libseccomp seccomp = library();
        String digest = ProfileDigest.of(profile, seccomp.version());
        byte[] program = programs.get(digest);
        if (program == null && folder != null) {
            program = folder.read(digest);
        }
        if (program == null) {
            program = program(seccomp, profile, Machine.current());
            if (folder != null) {
                folder.write(digest, program);
            }
        }
        remember(digest, program);
        return program;
    }

    static byte[] program(Libseccomp seccomp, SeccompProfile profile, Machine machine) {
        try (Arena arena = Arena.ofConfined()) {
            var answers = new ProfileAnswers(seccomp, arena, profile, machine);
            return RangeProgram.of(answers.byAuditToken(), ProfileAnswers.OTHER_ARCHITECTURE);
        }
    }

    private Libseccomp library() {
        Libseccomp seccomp = library;
        if (seccomp == null) {
            seccomp = Libseccomp.load();
            library = seccomp;
        }
        return seccomp;
    }

    private void remember(String digest, byte[] program) {
        programs.put(digest, program);
        if (programs.size() > KEPT) {
            programs.remove(programs.keySet().iterator().next());
        }
    }
}
