package dev.vgnet.bench.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vgnet.Model;
import dev.vgnet.model.ModelFile;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs a Python with PyTorch: {@code -Ddev.vgnet.bench.python} names it. */
class TorchScriptTest {
  @TempDir private Path folder;

  @Test
  void readsWeightsOfBfloat16() throws Exception {
    Optional<String> obstacle = TorchScript.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElseThrow());
    Workload wide = Workload.random("cifar_resnet20", 1);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    wide.model().tensors().forEach((name, tensor) -> tensors.put(name, narrowed(tensor)));
    Model model = Model.of(new ModelFile(wide.model().graph(), tensors, wide.model().metadata()));
    Path file = folder.resolve("network.pt");
    TorchScript.write(new Workload(model, wide.shape(), wide.images()), file);
    assertTrue(Files.size(file) > 0);
  }

  /** The upper halves of floats. */
  private static Tensor narrowed(Tensor tensor) {
    if (tensor.dataType() != DataType.FLOAT32) {
      return tensor;
    }
    float[] values = tensor.toFloatArray();
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = (short) (Float.floatToRawIntBits(values[i]) >>> 16);
    }
    return Tensor.wrap(tensor.shape(), DataType.BFLOAT16, MemorySegment.ofArray(halves));
  }
}
