package dev.vgnet.zoo;

import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.tensor.Shape;
import java.util.Map;
import java.util.Optional;

/** The layers with tensors, by the names of their modules in the checkpoint. */
abstract sealed class ModuleLayers extends Wiring permits Layers {
  final KeyStyle style;
  final Parameters parameters;

  ModuleLayers(KeyStyle style, Parameters parameters) {
    this.style = style;
    this.parameters = parameters;
  }

  final Features convolution(String name, String module, Features in, int out, Conv conv) {
    int groupWidth = conv.dense() ? in.channels() : groupWidth(module, in, conv);
    int groups = conv.dense() ? 1 : in.channels() / groupWidth;
    if (out % groups != 0) {
      return contradiction(name + " has " + groups + " groups for " + out + " channels", in);
    }
    String weight =
        parameters.expect(module + ".weight", out, groupWidth, conv.kernel(), conv.kernel());
    Optional<String> bias = bias(module, out, conv);
    Operator operator = new Conv2d(weight, bias, conv.stride(), conv.padding(), groups);
    return add(name, operator, out, in);
  }

  /**
   * The width of a convolution, by its tensors and those of the norm behind it.
   *
   * @param weights what of its module's tensors have that many outputs
   */
  final Parameters.Width outputs(String module, Optional<String> norm, String... weights) {
    Parameters.Width width = parameters.width();
    for (String weight : weights) {
      width.of(module + weight, 0);
    }
    return width.ofNorm(norm);
  }

  private int groupWidth(String module, Features in, Conv conv) {
    int width = parameters.width().of(module + ".weight", 1).or(conv.groupWidth());
    return in.channels() % width == 0 ? width : in.channels();
  }

  private Optional<String> bias(String module, int channels, Conv conv) {
    return conv.bias()
        ? Optional.of(parameters.expect(module + ".bias", channels))
        : Optional.empty();
  }

  final Features depthwise(String name, String module, Features in, Conv conv) {
    String weight =
        parameters.expect(module + ".weight", in.channels(), 1, conv.kernel(), conv.kernel());
    return depthwise(name, in, weight, bias(module, in.channels(), conv), conv, false);
  }

  private Features depthwise(
      String name, Features in, String weight, Optional<String> bias, Conv conv, boolean fixed) {
    Operator operator = new DepthwiseConv2d(weight, bias, conv.stride(), conv.padding(), fixed);
    return add(name, operator, in.channels(), in);
  }

  /**
   * A 3x3 convolution of each channel by itself.
   *
   * @param weight the name of the kernels' tensor
   * @param fixed true if they are not learned
   */
  Features depthwise(String name, Features in, String weight, int stride, boolean fixed) {
    return depthwise(name, in, weight, Optional.empty(), Conv.of(3, stride), fixed);
  }

  final Features norm(String name, String module, Features in) {
    parameters.expectNorm(module, in.channels());
    return add(name, BatchNorm.of(module, style.epsilon()), in.channels(), in);
  }

  final Features linear(String name, String module, Features in, int out) {
    String weight = parameters.expect(module + ".weight", out, in.channels());
    String bias = parameters.expect(module + ".bias", out);
    return add(name, new Linear(weight, Optional.of(bias)), out, in);
  }

  /**
   * Notes that the checkpoint must hold a tensor.
   *
   * @return its name
   */
  String expect(String tensor, int... extents) {
    return parameters.expect(tensor, extents);
  }

  Map<String, Shape> expected() {
    return parameters.expected();
  }
}
