package ondol.network.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * The addresses in an answer that belong to what was asked.
 *
 * @param ttl for how long all of them hold
 */
record Addresses(List<InetAddress> addresses, Duration ttl) {
    private static final long LONGEST_TTL = Duration.ofDays(1).toSeconds();

    /**
     * Follows the aliases from the question on; what else the answer says does not count.
     *
     * @return empty where it has none
     * @throws IllegalArgumentException where the message cannot be read
     */
    static Optional<Addresses> of(byte[] answer) {
        Message message;
        try {
            message = new Message(answer);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("an answer that cannot be read", e);
        }
        Record asked = message.getQuestion();
        if (asked == null) {
            return Optional.empty();
        }
        List<Record> records = message.getSection(Section.ANSWER);
        Set<Name> names = new HashSet<>(Set.of(asked.getName()));
        long ttl = LONGEST_TTL;
        boolean more = true;
        while (more) {
            more = false;
            for (Record one : records) {
                if (one instanceof CNAMERecord alias
                        && names.contains(alias.getName())
                        && names.add(alias.getTarget())) {
                    ttl = Math.min(ttl, alias.getTTL());
                    more = true;
                }
            }
        }
        Set<InetAddress> addresses = new LinkedHashSet<>();
        for (Record one : records) {
            if (names.contains(one.getName()) && (one instanceof ARecord || one instanceof AAAARecord)) {
                addresses.add(nameless(one));
                ttl = Math.min(ttl, one.getTTL());
            }
        }
        return addresses.isEmpty()
                ? Optional.empty()
                : Optional.of(new Addresses(List.copyOf(addresses), Duration.ofSeconds(ttl)));
    }

    /** Without the record's name, which would be shown with the address. */
    private static InetAddress nameless(Record of) {
        InetAddress named = of instanceof ARecord four ? four.getAddress() : ((AAAARecord) of).getAddress();
        try {
            return InetAddress.getByAddress(named.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(named + " is no address", e);
        }
    }
}
