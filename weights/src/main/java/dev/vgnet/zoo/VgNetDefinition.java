package dev.vgnet.zoo;

import static dev.vgnet.graph.Operator.Function.SIGMOID;

import dev.vgnet.zoo.Network.Derivation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntBiFunction;

/**
 * VGNet (Table 1 and Figure 8 of the paper), layer by layer. Its units normalise after the
 * activation. Each stage carries two halves, of which a block passes one on unchanged.
 */
final class VgNetDefinition {
  private static final KeyStyle NAMES = KeyStyle.of("VGNet's authors").rule("**", "{1}");

  private final Layers layers = new Layers(NAMES, BsConv.NONE, Optional.empty());
  private final Map<String, Derivation> derived = new HashMap<>();
  private final VgNetConfig config;
  private final ToIntBiFunction<String, Integer> squeezeWidth;

  /** The halves of a stage's value. */
  private record Halves(Features a, Features b) {}

  private VgNetDefinition(VgNetConfig config, ToIntBiFunction<String, Integer> squeezeWidth) {
    this.config = config;
    this.squeezeWidth = squeezeWidth;
  }

  /**
   * @param squeezeWidth the channels between the convolutions of the squeeze-excite block of a
   *     name, given the channels around it
   */
  static Network network(
      String name,
      VgNetConfig config,
      ToIntBiFunction<String, Integer> squeezeWidth,
      List<String> findings) {
    VgNetDefinition definition = new VgNetDefinition(config, squeezeWidth);
    Features logits = definition.logits();
    return new Network(
        name,
        definition.layers.graph(logits),
        definition.layers.expected(),
        definition.derived,
        config.imageSize(),
        NAMES.preprocessing(),
        findings);
  }

  private Features logits() {
    Features x = unit("features.stem", layers.input(), config.channels().get(0), 3, stride(0));
    for (int stage = 1; stage <= VgNetConfig.STAGES; stage++) {
      x = stage(stage, x);
    }
    x = tail(config.tailName(), x);
    x = layers.globalAveragePool("avg", x);
    return layers.classifier(config.classifier(), x, config.classes());
  }

  private Features stage(int stage, Features in) {
    String prefix = "features.stage" + stage + ".";
    int count = config.layers().get(stage - 1);
    Halves x = downsampling(prefix + 0, in, stage);
    for (int i = 1; i < count; i++) {
      x = halfIdentity(prefix + i, x);
    }
    return layers.concat(prefix + count, x.a(), x.b());
  }

  /** Halves the image, keeps some channels as they are and computes the others from all. */
  private Halves downsampling(String prefix, Features in, int stage) {
    int inChannels = in.channels();
    int outChannels = config.channels().get(stage);
    int kept = inChannels > outChannels ? 0 : Math.min(outChannels / 2, inChannels);
    Features x = downsampled(prefix + ".downsample", in, stage);
    Features made = pointwise(prefix + ".conv1x1", x, outChannels - kept);
    if (kept == 0) {
      return cut(prefix, made);
    }
    if (kept < inChannels) {
      return new Halves(layers.slice(prefix + "#0", x, inChannels - kept, inChannels), made);
    }
    return outChannels > 2 * inChannels
        ? cut(prefix, layers.concat(prefix + ".concat", x, made))
        : new Halves(x, made);
  }

  private Halves cut(String prefix, Features x) {
    int half = x.channels() / 2;
    return new Halves(
        layers.slice(prefix + "#0", x, 0, half),
        layers.slice(prefix + "#1", x, half, x.channels()));
  }

  private Features downsampled(String name, Features in, int stage) {
    boolean blurs = config.blurs(stage);
    String weight;
    if (blurs && config.downsampling() == VgNetConfig.Downsampling.GAUSSIAN_BY_SIGMA) {
      weight = name + ".kernel";
      String sigma = layers.expect(name + ".sigma");
      derived.put(weight, new Derivation(sigma, value -> GaussianKernel.ofSigma(sigma, value)));
    } else {
      weight = layers.expect(name + ".weight", in.channels(), 1, 3, 3);
    }
    return layers.depthwise(name, in, weight, stride(stage), blurs);
  }

  /** Filters half of the channels, then computes a new half from all. */
  private Halves halfIdentity(String prefix, Halves in) {
    Features filtered =
        config.filters() == VgNetConfig.Filters.FIXED
            ? fixedFilters(prefix + ".half3x3.0", prefix + ".half3x3.1", in.b())
            : learnedFilters(prefix + ".half3x3", in.b(), in.b().channels());
    Features joined = layers.concat(prefix + ".concat", in.a(), filtered);
    return new Halves(in.b(), pointwise(prefix + ".conv1x1", joined, in.b().channels()));
  }

  private Features tail(String prefix, Features in) {
    int channels = in.channels();
    return switch (config.tail()) {
      case OWN -> {
        Features x = learnedFilters(prefix + ".0", in, channels);
        yield unit(prefix + ".1", x, channels, 1, 1);
      }
      case SHARED -> {
        int kernels = channels / VgNetConfig.TAIL_SHARING;
        Features x = learnedFilters(prefix + ".0.mux", in, kernels);
        yield unit(prefix + ".1", x, channels, 1, 1);
      }
      case FIXED -> {
        Features x = fixedFilters(prefix + ".0", prefix + ".1", in);
        yield unit(prefix + ".2", x, channels, 1, 1);
      }
    };
  }

  private Features learnedFilters(String name, Features in, int kernels) {
    return layers.depthwise(name, in, layers.expect(name + ".weight", kernels, 1, 3, 3), 1, false);
  }

  private Features fixedFilters(String name, String norm, Features in) {
    String weight = layers.expect(name + ".weight", in.channels(), 1, 3, 3);
    return layers.norm(norm, layers.depthwise(name, in, weight, 1, true));
  }

  private Features pointwise(String prefix, Features in, int out) {
    if (!config.squeezeExcite()) {
      return unit(prefix, in, out, 1, 1);
    }
    Features x = unit(prefix + ".0", in, out, 1, 1);
    String gate = prefix + ".1";
    int squeezed = squeezeWidth.applyAsInt(gate, x.channels());
    return layers.squeezeExcite(gate, x, squeezed, config.squeezeExciteActivation(), SIGMOID);
  }

  /** Convolution, activation, then batch norm: the norm cannot fold into the convolution. */
  private Features unit(String prefix, Features in, int out, int kernel, int stride) {
    Features x = layers.conv(prefix + ".0", in, out, Conv.of(kernel, stride));
    x = layers.activation(prefix + ".1", x, config.activation());
    return layers.norm(prefix + ".2", x);
  }

  private int stride(int stage) {
    return config.stride(stage);
  }
}
