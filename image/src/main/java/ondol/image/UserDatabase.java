package ondol.image;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Names;
import org.jspecify.annotations.Nullable;

/**
 * The users and groups of a root: its {@code /etc/passwd} and {@code /etc/group} ({@code man 5 passwd}, {@code man 5
 * group}), read once. Lines that make no sense are passed over.
 */
public final class UserDatabase {
    private static final int FILE_LIMIT = 8 << 20;
    private static final long LARGEST_ID = Integer.MAX_VALUE;

    private final List<User> users;
    private final List<Group> groups;

    private record User(String name, long uid, long gid, String home) {}

    private record Group(String name, long gid, List<String> members) {}

    /**
     * Who a process is.
     *
     * @param groups supplementary groups, sorted, each once
     * @param home {@code /} where nothing is known
     */
    public record Identity(int uid, int gid, List<Integer> groups, String home) {}

    private UserDatabase(List<User> users, List<Group> groups) {
        this.users = users;
        this.groups = groups;
    }

    /**
     * Reads a root's files; one that is not there is empty.
     *
     * @throws ImageException INVALID where one is no regular file or larger than 8 MiB
     */
    public static UserDatabase read(Descriptor root) {
        List<User> users = new ArrayList<>();
        for (String line : lines(root, "etc/passwd")) {
            String[] parts = line.split(":", -1);
            if (parts.length >= 4 && id(parts[2]) >= 0 && id(parts[3]) >= 0) {
                users.add(new User(parts[0], id(parts[2]), id(parts[3]), parts.length > 5 ? parts[5] : ""));
            }
        }
        List<Group> groups = new ArrayList<>();
        for (String line : lines(root, "etc/group")) {
            String[] parts = line.split(":", -1);
            if (parts.length >= 3 && id(parts[2]) >= 0) {
                groups.add(
                        new Group(parts[0], id(parts[2]), parts.length > 3 ? List.of(parts[3].split(",")) : List.of()));
            }
        }
        return new UserDatabase(users, groups);
    }

    private static List<String> lines(Descriptor root, String path) {
        int flags = Files.O_RDONLY | Files.O_NONBLOCK | Files.O_NOCTTY;
        try (Descriptor file = Files.openInRootIfThere(root, path, flags)) {
            return file == null
                    ? List.of()
                    : Names.decode(Files.readSmall(file, FILE_LIMIT))
                            .lines()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                            .toList();
        } catch (KernelException e) {
            String why = e.errno() == Errno.EFBIG
                    ? "has more than %d bytes".formatted(FILE_LIMIT)
                    : "cannot be read: " + e.getMessage();
            throw new ImageException(ImageException.Kind.INVALID, "the image's /%s %s".formatted(path, why), e);
        }
    }

    /** A number from 0 to 2147483647; -1 for anything else. */
    private static long id(String text) {
        if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        long id = Long.parseLong(text);
        return id > LARGEST_ID ? -1 : id;
    }

    /**
     * Finds a user by Docker's rules.
     *
     * @param user {@code user[:group]}, names or numbers; null or empty for root. Numbers need no entry. Without a group,
     *     the user's own and all those it is a member of are taken.
     * @param additional further groups, names or numbers
     * @throws ImageException INVALID in Docker's words
     */
    public Identity find(@Nullable String user, List<String> additional) {
        String[] parts = (user == null ? "" : user).split(":", 2);
        String groupPart = parts.length > 1 ? parts[1] : "";
        User found = user(parts[0]);
        TreeSet<Integer> supplementary = new TreeSet<>();
        long gid = found.gid();
        if (!groupPart.isEmpty()) {
            gid = group(groupPart, "unable to find group %s: no matching entries in group file");
        } else if (!found.name().isEmpty()) {
            groups.stream()
                    .filter(group -> group.members().contains(found.name()))
                    .forEach(group -> supplementary.add((int) group.gid()));
        }
        for (String name : additional) {
            supplementary.add((int) group(name, "Unable to find group %s: no matching entries in group file"));
        }
        String home = found.home().startsWith("/") ? found.home() : "/";
        return new Identity((int) found.uid(), (int) gid, List.copyOf(supplementary), home);
    }

    private User user(String wanted) {
        long number = wanted.isEmpty() ? 0 : id(wanted);
        for (User user : users) {
            if ((!wanted.isEmpty() && user.name().equals(wanted)) || user.uid() == number) {
                return user;
            }
        }
        if (number >= 0) {
            return new User("", number, 0, "/");
        }
        requireName(wanted);
        throw ImageException.invalid(
                "unable to find user %s: no matching entries in passwd file".formatted(Names.printable(wanted)));
    }

    private long group(String wanted, String sentence) {
        long number = id(wanted);
        for (Group group : groups) {
            if (group.name().equals(wanted) || group.gid() == number) {
                return group.gid();
            }
        }
        if (number < 0) {
            requireName(wanted);
            throw ImageException.invalid(sentence.formatted(Names.printable(wanted)));
        }
        return number;
    }

    private static void requireName(String wanted) {
        if (wanted.matches("-?[0-9]+")) {
            throw ImageException.invalid("uids and gids must be in range 0-2147483647");
        }
    }
}
