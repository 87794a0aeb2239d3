package ondol.linux.plan;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.plan.Step.Argument;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Plan}, step by step. The binary form is that of {@code keeper/plan.h}; the two files change together.
 */
public final class PlanBuilder {
    private static final int MAGIC = 0x4c444e4f;
    private static final int VERSION = 1;
    private static final int HEADER = 80;
    private static final int STEP = 72;
    private static final int NOWHERE = -1;
    private static final int FIRST_RESULT = 8;
    private static final int FIRST_DONATED = 3;

    /** The process's own end of the pipe for stdin. */
    public static final Argument STDIN = new Argument.Given(0);

    /** The process's own end of the pipe for stdout. */
    public static final Argument STDOUT = new Argument.Given(1);

    /** The process's own end of the pipe for stderr. */
    public static final Argument STDERR = new Argument.Given(2);

    /** How the process's streams are made. */
    public enum Stdio {
        /** Not by the minder. */
        NONE,
        /** Pipes for stdout and stderr. */
        PIPES,
        /** A terminal, whose master a step of kind {@link Step.Kind#TERMINAL} opens. */
        TERMINAL
    }

    private final List<Step> before = new ArrayList<>();
    private final List<Step> inside = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream(4096);
    private final Map<String, Argument.Data> texts = new HashMap<>();
    private final List<int[]> relocations = new ArrayList<>();
    private List<Step> adding = inside;
    private int donated;
    private long cloneFlags;
    private @Nullable Step cgroup;
    private Stdio stdio = Stdio.NONE;
    private boolean withStdin;
    private Gate gate = Gate.NONE;
    private int uidMap = NOWHERE;
    private int gidMap = NOWHERE;
    private int folder = NOWHERE;
    private int logFirst;
    private long logSize;
    private int logFiles;

    /** Adds a step that the minder runs before the process exists. */
    public Step before(Purpose purpose, Call call, String shown, Step.Kind kind, Object... arguments) {
        Step step = new Step(purpose, call, shown, arguments(arguments), Set.of(), kind);
        before.add(step);
        return step;
    }

    /** All steps that are added meanwhile are for the minder, before the process exists. */
    public void inMinder(Runnable steps) {
        adding = before;
        try {
            steps.run();
        } finally {
            adding = inside;
        }
    }

    /** Adds a step that the process runs. */
    public Step step(Purpose purpose, Call call, String shown, Object... arguments) {
        return add(purpose, call, shown, Step.Kind.PLAIN, Set.of(), arguments);
    }

    /** Adds a step that the process runs, for which these errors are as good as success. */
    public Step lenient(Purpose purpose, Set<Errno> ignored, Call call, String shown, Object... arguments) {
        return add(purpose, call, shown, Step.Kind.PLAIN, ignored, arguments);
    }

    /** Adds a step of a special kind that the process runs. */
    public Step special(Purpose purpose, Step.Kind kind, Call call, String shown, Object... arguments) {
        return add(purpose, call, shown, kind, Set.of(), arguments);
    }

    private Step add(
            Purpose purpose, Call call, String shown, Step.Kind kind, Set<Errno> ignored, Object... arguments) {
        if (ignored.size() > 3) {
            throw new IllegalArgumentException("a step ignores at most three errors: " + ignored);
        }
        Step step = new Step(purpose, call, shown, arguments(arguments), ignored, kind);
        adding.add(step);
        return step;
    }

    private static List<Argument> arguments(Object... arguments) {
        List<Argument> list = new ArrayList<>(arguments.length);
        for (Object argument : arguments) {
            list.add(
                    switch (argument) {
                        case Argument a -> a;
                        case Step s -> new Argument.ResultOf(s);
                        case Integer i -> new Argument.Immediate(i);
                        case Long l -> new Argument.Immediate(l);
                        default -> throw new IllegalArgumentException("not an argument: " + argument);
                    });
        }
        return list;
    }

    /** Text in the plan's data, ended by a zero byte; the same text is kept once. */
    public Argument.Data text(String text) {
        return texts.computeIfAbsent(text, t -> {
            Argument.Data place = new Argument.Data(data.size());
            data.writeBytes(t.getBytes(StandardCharsets.UTF_8));
            data.write(0);
            return place;
        });
    }

    /** Bytes in the plan's data, aligned to eight. */
    public Argument.Data bytes(byte[] bytes) {
        align();
        Argument.Data place = new Argument.Data(data.size());
        data.writeBytes(bytes);
        return place;
    }

    /** An array of addresses of texts, ended by a null: {@code argv}, {@code envp}. */
    public Argument.Data pointers(List<String> list) {
        List<Argument.Data> places = list.stream().map(this::text).toList();
        Argument.Data array = bytes(new byte[8 * (places.size() + 1)]);
        for (int i = 0; i < places.size(); i++) {
            relocations.add(new int[] {array.offset() + 8 * i, places.get(i).offset()});
        }
        return array;
    }

