package ondol.linux.seccomp;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Rule;

/**
 * What a compiled program is remembered by: SHA-256 over all that goes into it. Every text and list is led by its length,
 * so that no profile can be written to have another one's digest.
 */
final class ProfileDigest {
    /** To be counted up when the same profile compiles to another program. */
    private static final int FORMAT = 2;

    private ProfileDigest() {}

    static String of(SeccompProfile profile, String libraryVersion) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            texts(out, List.of(libraryVersion, System.getProperty("os.arch")));
            out.writeInt(profile.defaultAction().code(profile.defaultErrnoRet()));
            texts(out, profile.architectures());
            out.writeInt(profile.syscalls().size());
            for (Rule rule : profile.syscalls()) {
                rule(out, rule);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sha256(bytes.toByteArray());
    }

    private static void rule(DataOutputStream out, Rule rule) throws IOException {
        out.writeInt(rule.action().code(rule.errnoRet()));
        texts(out, rule.names());
        out.writeInt(rule.args().size());
        for (Argument argument : rule.args()) {
            out.writeInt(argument.index());
            out.writeInt(argument.op().number());
            out.writeLong(argument.value());
            out.writeLong(argument.valueTwo());
        }
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
