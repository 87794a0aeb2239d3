package ondol.oci.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of a content by its hash, such as {@code sha256:…} (OCI image specification, descriptors).
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex the hash in small hexadecimal digits
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {
    /** @throws IllegalArgumentException for another algorithm, or digits that are none, too many or too few */
    public Digest {
        int length = switch (algorithm) {
            case "sha256" -> 64;
            case "sha512" -> 128;
            default -> throw new IllegalArgumentException("unsupported digest algorithm");
        };
        if (hex.length() != length || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw new IllegalArgumentException("invalid checksum digest format");
        }
    }

    /** @throws IllegalArgumentException where it is not {@code algorithm:hex} */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("invalid checksum digest format");
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The sha256 of some bytes. */
    public static Digest of(byte[] bytes) {
        return of(sha256().digest(bytes), 0);
    }

    /** The sha256 that was summed up; the sum starts anew. */
    public static Digest of(MessageDigest sum) {
        return of(sum.digest(), 0);
    }

    private static Digest of(byte[] hash, int from) {
        return new Digest("sha256", HexFormat.of().formatHex(hash, from, hash.length));
    }

    /** A new sum. */
    public static MessageDigest sha256() {
        return sum("SHA-256");
    }

    /** A new sum by this digest's algorithm, to check a content with. */
    public MessageDigest newSum() {
        return sum(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
    }

    private static MessageDigest sum(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + name, e);
        }
    }

    /** The first twelve digits, as lists of images show them. */
    public String brief() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
