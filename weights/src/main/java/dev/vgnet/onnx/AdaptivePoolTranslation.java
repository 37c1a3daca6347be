package dev.vgnet.onnx;

import static dev.vgnet.onnx.Attributes.integer;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Says an adaptive average pool in ONNX's words, which have none for it. The mean over the cells of
 * n rows is a product with a matrix {@code [n, H]} of zeros and fractions, over the columns one
 * with {@code [W, n]}. The matrices are computed by nodes, as height and width are free.
 */
final class AdaptivePoolTranslation {
  private final OnnxGraph onnx;
  private final String x;
  private final String name;

  /**
   * @param x what is pooled
   * @param name of the result
   */
  AdaptivePoolTranslation(OnnxGraph onnx, String x, String name) {
    this.onnx = onnx;
    this.x = x;
    this.name = name;
  }

  /** Adds the nodes for a grid of {@code size} times {@code size} cells. */
  void add(int size) {
    String rows = inner("MatMul", "rows", fractions(2, size), x);
    String columns = inner("Transpose", "columns", fractions(3, size));
    onnx.node("MatMul", List.of(rows, columns), name);
  }

  /** {@code [size, extent]}: for each cell one over its width where it has the position, else 0. */
  private String fractions(int axis, int size) {
    String shape = inner("Shape", "shape", x);
    String extent = inner("Slice", "extent", shape, onnx.integers(axis), onnx.integers(axis + 1L));
    String scalar = inner("Squeeze", "limit", extent);
    String zero = inner("Squeeze", "zero", onnx.integers(0));
    String one = inner("Squeeze", "one", onnx.integers(1));
    String positions = inner("Range", "positions", zero, scalar, one);
    String cells = onnx.integers(LongStream.range(0, size).toArray());
    String next = onnx.integers(LongStream.rangeClosed(1, size).toArray());
    String first = quotient(inner("Mul", "product", cells, extent), size, "first");
    String rounding = onnx.integers(size - 1L);
    String end =
        quotient(
            inner("Add", "rounded", inner("Mul", "product", next, extent), rounding), size, "end");
    String after = inner("LessOrEqual", "after", first, positions);
    String before = inner("Less", "before", positions, end);
    String inside = floats(inner("And", "inside", after, before));
    return inner("Div", "fractions", inside, floats(inner("Sub", "width", end, first)));
  }

  /** As a column. */
  private String quotient(String dividends, int divisor, String wanted) {
    String quotients = inner("Div", wanted, dividends, onnx.integers(divisor));
    return inner("Unsqueeze", wanted, quotients, onnx.integers(1));
  }

  private String floats(String numbers) {
    return onnx.inner(
        "Cast", List.of(numbers), name + ".floats", integer("to", DataType.FLOAT_VALUE));
  }

  private String inner(String type, String wanted, String... inputs) {
    return onnx.inner(type, List.of(inputs), name + "." + wanted);
  }
}
