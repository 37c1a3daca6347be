package dev.vgnet.bench.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.bench.measure.ChildJvm;
import dev.vgnet.model.ModelFile;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.ImportedModel;
import dev.vgnet.zoo.Zoo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What programs read is the same in a locale that has digits of its own, such as Iran's. */
class LocaleTest {
  /** Networks whose names or keys are put together of numbers. */
  private static final List<String> NETWORKS =
      List.of("vgnetf1_1_5mp", "vgg16_bn_gap", "cifar_wrn16_1");

  @Test
  void numbersHaveTheSameDigitsEverywhere() throws Exception {
    List<String> there = new ArrayList<>();
    List<String> iran = List.of("-Duser.language=fa", "-Duser.country=IR");
    ChildJvm.run(Texts.class, iran, List.of(), there::add);
    assertEquals(Texts.all(), there);
  }

  /** Prints them. */
  static final class Texts {
    private Texts() {}

    public static void main(String[] args) throws Exception {
      all().forEach(System.out::println);
    }

    static List<String> all() throws Exception {
      List<String> texts =
          new ArrayList<>(Zoo.architectures().stream().map(ArchitectureInfo::toString).toList());
      for (String name : NETWORKS) {
        ImportedModel imported =
            Zoo.importStateDict(
                Zoo.randomStateDict(name, 1), "checkpoint", "", ImportOptions.defaults());
        texts.add(imported.architecture());
        texts.addAll(plan(imported.file()).lines().toList());
        texts.addAll(kernels(imported.file()));
      }
      return texts;
    }

    private static List<String> kernels(ModelFile file) {
      SessionOptions options = SessionOptions.builder().backend("vector").build();
      try (Session session = Model.of(file).newSession(options)) {
        return session.report(Shape.of(1, 3, 32, 32)).steps().stream()
            .map(StepReport::kernel)
            .toList();
      }
    }

    private static String plan(ModelFile file) {
      return PlanText.of(Planner.plan(file.graph(), Tensor.shapes(file.tensors()), 32, 32));
    }
  }
}
