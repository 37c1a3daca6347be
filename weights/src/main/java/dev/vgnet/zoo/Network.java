package dev.vgnet.zoo;

import dev.vgnet.graph.Graph;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * A network of the zoo and what it asks of a checkpoint.
 *
 * @param expected every tensor that the checkpoint must hold
 * @param derived tensors of the graph that are computed from a tensor of the checkpoint
 * @param imageSize side in pixels of the image it was made for
 * @param preprocessing how it sees pictures unless the caller knows better, given an image's size
 * @param findings sentences for {@link ImportedModel}
 */
record Network(
    String name,
    Graph graph,
    Map<String, Shape> expected,
    Map<String, Derivation> derived,
    int imageSize,
    IntFunction<Preprocessing> preprocessing,
    List<String> findings) {

  /**
   * How a tensor comes from another one.
   *
   * @param source a tensor of the checkpoint
   */
  record Derivation(String source, UnaryOperator<Tensor> function) {}
}