    /** Bytes in the plan's data in which the address of another place stands at an offset. */
    public Argument.Data bytesWithPointer(byte[] bytes, int offset, Argument.Data to) {
        Argument.Data place = bytes(bytes);
        relocations.add(new int[] {place.offset() + offset, to.offset()});
        return place;
    }

    /** The next of the descriptors that are given along with the plan, in the order of these calls (at most five). */
    public Argument donated() {
        if (donated == 5) {
            throw new IllegalStateException("a plan takes at most five descriptors");
        }
        return new Argument.Given(FIRST_DONATED + donated++);
    }

    /** Flags of {@code clone3}: the namespaces that are made with the process. */
    public PlanBuilder cloneFlags(long flags) {
        this.cloneFlags |= flags;
        return this;
    }

    /** The process is made in the group whose folder this step opened ({@code CLONE_INTO_CGROUP}). */
    public PlanBuilder intoCgroup(Step opened) {
        this.cgroup = opened;
        return this;
    }

    public PlanBuilder stdio(Stdio stdio, boolean withStdin) {
        this.stdio = stdio;
        this.withStdin = withStdin;
        return this;
    }

    /** Whether a process waits before it executes, until the engine opens its gate; the keeper's numbers. */
    private enum Gate {
        NONE,
        LATE,
        EARLY
    }

    /** The process waits before it executes, until the engine opens the gate, which is told when it is there. */
    public PlanBuilder gate() {
        this.gate = Gate.LATE;
        return this;
    }

    /**
     * The same, but the engine is told as soon as there is a process, where its network namespace is made with it ({@code
     * CLONE_NEWNET}): it does its part while the process does its own.
     */
    public PlanBuilder earlyGate() {
        this.gate = Gate.EARLY;
        return this;
    }

    /** The maps of the new user namespace, as {@code /proc/PID/uid_map} takes them. */
    public PlanBuilder idMaps(String uids, String gids) {
        this.uidMap = text(uids).offset();
        this.gidMap = text(gids).offset();
        return this;
    }

    /**
     * Where the minder listens and writes the log.
     *
     * @param folder an existing folder with a folder {@code log} in it
     * @param first the number of the log file to begin with
     * @param size bytes after which the next file begins
     * @param files so many files are kept
     */
    public PlanBuilder log(String folder, int first, long size, int files) {
        this.folder = text(folder).offset();
        this.logFirst = first;
        this.logSize = size;
        this.logFiles = files;
        return this;
    }

    private void align() {
        while (data.size() % 8 != 0) {
            data.write(0);
        }
    }

    public Plan build() {
        align();
        List<Step> steps = new ArrayList<>(before);
        steps.addAll(inside);
        Map<Step, Integer> results = new IdentityHashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            results.put(steps.get(i), FIRST_RESULT + i);
        }
        int size = HEADER + STEP * steps.size() + 8 * relocations.size() + data.size();
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(VERSION).putInt(before.size()).putInt(inside.size());
        out.putInt(relocations.size()).putInt(data.size()).putLong(cloneFlags);
        out.putInt(cgroup == null ? NOWHERE : index(results, cgroup));
        out.putInt(stdio.ordinal()).putInt(withStdin ? 1 : 0).putInt(gate.ordinal());
        out.putInt(uidMap).putInt(gidMap).putInt(folder).putInt(logFirst);
        out.putLong(logSize).putInt(logFiles).putInt(0);
        for (Step step : steps) {
            encode(out, step, results);
        }
        for (int[] relocation : relocations) {
            out.putInt(relocation[0]).putInt(relocation[1]);
        }
        out.put(data.toByteArray());
        return new Plan(steps, before.size(), out.array(), donated);
    }

    private static void encode(ByteBuffer out, Step step, Map<Step, Integer> results) {
        out.putInt(step.call().number()).putShort((short) step.kind().flag);
        int room = 3;
        for (Errno errno : step.ignored()) {
            out.putShort((short) errno.number());
            room--;
        }
        for (; room > 0; room--) {
            out.putShort((short) 0);
        }
        byte[] kinds = new byte[12];
        long[] values = new long[6];
        for (int i = 0; i < step.arguments().size(); i++) {
            switch (step.arguments().get(i)) {
                case Argument.Immediate(long value) -> values[i] = value;
                case Argument.Data(int offset) -> {
                    kinds[i] = 1;
                    values[i] = offset;
                }
                case Argument.ResultOf(Step earlier) -> {
                    kinds[i] = 2;
                    values[i] = index(results, earlier);
                }
                case Argument.Given(int slot) -> {
                    kinds[i] = 2;
                    values[i] = slot;
                }
            }
        }
        out.put(kinds);
        for (long value : values) {
            out.putLong(value);
        }
    }

    private static int index(Map<Step, Integer> results, Step step) {
        Integer index = results.get(step);
        if (index == null) {
            throw new IllegalArgumentException(
                    "a step refers to the result of one that is not in the plan: " + step.shown());
        }
        return index;
    }
}
