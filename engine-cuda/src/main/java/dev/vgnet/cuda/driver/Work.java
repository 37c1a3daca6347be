package dev.vgnet.cuda.driver;

/** What a device does in order: a kernel of the engine's own, or a call of cuDNN's. */
public sealed interface Work permits Launch, CudnnConvolution, CudnnPool {
  /** What it is, in a word, for messages and logs. */
  String name();
}
