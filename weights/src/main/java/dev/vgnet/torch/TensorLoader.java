package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Value.Int;
import dev.vgnet.torch.Value.Storage;
import dev.vgnet.torch.Value.TensorView;
import dev.vgnet.torch.Value.Tuple;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes dense row-major tensors of views. A dense view is a slice of the file; any other is copied,
 * and all copies together may take no more than {@code 4 x} the size of the file and 16 MiB.
 */
final class TensorLoader {
  private static final int MAX_RANK = 64;
  private static final int COPIES_PER_FILE = 4;
  private static final long SMALL_COPIES = 16L << 20;

  private final StorageSource source;
  private final Map<String, MemorySegment> storages = new HashMap<>();
  private long copyBudget;

  TensorLoader(StorageSource source, long fileSize) {
    this.source = source;
    this.copyBudget = COPIES_PER_FILE * fileSize + SMALL_COPIES;
  }

  /**
   * @param where what to call the tensor in messages
   * @throws ModelFormatException if its numbers are of an unknown type, reach beyond their storage,
   *     or are more than may be copied
   */
  Tensor load(String where, TensorView view) {
    DataType type =
        view.type()
            .dataType()
            .orElseThrow(
                () ->
                    new ModelFormatException(
                        where, "has elements of %s, which are not read".formatted(view.type())));
    Shape shape = shape(where, view.size());
    long[] stride = stride(where, view.stride(), shape.rank());
    if (shape.elementCount() == 0) {
      return Tensor.wrap(shape, type, MemorySegment.ofArray(new byte[0]));
    }
    MemorySegment bytes = storage(view.storage());
    long elements = bytes.byteSize() / type.byteSize();
    long last = lastElement(view.offset(), shape, stride);
    if (view.offset() < 0 || last < 0 || last >= elements) {
      throw new ModelFormatException(
          where,
          "of shape %s, stride %s and offset %d reaches beyond its storage of %d elements"
              .formatted(shape, Arrays.toString(stride), view.offset(), elements));
    }
    MemorySegment start = bytes.asSlice(view.offset() * type.byteSize());
    MemorySegment dense =
        denseFrom(shape, stride) == 0
            ? start.asSlice(0, shape.elementCount() * type.byteSize())
            : copy(where, start, shape, stride, type.byteSize());
    return Tensor.wrap(shape, type, dense);
  }

  private MemorySegment storage(Storage storage) {
    return storages.computeIfAbsent(storage.key(), _ -> source.read(storage));
  }

  private static Shape shape(String where, Tuple size) {
    try {
      return Shape.of(
          Arrays.stream(integers(where, "size", size)).mapToInt(Math::toIntExact).toArray());
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new ModelFormatException(where, "has an impossible size: " + e.getMessage(), e);
    }
  }

  private static long[] stride(String where, Tuple stride, int rank) {
    long[] values = integers(where, "stride", stride);
    if (values.length != rank || Arrays.stream(values).anyMatch(value -> value < 0)) {
      throw new ModelFormatException(
          where,
          "expected %d strides of zero or more, found %s".formatted(rank, Arrays.toString(values)));
    }
    return values;
  }

  private static long[] integers(String where, String what, Tuple tuple) {
    List<Value> items = tuple.items();
    if (items.size() > MAX_RANK) {
      throw new ModelFormatException(
          where,
          "expected a %s of at most %d dimensions, found %d"
              .formatted(what, MAX_RANK, items.size()));
    }
    return items.stream()
        .mapToLong(
            item -> {
              if (item instanceof Int(long value)) {
                return value;
              }
              throw new ModelFormatException(
                  where, "expected integers as %s, found %s".formatted(what, item.typeName()));
            })
        .toArray();
  }

  /** The storage index of the last element, or -1 if no storage has so many. */
  private static long lastElement(long offset, Shape shape, long[] stride) {
    try {
      long last = offset;
      for (int i = 0; i < stride.length; i++) {
        last = Math.addExact(last, Math.multiplyExact(shape.extent(i) - 1L, stride[i]));
      }
      return last;
    } catch (ArithmeticException _) {
      return -1;
    }
  }

  /** The first of the trailing dimensions that lie densely; extents of one lie anyhow. */
  private static int denseFrom(Shape shape, long[] stride) {
    long dense = 1;
    int dimension = stride.length;
    while (dimension > 0) {
      int extent = shape.extent(dimension - 1);
      if (extent != 1 && stride[dimension - 1] != dense) {
        break;
      }
      dense *= extent;
      dimension--;
    }
    return dimension;
  }

  private MemorySegment copy(
      String where, MemorySegment from, Shape shape, long[] stride, int byteSize) {
    if (shape.elementCount() > copyBudget / byteSize) {
      throw new ModelFormatException(
          where,
          "of shape %s and stride %s would be copied to %d elements of %d bytes, more than is allowed"
              .formatted(shape, Arrays.toString(stride), shape.elementCount(), byteSize));
    }
    long size = shape.elementCount() * byteSize;
    copyBudget -= size;
    int outer = denseFrom(shape, stride);
    long run = byteSize;
    for (int i = outer; i < shape.rank(); i++) {
      run *= shape.extent(i);
    }
    MemorySegment to = Arena.ofAuto().allocate(size, Long.BYTES);
    int[] index = new int[outer];
    long source = 0;
    for (long target = 0; target < size; target += run) {
      MemorySegment.copy(from, source * byteSize, to, target, run);
      source += step(index, shape, stride);
    }
    return to;
  }

  /** Goes to the next index, the last dimension fastest, and gives the way in the storage. */
  private static long step(int[] index, Shape shape, long[] stride) {
    long way = 0;
    for (int i = index.length - 1; i >= 0; i--) {
      if (++index[i] < shape.extent(i)) {
        return way + stride[i];
      }
      way -= (index[i] - 1L) * stride[i];
      index[i] = 0;
    }
    return way;
  }
}
