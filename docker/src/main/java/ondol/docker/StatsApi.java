package ondol.docker;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.docker.json.StatsJson;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerStats;
import ondol.engine.Containers;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.StatsReader;
import ondol.engine.StatsReader.Readings;
import org.jspecify.annotations.Nullable;

/** What containers use, in the fields that Docker has on this machine's version of the control groups. */
final class StatsApi {
    private static final BigInteger UNLIMITED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    private final Containers containers;

    StatsApi(Engine engine) {
        this.containers = engine.containers();
    }

    void addTo(Router router) {
        router.get("/containers/{id}/stats", this::stats);
    }

    private void stats(Call call) throws IOException, InterruptedException {
        ContainerDetails container = containers.inspect(call.path("id"));
        boolean stream = call.flag("stream", true);
        boolean oneShot = call.flag("one-shot");
        if (stream && oneShot) {
            throw EngineException.invalid("cannot have stream=true and one-shot=true");
        }
        if (stream) {
            stream(call, container);
        } else if (oneShot || container.state().pid() == 0) {
            call.json(json(container, new Readings(null, containers.stats(container.id()))));
        } else {
            call.json(json(container, twoReadings(container)));
        }
    }

    /** A use of the processor is that of a span of time: a first reading says nothing of it. */
    private Readings twoReadings(ContainerDetails container) throws InterruptedException {
        try (StatsReader reader = containers.followStats(container.id())) {
            Readings readings = reader.next();
            while (readings != null
                    && readings.before() == null
                    && readings.now().read() != null) {
                readings = reader.next();
            }
            return readings == null ? new Readings(null, containers.stats(container.id())) : readings;
        }
    }

    private void stream(Call call, ContainerDetails container) throws IOException, InterruptedException {
        Sink sink = call.stream(200, Call.JSON_TYPE);
        try (StatsReader reader = containers.followStats(container.id());
                Vanishing watch = Vanishing.watch(call, reader::close)) {
            for (Readings next = reader.next(); next != null; next = reader.next()) {
                sink.write(StreamsApi.line(json(container, next)));
            }
        }
        sink.close();
    }

    private static StatsJson.Stats json(ContainerDetails container, Readings readings) {
        ContainerStats now = readings.now();
        ContainerStats before = readings.before();
        return new StatsJson.Stats(
                "/" + container.name(),
                container.id(),
                Times.rfc3339(now.read()),
                Times.rfc3339(before == null ? null : before.read()),
                pids(now),
                blkio(now),
                0,
                Map.of(),
                cpu(now),
                cpu(before),
                memory(now),
                networks(now));
    }

    private static StatsJson.PidsStats pids(ContainerStats stats) {
        ContainerStats.Pids pids = stats.pids();
        if (pids == null) {
            return new StatsJson.PidsStats(null, null);
        }
        BigInteger none = stats.groups() == 1 ? null : UNLIMITED;
        return new StatsJson.PidsStats(pids.current(), pids.limit() < 0 ? none : BigInteger.valueOf(pids.limit()));
    }

    private static StatsJson.CpuStats cpu(@Nullable ContainerStats stats) {
        ContainerStats.Cpu cpu = stats == null ? null : stats.cpu();
        if (stats == null || cpu == null) {
            return new StatsJson.CpuStats(
                    new StatsJson.CpuUsage(0, null, 0, 0), null, null, new StatsJson.ThrottlingData(0, 0, 0));
        }
        List<Long> each = cpu.perProcessor();
        return new StatsJson.CpuStats(
                new StatsJson.CpuUsage(cpu.usage(), each.isEmpty() ? null : each, cpu.system(), cpu.user()),
                stats.machineTime(),
                stats.processors(),
                new StatsJson.ThrottlingData(cpu.periods(), cpu.throttledPeriods(), cpu.throttled()));
    }

    private static StatsJson.MemoryStats memory(ContainerStats stats) {
        ContainerStats.Memory memory = stats.memory();
        if (memory == null) {
            return new StatsJson.MemoryStats(null, null, null, null, null);
        }
        Long peak = stats.groups() == 1 && memory.peak() >= 0 ? memory.peak() : null;
        Long failures = stats.groups() == 1 || memory.failures() > 0 ? memory.failures() : null;
        return new StatsJson.MemoryStats(memory.usage(), peak, memory.details(), failures, memory.limit());
    }

    private static StatsJson.BlkioStats blkio(ContainerStats stats) {
        boolean none = stats.read() == null;
        List<StatsJson.BlkioEntry> bytes = new ArrayList<>();
        List<StatsJson.BlkioEntry> times = new ArrayList<>();
        boolean v1 = stats.groups() == 1;
        for (ContainerStats.BlockIo io : stats.blockIo()) {
            add(bytes, io, v1, io.readBytes(), io.writeBytes(), io.discardBytes());
            add(times, io, v1, io.reads(), io.writes(), io.discards());
        }
        List<StatsJson.BlkioEntry> unknown = v1 && !none ? List.of() : null;
        return new StatsJson.BlkioStats(
                none ? null : bytes, v1 && !none ? times : null, unknown, unknown, unknown, unknown, unknown, unknown);
    }

    private static void add(
            List<StatsJson.BlkioEntry> to, ContainerStats.BlockIo io, boolean v1, long read, long write, long discard) {
        to.add(new StatsJson.BlkioEntry(io.major(), io.minor(), v1 ? "Read" : "read", read));
        to.add(new StatsJson.BlkioEntry(io.major(), io.minor(), v1 ? "Write" : "write", write));
        if (v1) {
            to.add(new StatsJson.BlkioEntry(io.major(), io.minor(), "Discard", discard));
            to.add(new StatsJson.BlkioEntry(io.major(), io.minor(), "Total", read + write + discard));
        }
    }

    private static @Nullable Map<String, StatsJson.NetworkStats> networks(ContainerStats stats) {
        Map<String, StatsJson.NetworkStats> networks = new LinkedHashMap<>();
        stats.networks()
                .forEach((name, counters) -> networks.put(
                        name,
                        new StatsJson.NetworkStats(
                                counters.receivedBytes(),
                                counters.receivedPackets(),
                                counters.receiveErrors(),
                                counters.receiveDropped(),
                                counters.sentBytes(),
                                counters.sentPackets(),
                                counters.sendErrors(),
                                counters.sendDropped())));
        return networks.isEmpty() ? null : networks;
    }
}
