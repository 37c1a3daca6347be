package dev.vgnet.cuda.driver;

import java.util.List;

/** What can be asked of cuDNN before it is called. For the thread that uses the {@link Driver}. */
public interface Cudnn {
  /** The ways to compute a convolution that it says it supports; they may still fail when run. */
  List<CudnnAlgorithm> algorithms(CudnnShape shape);
}
