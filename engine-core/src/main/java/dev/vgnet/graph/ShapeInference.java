package dev.vgnet.graph;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.AdaptiveAveragePool;
import dev.vgnet.graph.Operator.Add;
import dev.vgnet.graph.Operator.AveragePool;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.ChannelShuffle;
import dev.vgnet.graph.Operator.Concat;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.graph.Operator.Flatten;
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.graph.Operator.MaxPool;
import dev.vgnet.graph.Operator.Multiply;
import dev.vgnet.graph.Operator.Slice;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The rules of a well-typed graph, stated and checked in this one place: which tensor shapes an
 * operator accepts, and the shape of what it computes for one image. Feature maps are {@code [C, H,
 * W]}, vectors {@code [F]}.
 */
public final class ShapeInference {
  /** Many times what networks have; plans may name the channels of a map one by one. */
  private static final int MAX_CHANNELS = 1 << 16;

  private final Map<String, Shape> tensors;
  private final Map<String, Shape> values = new LinkedHashMap<>();
  private Supplier<String> place;

  private ShapeInference(Map<String, Shape> tensors) {
    this.tensors = tensors;
  }

  /**
   * The shape of every value of the graph for one image, the input's included.
   *
   * @param tensors the shape of every tensor of the model
   * @param height of the image
   * @param width of the image
   * @throws ModelFormatException naming the node that does not fit, or the node or input whose
   *     value is more than an array holds or has more than 65,536 channels
   */
  public static Map<String, Shape> infer(
      Graph graph, Map<String, Shape> tensors, int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("no image has size %d x %d".formatted(height, width));
    }
    ShapeInference inference = new ShapeInference(tensors);
    inference.place = () -> "input " + Printable.shortened(graph.input());
    inference.add(graph.input(), inference.shape(graph.inputChannels(), height, width));
    for (Node node : graph.nodes()) {
      inference.place = node::describe;
      inference.add(node.name(), inference.infer(node));
    }
    return inference.values;
  }

  private void add(String name, Shape shape) {
    if (shape.elementCount() > Integer.MAX_VALUE / 2) {
      throw error("is " + shape + ", more elements than an array holds");
    }
    check(
        shape.rank() != 3 || shape.extent(0) <= MAX_CHANNELS,
        "is %s, at most %d channels are supported",
        shape,
        MAX_CHANNELS);
    values.put(name, shape);
  }

  private Shape infer(Node node) {
    List<Shape> in = new ArrayList<>();
    node.inputs().forEach(name -> in.add(values.get(name)));
    Shape x = in.getFirst();
    return switch (node.operator()) {
      case Conv2d op -> conv2d(op, map(x));
      case DepthwiseConv2d op -> depthwise(op, map(x));
      case BatchNorm op -> {
        Shape perChannel = Shape.of(map(x).extent(0));
        op.tensors().forEach(name -> expect(name, perChannel));
        yield x;
      }
      case Activation _ -> x;
      case Add _ -> {
        check(x.equals(in.getLast()), "adds %s and %s", x, in.getLast());
        yield x;
      }
      case Multiply _ -> {
        Shape scale = in.getLast();
        check(
            x.equals(scale)
                || scale.equals(Shape.of(map(x).extent(0), 1, 1))
                || scale.equals(Shape.of(x.extent(0))),
            "multiplies %s by %s",
            x,
            scale);
        yield x;
      }
      case Concat _ -> concat(in);
      case Slice op -> {
        check(op.to() <= map(x).extent(0), "takes channels up to %d of %s", op.to(), x);
        yield Shape.of(op.to() - op.from(), x.extent(1), x.extent(2));
      }
      case ChannelShuffle op -> {
        check(map(x).extent(0) % op.groups() == 0, "%d groups do not divide %s", op.groups(), x);
        yield x;
      }
      case MaxPool op -> {
        check(2L * op.padding() <= op.kernel(), "padding exceeds half the kernel");
        yield window(map(x), x.extent(0), op.kernel(), op.stride(), op.padding());
      }
      case AveragePool op -> window(map(x), x.extent(0), op.kernel(), op.stride(), 0);
      case AdaptiveAveragePool op -> shape(map(x).extent(0), op.size(), op.size());
      case GlobalAveragePool _ -> Shape.of(map(x).extent(0), 1, 1);
      case Flatten _ -> Shape.of(Math.toIntExact(x.elementCount()));
      case Linear op -> linear(op, x);
    };
  }

  private Shape conv2d(Conv2d op, Shape x) {
    Shape weight = kernel(op.weight());
    int in = x.extent(0);
    check(
        in % op.groups() == 0
            && weight.extent(0) % op.groups() == 0
            && weight.extent(1) == in / op.groups(),
        "weight %s %s does not fit %d channels in %d groups",
        Printable.shortened(op.weight()),
        weight,
        in,
        op.groups());
    expectBias(op.bias(), weight.extent(0));
    return window(x, weight.extent(0), weight.extent(2), op.stride(), op.padding());
  }

  private Shape depthwise(DepthwiseConv2d op, Shape x) {
    Shape weight = kernel(op.weight());
    int channels = x.extent(0);
    check(
        weight.extent(1) == 1 && channels % weight.extent(0) == 0,
        "weight %s %s does not fit %d channels",
        Printable.shortened(op.weight()),
        weight,
        channels);
    expectBias(op.bias(), channels);
    return window(x, channels, weight.extent(2), op.stride(), op.padding());
  }

  private Shape linear(Linear op, Shape x) {
    Shape weight = tensor(op.weight());
    check(
        x.rank() == 1
            && weight.rank() == 2
            && weight.extent(0) > 0
            && weight.extent(1) == x.extent(0),
        "weight %s %s does not fit an input of %s",
        Printable.shortened(op.weight()),
        weight,
        x);
    expectBias(op.bias(), weight.extent(0));
    return Shape.of(weight.extent(0));
  }

  private Shape concat(List<Shape> in) {
    Shape first = map(in.getFirst());
    long channels = 0;
    for (Shape shape : in) {
      check(
          map(shape).extent(1) == first.extent(1) && shape.extent(2) == first.extent(2),
          "joins %s and %s",
          first,
          shape);
      channels += shape.extent(0);
    }
    check(channels <= Integer.MAX_VALUE, "joins %d channels", channels);
    return Shape.of((int) channels, first.extent(1), first.extent(2));
  }

  private Shape window(Shape x, int channels, int kernel, int stride, int padding) {
    long height = (x.extent(1) + 2L * padding - kernel) / stride + 1;
    long width = (x.extent(2) + 2L * padding - kernel) / stride + 1;
    check(
        x.extent(1) + 2L * padding >= kernel
            && x.extent(2) + 2L * padding >= kernel
            && height <= Integer.MAX_VALUE
            && width <= Integer.MAX_VALUE,
        "a window of %d with padding %d does not fit %s",
        kernel,
        padding,
        x);
    return shape(channels, (int) height, (int) width);
  }

  private Shape shape(int channels, int height, int width) {
    try {
      return Shape.of(channels, height, width);
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
  }

  private Shape map(Shape shape) {
    check(shape.rank() == 3, "needs a feature map, found %s", shape);
    return shape;
  }

  private Shape kernel(String name) {
    Shape shape = tensor(name);
    check(
        shape.rank() == 4 && shape.elementCount() > 0 && shape.extent(2) == shape.extent(3),
        "weight %s is no set of square kernels: %s",
        Printable.shortened(name),
        shape);
    return shape;
  }

  private void expectBias(Optional<String> name, int channels) {
    name.ifPresent(bias -> expect(bias, Shape.of(channels)));
  }

  private void expect(String name, Shape expected) {
    Shape found = tensor(name);
    check(
        found.equals(expected),
        "tensor %s: expected shape %s, found %s",
        Printable.shortened(name),
        expected,
        found);
  }

  private Shape tensor(String name) {
    Shape shape = tensors.get(name);
    if (shape == null) {
      throw error("tensor " + Printable.shortened(name) + " is missing");
    }
    return shape;
  }

  /** The problem is put into words if there is one: formats take long in a young process. */
  private void check(boolean condition, String problem, Object... details) {
    if (!condition) {
      throw error(problem.formatted(details));
    }
  }

  private ModelFormatException error(String problem) {
    return new ModelFormatException(place.get(), problem);
  }
}
