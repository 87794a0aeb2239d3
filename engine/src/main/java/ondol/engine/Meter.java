package ondol.engine;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What containers and tenants used: the kernel's own counts, read at the end of each container before they are gone, and
 * kept across the ends of containers, engines and machines. Nothing is counted twice. What an engine did not see because
 * the whole machine died is lost since its last reading, at most a minute before.
 */
public interface Meter {
    /** What the rows of an answer are made for. */
    enum Grain {
        /** One row for each tenant. */
        TENANT,
        CONTAINER,
        /** By UTC. */
        DAY,
        HOUR
    }

    /**
     * What is asked.
     *
     * @param tenant one tenant; null for all, and for containers without one
     * @param since from when on; null for the beginning
     * @param until before when; null for now
     */
    record Query(
            @Nullable String tenant,
            @Nullable Instant since,
            @Nullable Instant until,
            Grain by) {}

    /**
     * A sum. What a container used of a time that lies partly outside of the row's is spread evenly over it.
     *
     * @param tenant null for containers without one
     * @param container its id; null for a row of more than one, and for what is a tenant's own: its disk, and the time its
     *     {@code --cpus} held it back
     * @param name the container's
     */
    record Row(
            @Nullable String tenant,
            @Nullable String container,
            @Nullable String name,
            Instant from,
            Instant to,
            Usage used) {}

    /** Sums by tenant, then time, then container. */
    List<Row> read(Query query);

    /**
     * A running container now: what it used since it started, for those who look twice and subtract.
     *
     * @param memory bytes
     * @param pids processes and threads, 0 where they are not counted
     */
    record Live(@Nullable String tenant, String container, String name, Usage used, long memory, long pids) {}

    /** All containers that run. */
    List<Live> live();

    /**
     * Sums of each tenant since this engine was opened; null is the key of containers without one. They never go down.
     */
    List<Row> totals();

    /**
     * How much work waited ({@code man 7 cgroups}; Documentation/accounting/psi.rst): the percentage of the last ten
     * seconds in which some task waited for processor, memory or disk, as the kernel has it.
     *
     * @param tenant null for the whole machine
     */
    record Pressure(@Nullable String tenant, double cpu, double memory, double io) {}

    /** The machine's and each running tenant's; empty where this kernel does not tell. */
    List<Pressure> pressure();
}
