package dev.vgnet.cuda.driver;

import java.util.List;

/** What a device does in order: a kernel of the engine's own, or a call of cuDNN's. */
public sealed interface Work permits Launch, CudnnConvolution, CudnnPool {
  /** What it is, in a word, for messages and logs. */
  String name();

  /** Whether cuDNN does some of it. */
  static boolean callsCudnn(List<Work> work) {
    return !work.stream().allMatch(Launch.class::isInstance);
  }
}
