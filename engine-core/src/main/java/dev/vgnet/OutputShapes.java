package dev.vgnet;

import dev.vgnet.error.ImageShapeException;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What shape a network's output has for images of a shape. For any number of threads. */
final class OutputShapes {
  private static final int REMEMBERED = 16;

  private final Graph graph;
  private final Map<String, Shape> tensorShapes;
  private final Map<Shape, Shape> known = new ConcurrentHashMap<>();

  OutputShapes(Model model) {
    graph = model.graph();
    tensorShapes = Tensor.shapes(model.tensors());
  }

  /**
   * The shape of the output; allocates nothing where it is remembered.
   *
   * @param input {@code [N, C, H, W]}
   * @throws ImageShapeException if the network does not accept it
   */
  Shape of(Shape input) {
    Shape output = known.get(input);
    return output == null ? remember(input, infer(input)) : output;
  }

  private Shape remember(Shape input, Shape output) {
    if (known.size() >= REMEMBERED) {
      known.clear();
    }
    known.put(input, output);
    return output;
  }

  private Shape infer(Shape input) {
    if (input.rank() != 4 || input.extent(1) != graph.inputChannels() || input.elementCount() < 1) {
      throw new ImageShapeException(
          "expected images [N, %d, H, W], found %s".formatted(graph.inputChannels(), input));
    }
    Shape perImage = inferPerImage(input);
    int[] extents = new int[perImage.rank() + 1];
    extents[0] = input.extent(0);
    System.arraycopy(perImage.toArray(), 0, extents, 1, perImage.rank());
    Shape output = Shape.of(extents);
    if (!input.fitsInArray() || !output.fitsInArray()) {
      throw ImageShapeException.tooLarge(input);
    }
    return output;
  }

  private Shape inferPerImage(Shape input) {
    try {
      return ShapeInference.infer(graph, tensorShapes, input.extent(2), input.extent(3))
          .get(graph.outputs().getFirst());
    } catch (ModelFormatException e) {
      throw new ImageShapeException(
          "the network does not accept images " + input + ": " + e.getMessage(), e);
    }
  }
}
