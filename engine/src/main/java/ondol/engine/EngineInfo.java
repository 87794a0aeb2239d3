package ondol.engine;

import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;

/**
 * An engine and its machine.
 *
 * @param id the root's own id, made when the root was
 * @param cgroupVersion 1 (also hybrid) or 2
 * @param warnings what this machine lacks, a sentence each
 */
@RecordBuilder
public record EngineInfo(
        String id,
        String version,
        String rootFolder,
        int containers,
        int running,
        int paused,
        int stopped,
        int images,
        String kernelVersion,
        String operatingSystem,
        String osVersion,
        String architecture,
        String hostName,
        int processors,
        long memory,
        int cgroupVersion,
        boolean seccomp,
        List<String> warnings) {}
