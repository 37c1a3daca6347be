package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Compares what the backend computes with the reference. */
final class Check {
  private Check() {}

  static CompiledModel compile(SampleNetwork network, Graph graph, int threads) {
    return new VectorBackend()
        .compile(
            graph, network.tensors, new CompileOptions(threads, Optional.empty(), Precision.FP32));
  }

  static void sizes(
      SampleNetwork network, Graph graph, RandomGenerator random, int threads, Shape... inputs) {
    try (CompiledModel model = compile(network, graph, threads)) {
      for (Shape input : inputs) {
        run(model, network, graph, random, input);
      }
    }
  }

  static void run(
      CompiledModel model,
      SampleNetwork network,
      Graph graph,
      RandomGenerator random,
      Shape input) {
    float[] images = images(random, input);
    Map<String, double[]> expected = reference(network, graph, input, images);
    List<String> names = graph.outputs();
    float[][] outputs = new float[names.size()][];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = new float[expected.get(names.get(i)).length];
      Arrays.fill(outputs[i], Float.NaN);
    }
    model.run(input, images, outputs);
    double tolerance = network.tolerance(largest(expected));
    for (int i = 0; i < outputs.length; i++) {
      assertClose(names.get(i) + " of " + input, expected.get(names.get(i)), outputs[i], tolerance);
    }
    assertGeneratedKernelsAgree((VectorModel) model, input, images, outputs);
  }

  /** What twins may have computed, to the last bit. */
  private static void assertGeneratedKernelsAgree(
      VectorModel model, Shape input, float[] images, float[][] expected) {
    float[][] outputs = new float[expected.length][];
    Arrays.setAll(outputs, i -> new float[expected[i].length]);
    model.settle(input);
    model.run(input, images, outputs);
    for (int i = 0; i < outputs.length; i++) {
      assertArrayEquals(expected[i], outputs[i]);
    }
  }

  static float[] images(RandomGenerator random, Shape input) {
    return SampleNetwork.floats(random.doubles(input.elementCount(), -1.7, 1.7).toArray());
  }

  static Map<String, double[]> reference(
      SampleNetwork network, Graph graph, Shape input, float[] images) {
    double[] exact = new double[images.length];
    Arrays.setAll(exact, i -> images[i]);
    return new ReferenceInterpreter(graph, network.tensors).run(input, exact);
  }

  static double largest(Map<String, double[]> values) {
    return values.values().stream()
        .flatMapToDouble(Arrays::stream)
        .map(Math::abs)
        .max()
        .orElseThrow();
  }

  static void assertClose(String what, double[] expected, float[] actual, double tolerance) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      int index = i;
      assertTrue(
          Math.abs(expected[i] - actual[i]) <= tolerance,
          () ->
              "%s: number %d: expected %s, found %s, tolerance %s"
                  .formatted(what, index, expected[index], actual[index], tolerance));
    }
  }
}
