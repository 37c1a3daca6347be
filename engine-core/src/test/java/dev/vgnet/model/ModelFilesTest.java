package dev.vgnet.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
  private static final Metadata.Source SOURCE =
      new Metadata.Source("vgnet é \"1\".pth", "0123456789abcdef".repeat(4), "vgnetg_1_0mp");
  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          40, 32, Interpolation.BICUBIC, List.of(0.485, 0.1, 1e-300), List.of(0.229, 1.0, 3.5));

  @TempDir Path directory;

  @Test
  void keepsEverything() throws IOException {
    ModelFile model = tiny(List.of("cat", "dog, or \"wolf\"\n"));
    Path path = directory.resolve("model.safetensors");
    ModelFiles.write(path, model);
    ModelFile read = ModelFiles.read(path);
    assertEquals(model.graph(), read.graph());
    assertEquals(model.metadata(), read.metadata());
    assertEquals(model.tensors().keySet(), read.tensors().keySet());
    model
        .tensors()
        .forEach(
            (name, tensor) -> {
              assertEquals(tensor.shape(), read.tensors().get(name).shape());
              assertArrayEquals(tensor.toFloatArray(), read.tensors().get(name).toFloatArray());
            });
  }

  static ModelFile tiny(List<String> labels) {
    GraphBuilder builder = new GraphBuilder("image", 3);
    String x =
        builder.add("conv", new Operator.Conv2d("conv.weight", Optional.empty(), 2, 1, 1), "image");
    x = builder.add("relu", new Operator.Activation(Operator.Function.RELU), x);
    x = builder.add("pool", new Operator.GlobalAveragePool(), x);
    x = builder.add("flat", new Operator.Flatten(), x);
    x = builder.add("head", new Operator.Linear("head.weight", Optional.of("head.bias")), x);
    return new ModelFile(
        builder.build(x),
        Map.of(
            "conv.weight", ramp(2, 3, 3, 3),
            "head.weight", ramp(2, 2),
            "head.bias", ramp(2)),
        new Metadata(PREPROCESSING, labels, SOURCE));
  }

  private static Tensor ramp(int... extents) {
    Shape shape = Shape.of(extents);
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i - 0.3f;
    }
    return Tensor.of(shape, values);
  }
}
