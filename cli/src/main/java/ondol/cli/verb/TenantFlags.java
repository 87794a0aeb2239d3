package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import ondol.cli.text.Units;

/** A tenant's limits, as flags and as JSON. */
final class TenantFlags {
    /** The label that says whose a container is. */
    static final String LABEL = "ondol.tenant";

    static final String TABLE = """
                  --cpu-weight uint16        Share of the processors where more is wanted
                                             than there is, between 1 and 10000
                                             (default 100)
                  --cpus decimal             The most CPUs, also where others use none
                  --device-read-bps list     Limit read rate (bytes per second) from a
                                             device (/dev/x:rate)
                  --device-read-iops list    Limit read rate (operations per second)
                                             from a device
                  --device-write-bps list    Limit write rate (bytes per second) to a
                                             device
                  --device-write-iops list   Limit write rate (operations per second) to
                                             a device
                  --disk bytes               The most disk that writable layers and
                                             volumes take
                  --io-weight uint16         Share of block devices, between 10 and 1000
                  --max-containers int       The most containers, running or not
              -m, --memory bytes             The most memory
                  --memory-guarantee bytes   Memory that others cannot take
                  --net-rate string          The most network traffic each way, such as
                                             100mbit
                  --pids int                 The most processes and threads
                  --user list                User of the engine's socket whose
                                             containers are this tenant's
            """;

    private TenantFlags() {}

    /** Writes the limits that were given. */
    static void write(JsonWriter json, Flags flags) {
        if (flags.has("cpus")) json.field("NanoCpus", Units.nanoCpus(flags.get("cpus", "0")));
        number(json, flags, "CpuWeight", "cpu-weight");
        bytes(json, flags, "Memory", "memory");
        bytes(json, flags, "MemoryGuarantee", "memory-guarantee");
        number(json, flags, "IoWeight", "io-weight");
        rates(json, flags, "DeviceReadBps", "device-read-bps", true);
        rates(json, flags, "DeviceWriteBps", "device-write-bps", true);
        rates(json, flags, "DeviceReadIOps", "device-read-iops", false);
        rates(json, flags, "DeviceWriteIOps", "device-write-iops", false);
        if (flags.has("net-rate")) json.field("NetRate", bits(flags.get("net-rate", "")));
        number(json, flags, "Pids", "pids");
        bytes(json, flags, "Disk", "disk");
        number(json, flags, "MaxContainers", "max-containers");
        List<String> users = flags.all("user");
        if (users.equals(List.of(""))) json.field("Users", (Object) List.of());
        else if (!users.isEmpty()) json.field("Users", (Object) users);
    }

    /** Says what the engine does not keep fully of the limits that were given. */
    static void warn(Cli cli, Flags flags) throws IOException {
        if (!flags.has("disk") || flags.get("disk", "").equals("0")) return;
        for (Object warning : Json.list(Json.map(cli.get("/info")).get("Warnings")))
            if (String.valueOf(warning).contains("--disk")) cli.warn(String.valueOf(warning));
    }

    private static void number(JsonWriter json, Flags flags, String field, String flag) {
        if (flags.has(flag)) json.field(field, flags.number(flag, 0));
    }

    private static void bytes(JsonWriter json, Flags flags, String field, String flag) {
        String value = flags.get(flag);
        if (value != null) json.field(field, value.equals("-1") ? 0 : Units.bytes(value));
    }

    private static void rates(JsonWriter json, Flags flags, String field, String flag, boolean bytes) {
        List<String> given = flags.all(flag);
        if (given.equals(List.of(""))) json.field(field, (Object) List.of());
        else if (!given.isEmpty()) json.field(field, (Object) Devices.rates(given, bytes));
    }

    /** Bits per second from {@code 100mbit}, {@code 1gbit}, {@code 64kbit}, {@code 9600bit}; 0 is no limit. */
    static long bits(String text) {
        String lower = text.strip().toLowerCase(java.util.Locale.ROOT);
        if (lower.equals("0")) return 0;
        String[] units = {"kbit", "mbit", "gbit", "bit"};
        long[] factors = {1_000, 1_000_000, 1_000_000_000, 1};
        for (int i = 0; i < units.length; i++) {
            if (lower.endsWith(units[i])) {
                try {
                    double number = Double.parseDouble(lower.substring(0, lower.length() - units[i].length()));
                    if (number >= 0 && number < 1e9) return Math.round(number * factors[i]);
                } catch (NumberFormatException e) {
                    break;
                }
            }
        }
        throw new CliException("invalid rate: \"" + text + "\": say it as 100mbit, 1gbit or 64kbit");
    }
}
