package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Launch;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Writes the structures that kernels take, as {@code common.cuh} lays them out. */
final class Parameters {
  /** The parts of a view that a kernel reads. */
  static final int MAX_PARTS = 8;

  private static final int PART_BYTES = 16;

  private final ByteBuffer bytes =
      ByteBuffer.allocate(Launch.MAX_PARAMETER_BYTES).order(ByteOrder.nativeOrder());

  /**
   * Of a product.
   *
   * @param extent a map of the size over which the window slides
   */
  static Parameters product(
      View input,
      PackedMatrix weight,
      Window window,
      View extent,
      DeviceEpilogue epilogue,
      View output,
      TileRuns runs) {
    return new Parameters()
        .view(input)
        .longs(weight.address())
        .epilogue(epilogue)
        .target(output)
        .window(window, extent, output)
        .longs(runs.pixels(), runs.sums())
        .integers(weight.stride(), (int) runs.tiles());
  }

  /** Of convolutions, number by number. */
  static Parameters convolution(
      View input, long weight, Window window, DeviceEpilogue epilogue, View output) {
    return new Parameters()
        .view(input)
        .longs(weight)
        .epilogue(epilogue)
        .target(output)
        .window(window, input, output)
        .longs(output.pixels());
  }

  /** Of a pool. */
  static Parameters pool(View input, Window window, View output) {
    return new Parameters()
        .view(input)
        .target(output)
        .window(window, input, output)
        .longs(output.pixels());
  }

  Parameters integers(int... values) {
    Arrays.stream(values).forEach(bytes::putInt);
    return this;
  }

  Parameters longs(long... values) {
    Arrays.stream(values).forEach(bytes::putLong);
    return this;
  }

  Parameters view(View view) {
    parts(view.parts(), MAX_PARTS);
    return integers(view.parts().size(), view.channels());
  }

  /** Some parts, and room for more. */
  Parameters parts(List<View.Part> parts, int room) {
    if (parts.size() > room) {
      throw new IllegalArgumentException(parts.size() + " parts, room for " + room);
    }
    int end = bytes.position() + room * PART_BYTES;
    parts.forEach(this::part);
    bytes.position(end);
    return this;
  }

  Parameters target(View view) {
    return part(view.whole());
  }

  Parameters window(Window window, View input, View output) {
    return integers(
        window.kernel(),
        window.stride(),
        window.padding(),
        input.height(),
        input.width(),
        output.height(),
        output.width(),
        0);
  }

  /** Nothing where there is no residual. */
  Parameters epilogue(DeviceEpilogue epilogue) {
    longs(epilogue.gain(), epilogue.bias(), epilogue.scale(), epilogue.shift());
    return view(epilogue.residual())
        .integers(
            DeviceEpilogue.code(epilogue.activation()),
            DeviceEpilogue.code(epilogue.finalActivation()));
  }

  /** Nothing where there is no map. */
  Parameters view(Optional<View> view) {
    return view.map(this::view).orElseGet(() -> parts(List.of(), MAX_PARTS).integers(0, 0));
  }

  /** Nothing where there are no sums. */
  Parameters sums(Optional<SliceSums> sums) {
    return sums.map(s -> longs(s.address(), s.pixels()).integers(s.perImage(), s.channels()))
        .orElseGet(() -> longs(0, 0).integers(0, 0));
  }

  Parameters slices(Slices slices, View map) {
    return longs(map.pixelsPerImage())
        .integers(slices.perImage(), slices.pixels(), map.channels(), slices.groupChannels());
  }

  /** All that has been written. */
  MemorySegment segment() {
    return MemorySegment.ofArray(Arrays.copyOf(bytes.array(), bytes.position()));
  }

  private Parameters part(View.Part part) {
    return longs(part.address()).integers(part.stride(), part.channels());
  }
}
