package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.model.ModelFile;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every VGNet that has been published, against PyTorch in float64. */
class VgNetGoldenTest {
  static Stream<String> cases() {
    return GoldenCase.names().stream().filter(name -> name.startsWith("vgnet"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void referenceAgreesWithPyTorch(String name) {
    GoldenCase golden = GoldenCase.load(name);
    ImportedModel model = importCase(name, golden);
    assertEquals(name.replaceAll("(_silu)?_(paper|mid|public).*", ""), model.architecture());

    ModelFile file = model.file();
    Shape input = golden.inputShape();
    Map<String, double[]> values =
        new ReferenceInterpreter(file.graph(), file.tensors()).run(input, RuleWeights.input(input));

    double error = 0;
    double[] expected = golden.logits();
    double[] logits = values.get(file.graph().outputs().getFirst());
    assertEquals(expected.length, logits.length);
    for (int i = 0; i < logits.length; i++) {
      error = Math.max(error, Math.abs(logits[i] - expected[i]));
    }
    assertTrue(error <= 1e-10 * golden.logitsStandardDeviation(), "logits differ by " + error);
    ModuleValues modules = new ModuleValues(file.graph());
    for (GoldenCase.Stage stage : golden.stages()) {
      Checksum.of(values.get(modules.node(stage.module()))).requireClose(stage, 1e-10);
    }
  }

  private static ImportedModel importCase(String name, GoldenCase golden) {
    Optional<Function> activation =
        name.contains("_silu") ? Optional.of(Function.SILU) : Optional.empty();
    ImportOptions options =
        new ImportOptions(
            Optional.empty(),
            activation,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());
    return Zoo.importStateDict(golden.stateDict(), name, "0".repeat(64), options);
  }
}
