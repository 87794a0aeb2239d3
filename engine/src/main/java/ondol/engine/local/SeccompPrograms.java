package ondol.engine.local;

import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ondol.engine.spec.SeccompProfiles;
import ondol.linux.Capability;
import ondol.linux.seccomp.DefaultProfile;
import ondol.linux.seccomp.SeccompCompiler;
import ondol.linux.seccomp.SeccompProfile;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Operator;
import ondol.oci.runtime.Seccomp;
import ondol.oci.runtime.SeccompArgument;
import ondol.oci.runtime.SeccompRule;
import ondol.runtime.Bundle;

/**
 * Seccomp profiles and their programs. The default policy of a set of capabilities is one object, compiled once and
 * found by identity: even hashing a profile takes a good part of what a container costs.
 */
final class SeccompPrograms implements SeccompProfiles {
    private final SeccompCompiler compiler;
    private final Map<Set<Capability>, Seccomp> standard = new ConcurrentHashMap<>();
    private final Map<Seccomp, Bundle.Filter> compiled = Collections.synchronizedMap(new IdentityHashMap<>());

    SeccompPrograms(Path folder) {
        this.compiler = new SeccompCompiler(folder);
    }

    @Override
    public Seccomp standard(Set<Capability> capabilities) {
        return standard.computeIfAbsent(Set.copyOf(capabilities), set -> {
            SeccompProfile profile = DefaultProfile.forCapabilities(set);
            Seccomp converted = convert(profile);
            compiled.put(converted, compile(profile));
            return converted;
        });
    }

    @Override
    public Seccomp parse(String json, Set<Capability> capabilities) {
        return convert(SeccompProfile.parse(json, capabilities));
    }

    /** The program of a profile of a specification. */
    Bundle.Filter program(Seccomp seccomp) {
        Bundle.Filter known = compiled.get(seccomp);
        return known == null ? compile(convert(seccomp)) : known;
    }

    private Bundle.Filter compile(SeccompProfile profile) {
        return new Bundle.Filter(compiler.compile(profile), profile.loadFlags());
    }

    private static Seccomp convert(SeccompProfile profile) {
        return new Seccomp(
                "SCMP_ACT_" + profile.defaultAction(),
                profile.defaultErrnoRet(),
                profile.architectures(),
                profile.flags(),
                null,
                null,
                profile.syscalls().stream().map(SeccompPrograms::convert).toList());
    }

    private static SeccompRule convert(SeccompProfile.Rule rule) {
        return new SeccompRule(
                rule.names(),
                "SCMP_ACT_" + rule.action(),
                rule.errnoRet(),
                rule.args().stream()
                        .map(a -> new SeccompArgument(a.index(), a.value(), a.valueTwo(), "SCMP_CMP_" + a.op()))
                        .toList());
    }

    private static SeccompProfile convert(Seccomp seccomp) {
        List<SeccompRule> rules = seccomp.syscalls() == null ? List.of() : seccomp.syscalls();
        return new SeccompProfile(
                Action.parse(seccomp.defaultAction()),
                seccomp.defaultErrnoRet(),
                seccomp.architectures() == null ? List.of() : seccomp.architectures(),
                seccomp.flags(),
                rules.stream().map(SeccompPrograms::convert).toList());
    }

    private static SeccompProfile.Rule convert(SeccompRule rule) {
        List<SeccompArgument> args = rule.args() == null ? List.of() : rule.args();
        return new SeccompProfile.Rule(
                rule.names(),
                Action.parse(rule.action()),
                rule.errnoRet(),
                args.stream()
                        .map(a ->
                                new SeccompProfile.Argument(a.index(), a.value(), a.valueTwo(), Operator.parse(a.op())))
                        .toList());
    }
}
