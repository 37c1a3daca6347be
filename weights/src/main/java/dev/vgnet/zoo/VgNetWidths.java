package dev.vgnet.zoo;

import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.zoo.VgNetConfig.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The widths of a VGNet as most of its tensors tell them, so that a single tensor of a wrong shape
 * is found instead of followed.
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
    List<Integer> channels = new ArrayList<>();
    channels.add(checked("the stem", 1, stem()));
    for (int stage = 1; stage <= VgNetConfig.STAGES; stage++) {
      boolean sharesTail = stage == VgNetConfig.STAGES && tail == Tail.SHARED;
      int divisor = sharesTail ? VgNetConfig.TAIL_SHARING : 2;
      channels.add(checked("stage " + stage, divisor, stage(stage, layers.get(stage - 1))));
    }
    return channels;
  }

  int classes() {
    return checked(
        "the classifier",
        1,
        keys.votes().add(classifier + ".weight", 0).add(classifier + ".bias", 0));
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

  private static int checked(String what, int divisor, Keys.Votes votes) {
    OptionalInt width = votes.winner();
    if (width.isEmpty()) {
      throw new UnsupportedModelException("no tensor tells how wide " + what + " is");
    }
    if (width.getAsInt() < 1 || width.getAsInt() % divisor != 0) {
      throw new UnsupportedModelException(
          "%s has width %d, no positive multiple of %d".formatted(what, width.getAsInt(), divisor));
    }
    return width.getAsInt();
  }
}
