package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.cuda.driver.Choices;
import dev.vgnet.cuda.driver.Cudnn;
import dev.vgnet.cuda.driver.CudnnAlgorithm;
import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.cuda.driver.CudnnConvolution;
import dev.vgnet.cuda.driver.RecordingDriver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is known of a model's steps because others have measured them, there is room for all
 * that it measures itself: the device takes nothing that lies beyond its blocks.
 */
class WorkspaceRoomTest {
  private static final long CAPACITY = 1L << 30;

  /** One that needs no room beside its maps, and one that needs much. */
  private static final Cudnn CUDNN =
      _ ->
          List.of(
              new CudnnAlgorithm(0, WeightLayout.NHWC, 0),
              new CudnnAlgorithm(1, WeightLayout.NHWC, 8 << 20));

  /** A network that is measured with what is known, which it adds to. */
  private static final class Measured {
    final SampleNetwork network = new SampleNetwork(new Random(1), 8);

    void with(
        Choices choices,
        Optional<Cudnn> cudnn,
        ToLongFunction<List<Work>> clock,
        String... outputs) {
      RecordingDriver driver = new RecordingDriver(CAPACITY, choices, cudnn, clock);
      try (CudaModel model =
          new CudaModel(
              network.graph(outputs),
              network.tensors,
              driver,
              Precision.FP32,
              KernelChoice.FASTEST)) {
        assertFalse(model.report(Shape.of(2, 8, 28, 28)).steps().isEmpty());
      }
    }
  }

  /** A kernel of 5x5 is never joined with the layer after it, which is known from then on. */
  @Test
  void isThereWhereTheStepsAfterAreKnown() {
    Choices choices = Choices.inMemory();
    for (int kernel : new int[] {5, 3}) {
      Measured all = new Measured();
      String each = all.network.depthwise("x", 8, 8, kernel, 1, kernel / 2, false);
      String point = all.network.pointwise(each, 8, 64);
      all.with(choices, Optional.empty(), List::size, all.network.squeezeExcite(point, 64, 16));
    }
  }

  /** The first of two processes at once has measured a layer with its gate, the second without. */
  @Test
  void isThereWhereOthersHaveMeasuredOtherwise(@TempDir Path folder) {
    Path file = folder.resolve("a.choices");
    Choices first = RecordingDriver.choices(file);
    Choices second = RecordingDriver.choices(file);
    gated(first, 0);
    Measured alone = new Measured();
    alone.with(second, Optional.of(CUDNN), preferring(1), alone.network.pointwise("x", 8, 64));
    gated(RecordingDriver.choices(file), 0);
  }

  private static void gated(Choices choices, int algorithm) {
    Measured all = new Measured();
    String point = all.network.pointwise("x", 8, 64);
    String last = all.network.squeezeExcite(point, 64, 16);
    all.with(choices, Optional.of(CUDNN), preferring(algorithm), last);
  }

  /** The fewest launches are the fastest, but an algorithm of cuDNN's is much faster still. */
  private static ToLongFunction<List<Work>> preferring(int algorithm) {
    return work ->
        100
            + work.size()
            - work.stream()
                .filter(CudnnConvolution.class::isInstance)
                .mapToInt(
                    call -> ((CudnnConvolution) call).algorithm().number() == algorithm ? 8 : 3)
                .sum();
  }
}
