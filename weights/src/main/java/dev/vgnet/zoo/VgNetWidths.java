package dev.vgnet.zoo;

import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.zoo.VgNetConfig.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The widths of a VGNet as most of its tensors tell them, so that a single tensor of a wrong shape
 * is found instead of followed. Where no tensor tells, what is missing is found as well, with the
 * shapes of an original network.
 *
 * @param pointwise what names the weights of a block's pointwise convolution
 * @param classifier the name of the last layer
 */
record VgNetWidths(Keys keys, String pointwise, String classifier) {

  /**
   * The channels of the stem and of the stages.
   *
   * @param layers of each stage
   */
  List<Integer> channels(List<Integer> layers, Tail tail) {
    List<OptionalInt> told = new ArrayList<>();
    told.add(stem().winner());
    for (int stage = 1; stage <= VgNetConfig.STAGES; stage++) {
      told.add(stage(stage, layers.get(stage - 1)).winner());
    }
    List<Integer> channels = VgNet.channels(told);
    check("the stem", 1, channels.getFirst());
    for (int stage = 1; stage <= VgNetConfig.STAGES; stage++) {
      boolean sharesTail = stage == VgNetConfig.STAGES && tail == Tail.SHARED;
      check("stage " + stage, sharesTail ? VgNetConfig.TAIL_SHARING : 2, channels.get(stage));
    }
    return channels;
  }

  int classes() {
    Keys.Votes votes = keys.votes().add(classifier + ".weight", 0).add(classifier + ".bias", 0);
    int classes = votes.winner().orElse(VgNet.CLASSES);
    check("the classifier", 1, classes);
    return classes;
  }

  /**
   * The channels between the convolutions of a squeeze-excite block; where no tensor tells, those
   * of the original networks.
   */
  int squeezed(String block, int channels) {
    return keys.votes()
        .addBetween(block + ".reduce", block + ".expand")
        .winner()
        .orElseGet(() -> VgNetConfig.squeezeWidth(channels));
  }

  private Keys.Votes stem() {
    Keys.Votes votes =
        keys.votes().add("features.stem.0.weight", 0).add("features.stem.2.weight", 0);
    return addInput(1, votes);
  }

  private Keys.Votes stage(int stage, int layers) {
    Keys.Votes votes = keys.votes();
    for (int i = 1; i < layers; i++) {
      votes.add("features.stage" + stage + "." + i + pointwise, 1);
    }
    return stage < VgNetConfig.STAGES
        ? addInput(stage + 1, votes)
        : votes.add(classifier + ".weight", 1);
  }

  /** What a stage reads is as wide as what comes before it. */
  private Keys.Votes addInput(int stage, Keys.Votes votes) {
    String block = "features.stage" + stage + ".0";
    return votes.add(block + ".downsample.weight", 0).add(block + pointwise, 1);
  }

  private static void check(String what, int divisor, int width) {
    if (width < 1 || width % divisor != 0) {
      throw new UnsupportedModelException(
          "%s has width %d, no positive multiple of %d".formatted(what, width, divisor));
    }
  }
}
