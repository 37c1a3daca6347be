package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import me.tongfei.progressbar.ProgressBar;

/**
 * A run of a model that gave finite logits.
 *
 * @param statistics for an image of the model's own size
 * @param input the shape of the batch it ran on
 * @param logits the shape of the result
 */
record Verification(GraphStatistics statistics, Shape input, Shape logits, String backend) {
  /**
   * Runs a model once on an image of zeros.
   *
   * @throws CommandFailure if the result is not finite
   */
  static Verification of(Model model) {
    int size = model.metadata().preprocessing().crop();
    GraphStatistics statistics =
        GraphStatistics.of(model.graph(), Tensor.shapes(model.tensors()), size, size);
    Shape input = Shape.of(1, model.graph().inputChannels(), size, size);
    try (ProgressBar _ = Progress.start("verifying", -1);
        Session session = model.newSession(SessionOptions.defaults())) {
      Tensor logits = session.run(Tensor.of(input, new float[(int) input.elementCount()]));
      for (float logit : logits.toFloatArray()) {
        if (!Float.isFinite(logit)) {
          throw new CommandFailure(
              "%s: the network computes %s for an image of zeros"
                  .formatted(model.metadata().source().checkpoint(), logit));
        }
      }
      return new Verification(statistics, input, logits.shape(), session.backend());
    }
  }
}
