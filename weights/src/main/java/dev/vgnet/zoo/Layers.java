package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.Function;
import java.util.Map;
import java.util.Optional;

/**
 * Builds a network layer by layer and notes which tensors it expects. A layer has a canonical name,
 * such as {@code stem.conv} or {@code stage2.block1.expand.norm}, the same in every checkpoint; a
 * {@link KeyStyle} gives its tensors the names they have in one kind of checkpoint.
 *
 * <p>The widths that a definition asks for are the paper's. Where a checkpoint is read, each
 * convolution and fully connected layer has as many outputs as most of its tensors say, and its
 * batch norm's with them. For one thread.
 */
public final class Layers extends ModuleLayers {
  /** What sets styles of any family apart. */
  public enum Fact implements KeyStyle.Fact {
    /** The layers of squeeze-excite are fully connected ones, their weights matrices. */
    LINEAR_GATES,
    /** Squeeze-excite has a multiple of 8 channels where others round less. */
    GATES_OF_EIGHTS,
    /** The layer before the classifier is a 1x1 convolution. */
    CONV_HEAD
  }

  /** More blocks in a row than any network has. */
  private static final int MAX_REPEATS = 1000;

  private final BsConv bsConv;
  private final SeparatedLayers separated = new SeparatedLayers(this);
  private Position position = Position.START;

  Layers(KeyStyle style, BsConv bsConv, Optional<Keys> checkpoint) {
    super(style, new Parameters(checkpoint));
    this.bsConv = bsConv;
  }

  /** How the checkpoint names its tensors. */
  public KeyStyle style() {
    return style;
  }

  /**
   * Begins a row of the network's table of blocks.
   *
   * @param stage that the row belongs to, from 1; rows of one stage follow each other
   */
  public void row(int stage) {
    position = position.nextRow(stage);
  }

  /**
   * Begins a block of the row.
   *
   * @return its name, such as {@code stage2.block1}, to begin its layers' names with
   */
  public String block() {
    position = position.nextBlock();
    return position.name();
  }

  /**
   * The number of blocks in the row that begins: as many as the checkpoint has.
   *
   * @param standard the paper's
   * @param layers names of layers with tensors that each of the blocks has, without the block's
   */
  public int repeats(int standard, String... layers) {
    if (!parameters.readsCheckpoint()) {
      return standard;
    }
    int count = 0;
    Position block = position.nextBlock();
    while (count < MAX_REPEATS && hasAny(block, layers)) {
      count++;
      block = block.nextBlock();
    }
    return count == 0 ? standard : count;
  }

  private boolean hasAny(Position block, String... layers) {
    for (String layer : layers) {
      if (parameters.has(style.module(block.name() + "." + layer, block))) {
        return true;
      }
    }
    return false;
  }

  /** {@link #conv} named {@code scope.conv} and a batch norm named {@code scope.norm}. */
  public Features convNorm(String scope, Features in, int out, Conv conv) {
    Features x = conv(scope + ".conv", in, out, conv, Optional.of(scope + ".norm"));
    return norm(scope + ".norm", x);
  }

  /** {@link #convNorm} and an activation named {@code scope.act}. */
  public Features convNormAct(String scope, Features in, int out, Conv conv, Function function) {
    return activation(scope + ".act", convNorm(scope, in, out, conv), function);
  }

  /** {@link #depthwise} named {@code scope.conv} and a batch norm named {@code scope.norm}. */
  public Features depthwiseNorm(String scope, Features in, Conv conv) {
    return norm(scope + ".norm", depthwise(scope + ".conv", in, conv));
  }

  /** {@link #depthwiseNorm} and an activation named {@code scope.act}. */
  public Features depthwiseNormAct(String scope, Features in, Conv conv, Function function) {
    return activation(scope + ".act", depthwiseNorm(scope, in, conv), function);
  }

  /** A convolution; where the network's are separated by {@link BsConv}, what takes its place. */
  public Features conv(String name, Features in, int out, Conv conv) {
    return conv(name, in, out, conv, Optional.empty());
  }

  private Features conv(String name, Features in, int out, Conv conv, Optional<String> norm) {
    position = position.nextUnit();
    return bsConv.separates(conv)
        ? separated.add(name, module(name), in, out, conv, norm.map(this::module), bsConv)
        : plain(name, in, out, conv, norm);
  }

  private Features plain(String name, Features in, int out, Conv conv, Optional<String> norm) {
    String module = module(name);
    int width = outputs(module, norm.map(this::module), ".weight").of(module + ".bias", 0).or(out);
    parameters.note(name, width);
    return convolution(name, module, in, width, conv);
  }

