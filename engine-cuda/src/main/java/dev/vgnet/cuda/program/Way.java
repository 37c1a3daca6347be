package dev.vgnet.cuda.program;

import java.util.function.Function;

/**
 * One way to compute a step.
 *
 * @param name by which a choice is remembered
 * @param build puts its launches together, and says what they are, in words
 */
record Way(String name, Function<StepScope, String> build) {
  /** Whether a way of that name is one of cuDNN's. */
  static boolean isOfCudnn(String name) {
    return name.startsWith("cudnn");
  }
}
