package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.tensor.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks whose last steps have more weights than numbers in their maps. */
class TailTest {
  private static final int SIDE = 64;

  private final RandomGenerator random = new Random(1);

  private final SampleNetwork net = new SampleNetwork(random, 3);

  /** A wide end that reads two maps of the beginning, one of which is an output, too. */
  private Graph graph() {
    String stem = net.activation(net.conv("x", 3, 48, 7, 4, 3, 1, true), Function.RELU);
    String pool = net.other(new Operator.MaxPool(3, 2, 1), stem);
    String grouped = net.norm(net.conv(pool, 48, 96, 3, 2, 1, 3, true), 96);
    String means = net.other(new Operator.AveragePool(2, 2), stem);
    String side = net.conv(means, 48, 96, 1, 2, 0, 1, true);
    String wide = net.activation(net.pointwise(grouped, 96, 800), Function.SILU);
    String excited = net.squeezeExcite(net.depthwise(wide, 800, 800, 3, 1, 1, true), 800, 40);
    String narrow = net.sum(net.pointwise(excited, 800, 96), side);
    String mixed = net.activation(net.conv(net.concat(narrow, side), 192, 96, 3, 1, 1, 1, true));
    String last = net.activation(net.pointwise(mixed, 96, 1300), Function.HARDSWISH);
    return net.graph(
        net.linear(net.other(new Operator.Flatten(), net.mean(last)), 1300, 70, true), side);
  }

  private static float[][] outputs(int batch) {
    return new float[][] {new float[batch * 70], new float[batch * 96 * 16]};
  }

  private static float[][] run(CompiledModel model, int batch, float[] images) {
    float[][] outputs = outputs(batch);
    for (float[] output : outputs) {
      Arrays.fill(output, Float.NaN);
    }
    model.run(Shape.of(batch, 3, SIDE, SIDE), images, outputs);
    return outputs;
  }

  @Test
  void beginsWhereWeightsBecomeMoreThanMaps() {
    Program program = ProgramBuilder.build(graph(), new Weights(net.tensors), 1, SIDE, SIDE);
    Tail tail = program.tail();
    assertEquals(Shape.of(800, 4, 4), program.passes().get(tail.firstPass()).step().output());
    assertEquals(2, tail.carried().size());
  }

  /** 4, 2, 1 and 1 of eight where there are two workers; all at once where there is one. */
  @ParameterizedTest
  @CsvSource({"16, 2, 8", "17, 2, 8", "6, 2, 6", "2, 2, 2", "9, 1, 3", "4, 1, 1"})
  void groupsGetSmallWhereSomebodyMayHelp(int batch, int workers, int groups) {
    Program program = ProgramBuilder.build(graph(), new Weights(net.tensors), workers, SIDE, SIDE);
    Execution execution = new Execution(workers);
    float[] images = new float[batch * 3 * SIDE * SIDE];
    execution.begin(program, batch, 3 * SIDE * SIDE, images, outputs(batch));
    assertEquals(groups, execution.blocks(0));
    execution.release();
    execution.close();
  }

  /** Whatever number of images are computed in turns: each is what it would be alone. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 1", "4, 1", "7, 1", "9, 1", "3, 2", "5, 2", "8, 2", "17, 2"})
  void imagesDoNotMeet(int batch, int threads) {
    Graph graph = graph();
    Shape one = Shape.of(1, 3, SIDE, SIDE);
    float[] images = Check.images(random, Shape.of(batch, 3, SIDE, SIDE));
    int length = images.length / batch;
    try (CompiledModel model = Check.compile(net, graph, threads)) {
      for (int round = 0; round < 2; round++) {
        float[][] together = run(model, batch, images);
        for (int image = 0; image < batch; image++) {
          float[] alone = Arrays.copyOfRange(images, image * length, (image + 1) * length);
          float[][] expected = run(model, 1, alone);
          for (int i = 0; i < expected.length; i++) {
            int size = expected[i].length;
            assertArrayEquals(
                expected[i], Arrays.copyOfRange(together[i], image * size, (image + 1) * size));
          }
        }
        ((VectorModel) model).settle(one);
      }
      Check.run(model, net, graph, random, one);
    }
  }
}
