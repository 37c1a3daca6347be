package dev.vgnet.bench.build;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;

/** The module table of docs/architecture.md, kept true. */
@AnalyzeClasses(
    packages = "dev.vgnet",
    importOptions = {DoNotIncludeTests.class, ArchitectureTest.DoNotIncludeTestJars.class})
class ArchitectureTest {
  /** Where modules are packaged, the tests that they share come in jars. */
  static final class DoNotIncludeTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String[] CORE = {
    "dev.vgnet",
    "dev.vgnet.error",
    "dev.vgnet.tensor",
    "dev.vgnet.graph",
    "dev.vgnet.plan",
    "dev.vgnet.model",
    "dev.vgnet.runtime",
    "dev.vgnet.image"
  };

  /** What each package may use beside itself, the JDK, libraries, errors and tensors. */
  private static final Map<String, List<String>> USES =
      Map.ofEntries(
          entry("dev.vgnet.error", List.of()),
          entry("dev.vgnet.tensor", List.of()),
          entry("dev.vgnet.graph", List.of()),
          entry("dev.vgnet.plan", List.of("dev.vgnet.graph")),
          entry("dev.vgnet.model", List.of("dev.vgnet.graph")),
          entry("dev.vgnet.runtime", List.of("dev.vgnet.graph")),
          entry("dev.vgnet", List.of("dev.vgnet.graph", "dev.vgnet.model", "dev.vgnet.runtime")),
          entry("dev.vgnet.image", List.of("dev.vgnet", "dev.vgnet.graph", "dev.vgnet.model")),
          entry("dev.vgnet.cpu.kernel", List.of("dev.vgnet.graph")),
          entry("dev.vgnet.cpu.reference", List.of("dev.vgnet.graph", "dev.vgnet.runtime")),
          entry(
              "dev.vgnet.cpu.vector.pass",
              List.of("dev.vgnet.graph", "dev.vgnet.plan", "dev.vgnet.cpu.kernel")),
          entry(
              "dev.vgnet.cpu.vector.compiler",
              List.of(
                  "dev.vgnet.graph",
                  "dev.vgnet.plan",
                  "dev.vgnet.cpu.kernel",
                  "dev.vgnet.cpu.vector.pass")),
          entry(
              "dev.vgnet.cpu.vector",
              List.of(
                  "dev.vgnet.graph",
                  "dev.vgnet.plan",
                  "dev.vgnet.runtime",
                  "dev.vgnet.cpu.kernel",
                  "dev.vgnet.cpu.vector.compiler",
                  "dev.vgnet.cpu.vector.pass")),
          entry("dev.vgnet.cuda.driver", List.of("dev.vgnet.runtime")),
          entry(
              "dev.vgnet.cuda.program",
              List.of(
                  "dev.vgnet.graph",
                  "dev.vgnet.plan",
                  "dev.vgnet.runtime",
                  "dev.vgnet.cuda.driver")),
          entry(
              "dev.vgnet.cuda",
              List.of(
                  "dev.vgnet.graph",
                  "dev.vgnet.runtime",
                  "dev.vgnet.cuda.driver",
                  "dev.vgnet.cuda.program")),
          entry("dev.vgnet.torch", List.of("dev.vgnet.model")),
          entry("dev.vgnet.zoo", List.of("dev.vgnet.graph", "dev.vgnet.model", "dev.vgnet.torch")),
          entry(
              "dev.vgnet.zoo.family",
              List.of("dev.vgnet.graph", "dev.vgnet.model", "dev.vgnet.torch", "dev.vgnet.zoo")),
          entry("dev.vgnet.profile", List.of("dev.vgnet.runtime")),
          entry("dev.vgnet.onnx", List.of("dev.vgnet", "dev.vgnet.graph", "dev.vgnet.model")));

  @ArchTest
  static void packagesUseWhatTheTableSays(JavaClasses all) {
    USES.forEach(
        (name, used) ->
            classes()
                .that()
                .resideInAPackage(name)
                .should()
                .onlyDependOnClassesThat(
                    resideOutsideOfPackage("dev.vgnet..")
                        .or(resideInAnyPackage(used.toArray(String[]::new)))
                        .or(resideInAnyPackage(name, "dev.vgnet.error", "dev.vgnet.tensor")))
                .check(all));
  }

  @ArchTest
  static final ArchRule CORE_NEEDS_ONLY_THE_JDK_AND_ITS_SMALL_LIBRARIES =
      classes()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(CORE)
                  .or(
                      resideInAnyPackage(
                          "java..", "javax.imageio..", "jdk.jfr..", "com.fasterxml.jackson..")));

  @ArchTest
  static final ArchRule CPU_NEEDS_ONLY_THE_CORE_AND_THE_VECTOR_API =
      classes()
          .that()
          .resideInAPackage("dev.vgnet.cpu..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(CORE)
                  .or(
                      resideInAnyPackage(
                          "dev.vgnet.cpu..", "java..", "jdk.jfr..", "jdk.incubator.vector..")));

  @ArchTest
  static final ArchRule ONLY_THE_DRIVER_KNOWS_CUDA_BINDINGS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.vgnet.cuda.driver")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule WEIGHTS_FINDS_BACKENDS_AT_RUN_TIME_ONLY =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.vgnet.torch..",
              "dev.vgnet.zoo..",
              "dev.vgnet.onnx..",
              "dev.vgnet.profile..",
              "dev.vgnet.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.vgnet.cpu..", "dev.vgnet.cuda..");

  @ArchTest
  static final ArchRule ONLY_COMMANDS_KNOW_COMMAND_LINE_LIBRARIES =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.vgnet.cli..", "dev.vgnet.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..", "me.tongfei..");

  @ArchTest
  static final ArchRule ONLY_THE_EXPORT_KNOWS_ONNX =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.vgnet.onnx..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.onnx.proto..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule ONLY_THE_PICTURE_OF_A_NETWORK_KNOWS_ITS_LAYOUTER =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.vgnet.profile..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.eclipse..");

  @ArchTest
  static final ArchRule ONLY_IMAGE_TOUCHES_THE_DESKTOP =
      noClasses()
          .that(
              resideInAnyPackage(CORE)
                  .or(resideInAnyPackage("dev.vgnet.cpu..", "dev.vgnet.cuda..")))
          .and()
          .resideOutsideOfPackage("dev.vgnet.image..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.awt..", "javax.imageio..");

  @ArchTest
  static final ArchRule GRAPH_AND_PLAN_KNOW_NO_DEVICE_AND_NO_FILE =
      noClasses()
          .that()
          .resideInAnyPackage("dev.vgnet.tensor", "dev.vgnet.graph", "dev.vgnet.plan")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.vgnet.runtime", "dev.vgnet.model", "dev.vgnet.image");

  @ArchTest
  static final ArchRule WHO_MEASURES_KNOWS_NO_REPORT =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.vgnet.bench.engine", "dev.vgnet.bench.measure", "dev.vgnet.bench.gpu")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.vgnet.bench", "dev.vgnet.bench.report");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("dev.vgnet.(**)").should().beFreeOfCycles();
}
