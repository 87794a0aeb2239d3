package ondol.cli.verb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** {@code --network}, once or several times, and what belongs to a container's place in each. */
final class Networks {
    private Networks() {}

    /** The first network's name: what the engine calls the network mode. */
    static String mode(Flags flags) {
        List<String> given = flags.all("network");
        return given.isEmpty() ? "default" : new Attachment(given.get(0)).name;
    }

    /** Writes {@code NetworkingConfig}. */
    static void write(JsonWriter json, Flags flags) {
        List<String> given = flags.all("network");
        Map<String, Attachment> attachments = new TreeMap<>();
        for (int i = 0; i < Math.max(1, given.size()); i++) {
            Attachment attachment = new Attachment(given.isEmpty() ? "default" : given.get(i));
            boolean predefined = predefined(attachment.name);
            if (i == 0) attachment.merge(flags, predefined);
            if (predefined && !given.isEmpty() && attachment.plain()) continue;
            if (attachments.put(attachment.name, attachment) != null)
                throw new CliException("network \"" + attachment.name + "\" is specified multiple times");
        }
        json.begin("NetworkingConfig").begin("EndpointsConfig");
        for (Attachment attachment : attachments.values()) attachment.write(json);
        json.end().end();
    }

    /** Whether a value of {@code --network} can be read; throws when not. */
    static void check(String value) {
        if (new Attachment(value).name.isEmpty()) throw new IllegalArgumentException("network name is required");
    }

    /** Writes {@code EndpointConfig} of {@code network connect}. */
    static void writeConnect(JsonWriter json, Flags flags) {
        Attachment attachment = new Attachment("EndpointConfig");
        attachment.connect(flags);
        attachment.write(json);
    }

    private static boolean predefined(String name) {
        return name.equals("default")
                || name.equals("bridge")
                || name.equals("host")
                || name.equals("none")
                || name.startsWith("container:");
    }

    /** {@code --add-host name:address} (or {@code name=address}), with a colon as the engine wants it. */
    static List<String> extraHosts(List<String> given) {
        List<String> hosts = new ArrayList<>();
        for (String host : given) hosts.add(extraHost(host));
        return hosts;
    }

    static String extraHost(String host) {
        int equals = host.indexOf('=');
        int mark = equals < 0 ? host.indexOf(':') : equals;
        if (mark <= 0) throw new IllegalArgumentException("bad format for add-host: \"" + host + "\"");
        String address = host.substring(mark + 1);
        if (address.startsWith("[") && address.endsWith("]")) address = address.substring(1, address.length() - 1);
        if (!numeric(address) && !address.equals("host-gateway"))
            throw new IllegalArgumentException("invalid IP address in add-host: \"" + address + "\"");
        return host.substring(0, mark) + ":" + address;
    }

    /** Whether text can be an address: digits with dots, or hexadecimal digits with colons. */
    static boolean numeric(String address) {
        boolean six = address.indexOf(':') >= 0;
        boolean numeric = six || address.indexOf('.') > 0;
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            numeric &= Character.digit(c, six ? 16 : 10) >= 0 || c == '.' || c == ':';
        }
        return numeric;
    }

    /** A container's place in one network. */
    private static final class Attachment {
        private String name;
        private final List<String> aliases = new ArrayList<>();
        private List<String> links = new ArrayList<>();
        private final Map<String, Object> addresses = new LinkedHashMap<>();
        private final Map<String, String> options = new TreeMap<>();
        private String mac = "";
        private long gatewayPriority;

        /** Reads {@code name} or {@code name=…,alias=…,ip=…}. */
        Attachment(String text) {
            name = text;
            if (text.indexOf('=') < 0) return;
            name = "";
            for (String field : Mounts.fields(text)) {
                int equals = field.indexOf('=');
                if (equals < 0) throw new IllegalArgumentException("invalid field " + field);
                String value = field.substring(equals + 1).strip();
                switch (field.substring(0, equals).strip().toLowerCase(java.util.Locale.ROOT)) {
                    case "name" -> name = value;
                    case "alias" -> aliases.add(value);
                    case "ip" -> addresses.put("IPv4Address", value);
                    case "ip6" -> addresses.put("IPv6Address", value);
                    case "link-local-ip" -> linkLocal(value);
                    case "mac-address" -> mac = value;
                    case "driver-opt" -> options.putAll(Environment.pairs(List.of(value)));
                    case "gw-priority" -> gatewayPriority = Long.parseLong(value);
                    default -> throw new IllegalArgumentException("invalid field key " + field.substring(0, equals));
                }
            }
            if (name.isEmpty()) throw new IllegalArgumentException("network name is required");
        }

        @SuppressWarnings("unchecked")
        private void linkLocal(String address) {
            Object list = addresses.get("LinkLocalIPs");
            if (list == null) addresses.put("LinkLocalIPs", list = new ArrayList<String>());
            ((List<String>) list).add(address);
        }

        /** Adds what the flags beside {@code --network} say about the first network. */
        void merge(Flags flags, boolean predefined) {
            List<String> more = flags.all("network-alias");
            if (predefined && !(more.isEmpty() && aliases.isEmpty()))
                throw new CliException("network-scoped aliases are only supported for user-defined networks");
            aliases.addAll(more);
            if (!predefined) links = flags.all("link");
            String four = flags.get("ip");
            String six = flags.get("ip6");
            if (four != null) addresses.put("IPv4Address", four);
            if (six != null) addresses.put("IPv6Address", six);
            for (String address : flags.all("link-local-ip")) linkLocal(address);
            mac = flags.get("mac-address", mac);
        }

        /** Takes what {@code network connect} says. */
        void connect(Flags flags) {
            for (String alias : flags.all("alias")) aliases.addAll(List.of(alias.split(",")));
            links = flags.all("link");
            String four = flags.get("ip");
            String six = flags.get("ip6");
            if (four != null) addresses.put("IPv4Address", four);
            if (six != null) addresses.put("IPv6Address", six);
            for (String address : flags.all("link-local-ip")) linkLocal(address);
            options.putAll(Environment.pairs(flags.all("driver-opt")));
            gatewayPriority = flags.number("gw-priority", 0);
        }

        boolean plain() {
            return aliases.isEmpty()
                    && addresses.isEmpty()
                    && options.isEmpty()
                    && mac.isEmpty()
                    && gatewayPriority == 0;
        }

        void write(JsonWriter json) {
            json.begin(name).field("IPAMConfig", orNull(addresses));
            json.field("Links", links.isEmpty() ? null : links).field("Aliases", aliases.isEmpty() ? null : aliases);
            json.field("MacAddress", mac).field("DriverOpts", orNull(options)).field("GwPriority", gatewayPriority);
            json.field("NetworkID", "")
                    .field("EndpointID", "")
                    .field("Gateway", "")
                    .field("IPAddress", "");
            json.field("IPPrefixLen", 0).field("IPv6Gateway", "").field("GlobalIPv6Address", "");
            json.field("GlobalIPv6PrefixLen", 0)
                    .field("DNSNames", (String) null)
                    .end();
        }

        private static @Nullable Object orNull(Map<String, ?> map) {
            return map.isEmpty() ? null : map;
        }
    }
}
