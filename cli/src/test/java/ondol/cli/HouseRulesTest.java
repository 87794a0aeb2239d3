package ondol.cli;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rules that all modules keep, beside the arrows between modules, which the compiler holds. They stand in this module
 * because it is built last.
 */
class HouseRulesTest {
    private static JavaClasses house = new ClassFileImporter().importClasses(List.of());

    @BeforeAll
    static void readAllModules() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            List<Path> classes = modules.map(module -> module.resolve("target/classes"))
                    .filter(folder -> Files.exists(folder.resolve("module-info.class")))
                    .toList();
            assertThat(classes).hasSizeGreaterThanOrEqualTo(8);
            house = new ClassFileImporter().importPaths(classes);
        }
    }

    @Test
    void packagesAreNullMarked() {
        Set<JavaPackage> packages = house.stream()
                .filter(not(HouseRulesTest::generated))
                .map(JavaClass::getPackage)
                .filter(named -> !named.getName().isEmpty())
                .collect(Collectors.toSet());
        assertThat(packages).isNotEmpty().allMatch(named -> named.isAnnotatedWith(NullMarked.class));
    }

    @Test
    void onlyTheCommandPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ondol.cli..")
                .should(ACCESS_STANDARD_STREAMS)
                .check(house);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("ondol.(**)")
                .should()
                .beFreeOfCycles()
                // the door: the one place that knows which engine stands behind the interface
                .ignoreDependency("ondol.engine.Engines", "ondol.engine.local.LocalEngine")
                .check(house);
    }

    @Test
    void processesAreMadeByTheKeeper() {
        noClasses()
                .that()
                .resideOutsideOfPackages("ondol.linux.keeper", "ondol.cli..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ProcessBuilder.class)
                .because("kernel work is done by system calls, and a JVM's own way to start processes is slow")
                .check(house);
    }

    @Test
    void nothingStaticChanges() {
        assertThat(house.stream()
                        .filter(not(HouseRulesTest::generated))
                        .flatMap(named -> named.getFields().stream())
                        .filter(field -> field.getModifiers().contains(STATIC))
                        .filter(field -> !field.getModifiers().contains(FINAL)
                                && !field.getModifiers().contains(SYNTHETIC))
                        .map(JavaMember::getFullName))
                .isEmpty();
    }

    @Test
    void theJavaApiSpeaksOnlyOfItselfAndTheJdk() {
        assertThat(house.stream()
                        .filter(named -> named.getPackageName().equals("ondol.engine"))
                        .filter(not(HouseRulesTest::generated))
                        .filter(HouseRulesTest::visible)
                        .flatMap(named -> Stream.concat(named.getCodeUnits().stream(), named.getFields().stream()))
                        .filter(HouseRulesTest::visible)
                        .filter(member -> typesOf(member).anyMatch(not(HouseRulesTest::ownOrOfTheJdk)))
                        .map(JavaMember::getFullName))
                .isEmpty();
    }

    private static Stream<JavaClass> typesOf(JavaMember member) {
        Stream<JavaClass> named = member.getAllInvolvedRawTypes().stream();
        return member instanceof JavaCodeUnit code ? Stream.concat(named, code.getExceptionTypes().stream()) : named;
    }

    private static boolean ownOrOfTheJdk(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        return element.isPrimitive()
                || element.getPackageName().startsWith("java.")
                || element.getPackageName().equals("ondol.engine");
    }

    private static boolean visible(JavaClass named) {
        return open(named.getModifiers())
                && named.getEnclosingClass().map(HouseRulesTest::visible).orElse(true);
    }

    private static boolean visible(JavaMember member) {
        return open(member.getModifiers());
    }

    private static boolean open(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    /** What avaje-jsonb writes: adapters beside the records, and a list of them in a package of this name. */
    private static boolean generated(JavaClass named) {
        return named.getSimpleName().endsWith("JsonAdapter")
                || named.getPackageName().endsWith(".jsonb");
    }
}
