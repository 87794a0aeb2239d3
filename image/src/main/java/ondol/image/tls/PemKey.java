package ondol.image.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A private key in a PEM file: PKCS #8, or the older forms of RSA (PKCS #1) and of elliptic curves (RFC 5915). */
final class PemKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----([^-]*)-----END");

    private static final int LARGEST = 64 << 10;

    /** DER of {@code SEQUENCE {rsaEncryption, NULL}}: RFC 8017. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** DER of the name {@code id-ecPublicKey}: RFC 5480. */
    private static final byte[] CURVE = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;

    private PemKey() {}

    static PrivateKey read(Path file) throws IOException {
        byte[] bytes = PemFile.bytes(file, "the private key");
        if (bytes.length > LARGEST) {
            throw new IOException(file + " is too long for a private key");
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw new IOException("no private key in PEM is in " + file);
        }
        String form = block.group(1);
        if (form.startsWith("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
            throw new IOException("the private key in " + file + " needs a password: write it without one");
        }
        try {
            return decode(form, Base64.getMimeDecoder().decode(block.group(2)));
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("the private key in " + file + " is not understood: " + e.getMessage(), e);
        }
    }

    private static PrivateKey decode(String form, byte[] der) throws GeneralSecurityException {
        byte[] wrapped = switch (form) {
            case "RSA PRIVATE KEY" -> wrap(RSA, der);
            case "EC PRIVATE KEY" -> wrap(der(SEQUENCE, CURVE, curve(der)), der);
            default -> der;
        };
        GeneralSecurityException refused = null;
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(wrapped));
            } catch (GeneralSecurityException e) {
                refused = e;
            }
        }
        throw refused == null ? new GeneralSecurityException("no algorithm") : refused;
    }

    /** PKCS #8 around an older form: version 0, the algorithm, the key. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, new byte[] {2, 1, 0}, algorithm, der(OCTETS, key));
    }

    /** The name of the curve, which RFC 5915 has as {@code [0]} after the version and the secret number. */
    private static byte[] curve(byte[] key) {
        int at = key[1] < 0 ? 2 + (key[1] & 0x7f) : 2;
        while ((key[at] & 0xff) != 0xa0) {
            at += 2 + key[at + 1];
        }
        return Arrays.copyOfRange(key, at + 2, at + 2 + key[at + 1]);
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        byte[] all = Arrays.copyOf(head, head.length + length);
        int at = head.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
