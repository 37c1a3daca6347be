package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Launch;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.ImageShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The launches of a step as they are put together: which grid each kernel needs. */
final class Launches {
  /** The sizes below are those that the kernels' sources name. */
  static final int THREADS = 256;

  private static final int PRODUCT_CHANNELS = 64;
  private static final int MEAN_CHANNELS = 32;
  private static final int MAX_GATHERED = 192;

  private final List<Work> launches = new ArrayList<>();

  List<Work> list() {
    return launches;
  }

  /** A call of a library. */
  void add(Work work) {
    launches.add(work);
  }

  /**
   * A convolution over one group.
   *
   * @param weight {@code [kernel * kernel * channels]} rows
   * @param sums of the tiles of each image, if they are wanted
   */
  void product(
      View input,
      PackedMatrix weight,
      Window window,
      DeviceEpilogue epilogue,
      View output,
      Optional<SliceSums> sums) {
    TileRuns runs = TileRuns.of(output, sums);
    tiles(
        "productTile",
        output,
        runs,
        Parameters.product(input, weight, window, input, epilogue, output, runs));
  }

  /**
   * A pointwise convolution, after a depthwise one of some parts of its input.
   *
   * @param input in no more parts than kernels read; those of the filter of its input's extent
   * @param sums of the tiles of each image, if they are wanted
   */
  void separable(
      View input,
      DeviceFilter filter,
      PackedMatrix weight,
      DeviceEpilogue epilogue,
      View output,
      Optional<SliceSums> sums) {
    View filtered = filter.input();
    TileRuns runs = TileRuns.of(output, sums);
    Parameters parameters =
        Parameters.product(input, weight, Window.PIXEL, output, epilogue, output, runs)
            .longs(filter.weight())
            .epilogue(filter.epilogue())
            .window(filter.window(), filtered, output)
            .integers(
                filter.firstPart(),
                filter.firstPart() + filtered.parts().size(),
                filter.firstChannel(),
                filtered.channels());
    tiles("separableTile", output, runs, parameters);
  }

  private void tiles(String kernel, View output, TileRuns runs, Parameters parameters) {
    add(
        kernel,
        runs.runs() * runs.tiles(),
        Math.ceilDiv(output.channels(), PRODUCT_CHANNELS),
        parameters);
  }

  /**
   * A convolution, number by number.
   *
   * @param weight {@code [kernel * kernel][channels / groups][output channels]}
   * @param sums of the slices of each image, if they are wanted
   */
  void convolution(
      View input,
      long weight,
      int groups,
      Window window,
      DeviceEpilogue epilogue,
      View output,
      Optional<SliceSums> sums) {
    perNumber(
        "convolution",
        output,
        sums,
        Parameters.convolution(input, weight, window, epilogue, output).integers(groups, 0));
  }

  /**
   * A convolution of each channel by itself.
   *
   * @param weight {@code [kernel * kernel][channels]}
   * @param sums of the slices of each image, if they are wanted
   */
  void depthwise(
      View input,
      long weight,
      Window window,
      DeviceEpilogue epilogue,
      View output,
      Optional<SliceSums> sums) {
    perNumber(
        "depthwise", output, sums, Parameters.convolution(input, weight, window, epilogue, output));
  }

  void maxPool(View input, Window window, View output) {
    perNumber("maxPool", output, Parameters.pool(input, window, output));
  }

  void averagePool(View input, Window window, View output) {
    perNumber("averagePool", output, Parameters.pool(input, window, output));
  }

  /** The means of the cells of a grid. */
  void cellMean(View input, View output) {
    perNumber("cellMean", output, Parameters.pool(input, Window.PIXEL, output));
  }

  /** The means of whole maps. */
  void mapMean(View input, View output) {
    add(
        "mapMean",
        output.images(),
        Math.ceilDiv(output.channels(), MEAN_CHANNELS),
        Parameters.pool(input, Window.PIXEL, output));
  }

  /**
   * An epilogue alone.
   *
   * @param sums of the slices of each image, if they are wanted
   */
  void elementwise(View input, DeviceEpilogue epilogue, View output, Optional<SliceSums> sums) {
    perNumber(
        "elementwise",
        output,
        sums,
        new Parameters().view(input).epilogue(epilogue).target(output).longs(output.pixels()));
  }

  /** The product with a map of the same size, or of one pixel. */
  void multiply(View input, View factor, View output) {
    perNumber(
        "multiply",
        output,
        new Parameters()
            .view(input)
            .view(factor)
            .target(output)
            .longs(output.pixels(), output.pixels() / factor.pixels()));
  }

  /** The channels of a map in any number of parts, put together. */
  void gather(View input, View output) {
    View.Part whole = output.whole();
    int elementBytes = input.elementBytes();
    long address = whole.address();
    for (int from = 0; from < input.parts().size(); from += MAX_GATHERED) {
      View some = input.parts(from, Math.min(from + MAX_GATHERED, input.parts().size()));
      View target = output.withPart(new View.Part(address, whole.stride(), some.channels()));
      perNumber(
          "gather",
          target,
          new Parameters().parts(some.parts(), MAX_GATHERED).target(target).longs(target.pixels()));
      address += (long) some.channels() * elementBytes;
    }
  }

  /** A thread for each number of a map, or for several of a slice. */
  private void perNumber(String kernel, View map, Optional<SliceSums> sums, Parameters parameters) {
    if (sums.isEmpty()) {
      perNumber(kernel, map, parameters);
      return;
    }
    Slices slices = Slices.of(map);
    slices(
        kernel + "Sums", map, slices, parameters.slices(slices, map).longs(sums.get().address()));
  }

  /** A block for some channels of each slice of an image. */
  void slices(String kernel, View map, Slices slices, Parameters parameters) {
    add(kernel, (long) map.images() * slices.perImage(), slices.groups(), parameters);
  }

  /** A thread for each number of a map. */
  void perNumber(String kernel, View map, Parameters parameters) {
    add(kernel, Math.ceilDiv(map.pixels() * map.channels(), THREADS), 1, parameters);
  }

  /** Any grid. */
  void add(String kernel, long columns, int rows, Parameters parameters) {
    if (columns > Integer.MAX_VALUE || rows > Launch.MAX_ROWS) {
      throw new ImageShapeException(
          "the images are too large: %s would need %d x %d blocks"
              .formatted(kernel, columns, rows));
    }
    launches.add(new Launch(kernel, (int) columns, rows, THREADS, parameters.segment()));
  }
}