  /**
   * A convolution as {@link BsConv} separates it, whether the network's others are or not.
   *
   * @param separation of a kind other than none
   */
  public Features separatedConvNorm(
      String scope, Features in, int out, Conv conv, BsConv separation) {
    position = position.nextUnit();
    String name = scope + ".conv";
    Optional<String> norm = Optional.of(module(scope + ".norm"));
    Features x = separated.add(name, module(name), in, out, conv, norm, separation);
    return norm(scope + ".norm", x);
  }

  /** A convolution of each channel by itself. */
  public Features depthwise(String name, Features in, Conv conv) {
    position = position.nextUnit();
    return depthwise(name, module(name), in, conv);
  }

  /** A batch norm. */
  public Features norm(String name, Features in) {
    return norm(name, module(name), in);
  }

  /**
   * Squeeze-excite: each channel times a number in [0, 1] that comes from the means of all of them.
   * The two layers, with bias, are named {@code scope.reduce} and {@code scope.expand}; they are
   * 1x1 convolutions, or fully connected where the style has {@link Fact#LINEAR_GATES}.
   *
   * @param squeezed channels between the two, where no checkpoint tells
   * @param inner the function between them
   * @param gate the function after them
   */
  public Features squeezeExcite(
      String scope, Features in, int squeezed, Function inner, Function gate) {
    position = position.nextUnit();
    String reduce = module(scope + ".reduce");
    String expand = module(scope + ".expand");
    int width = parameters.width().between(reduce, expand).or(squeezed);
    Features x = globalAveragePool(scope + ".pool", in);
    if (style.has(Fact.LINEAR_GATES)) {
      x = flatten(scope + ".flatten", x, 1);
    }
    x = activation(scope + ".inner", gateLayer(scope + ".reduce", x, width), inner);
    x = activation(scope + ".gate", gateLayer(scope + ".expand", x, in.channels()), gate);
    return scale(scope, in, x);
  }

  private Features gateLayer(String name, Features in, int out) {
    return style.has(Fact.LINEAR_GATES)
        ? linear(name, module(name), in, out)
        : convolution(name, module(name), in, out, Conv.pointwise().biased());
  }

  /** A fully connected layer with bias over a vector. */
  public Features linear(String name, Features in, int out) {
    int width = linearWidth(name, out);
    parameters.note(name, width);
    return linear(name, module(name), in, width);
  }

  /** {@link #logits} over a map of one pixel. */
  public Features classifier(String name, Features in, int classes) {
    return logits(name, flatten("flatten", in, 1), classes);
  }

  /**
   * The last fully connected layer, with bias, over a vector. A network is the same whatever the
   * number of its classes.
   */
  public Features logits(String name, Features in, int classes) {
    return linear(name, module(name), in, linearWidth(name, classes));
  }

  private int linearWidth(String name, int out) {
    String module = module(name);
    return parameters.width().of(module + ".weight", 0).of(module + ".bias", 0).or(out);
  }

  /**
   * A fully connected layer named {@code head.hidden}, an activation and {@link #classifier}. Where
   * the style has {@link Fact#CONV_HEAD}, the first is a 1x1 convolution.
   */
  public Features hiddenClassifier(
      String name, Features in, int hidden, Function function, int classes) {
    if (style.has(Fact.CONV_HEAD)) {
      Features x = conv("head.hidden", in, hidden, Conv.pointwise().biased());
      return classifier(name, activation("head.hidden.act", x, function), classes);
    }
    Features x = linear("head.hidden", flatten("flatten", in, 1), hidden);
    return logits(name, activation("head.hidden.act", x, function), classes);
  }

  /** {@link #classifier} as a 1x1 convolution. */
  public Features convClassifier(String name, Features in, int classes) {
    Features x =
        convolution(name, module(name), in, linearWidth(name, classes), Conv.pointwise().biased());
    return flatten("flatten", x, 1);
  }

  /** The outputs of each layer that sets networks apart. */
  Map<String, Integer> widths() {
    return parameters.widths();
  }

  /** The separation of this network, with the simplest ratio that its tensors have. */
  BsConv separation() {
    return separated.withRatio(bsConv);
  }

  /**
   * The separation that was asked for if this network's tensors are as it makes them, else {@link
   * #separation()}: between few channels, such as an image's, several ratios make the same.
   */
  BsConv separation(BsConv asked) {
    return separated.isAlso(asked, bsConv) ? asked : separation();
  }

  private String module(String layer) {
    return style.module(layer, position);
  }
}
