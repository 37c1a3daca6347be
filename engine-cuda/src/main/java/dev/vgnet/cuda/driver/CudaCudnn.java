package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_FWD_ALGO_COUNT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_FWD_ALGO_FFT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionForward;
import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroy;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionForwardWorkspaceSize;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;
import static org.bytedeco.cuda.global.cudnn.cudnnPoolingForward;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;

import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.runtime.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * cuDNN on one stream, with descriptors that are made once a shape. For the thread that uses the
 * {@link Driver}.
 */
// Of two interfaces, the one that lets algorithms be listed; NVIDIA calls it the legacy one.
@SuppressWarnings("deprecation")
final class CudaCudnn implements Cudnn, AutoCloseable {
  /**
   * Those that transform numbers, compute with what they become, and transform back. Of numbers
   * with 10 bits of mantissa, more is lost so than by products.
   */
  private static final Set<Integer> TRANSFORMING =
      Set.of(
          CUDNN_CONVOLUTION_FWD_ALGO_FFT,
          CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING,
          CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
          CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED);

  /** Shapes whose descriptors are kept: those of several programs. */
  private static final int MAX_DESCRIPTORS = 1024;

  /** cuDNN does not take this call: another way must be found. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /** What descriptors depend on. */
  private record Key(Record shape, WeightLayout layout) {}

  private final cudnnContext handle = new cudnnContext();

  /** The factors of sums, and of what they are added to. */
  private final FloatPointer one = new FloatPointer(1f);

  private final FloatPointer zero = new FloatPointer(0f);
  private final Precision precision;

  /** Those of the shapes last called, the least recent first. */
  private final LinkedHashMap<Key, CudnnDescriptors> descriptors =
      new LinkedHashMap<>(64, 0.75f, /* accessOrder= */ true);

  private CudaCudnn(Precision precision) {
    this.precision = precision;
  }

  static CudaCudnn open(CUstream_st stream, Precision precision) {
    CudaCudnn cudnn = new CudaCudnn(precision);
    check(cudnnCreate(cudnn.handle), "opening cuDNN");
    try {
      check(cudnnSetStream(cudnn.handle, stream), "giving cuDNN a stream");
      return cudnn;
    } catch (RuntimeException e) {
      cudnn.close();
      throw e;
    }
  }

  @Override
  public List<CudnnAlgorithm> algorithms(CudnnShape shape) {
    List<CudnnAlgorithm> supported = new ArrayList<>();
    try (SizeTPointer bytes = new SizeTPointer(1)) {
      for (WeightLayout layout : WeightLayout.values()) {
        CudnnDescriptors all;
        try {
          all = convolution(shape, layout);
        } catch (RefusedException e) {
          // A layout that cuDNN cannot describe is one that it cannot compute.
          continue;
        }
        for (int number = 0; number < CUDNN_CONVOLUTION_FWD_ALGO_COUNT; number++) {
          if (precision != Precision.FP32 && TRANSFORMING.contains(number)) {
            continue;
          }
          int status =
              cudnnGetConvolutionForwardWorkspaceSize(
                  handle, all.input, all.filter, all.convolution, all.output, number, bytes);
          // Whatever it says against one, others may work.
          if (status == CUDNN_STATUS_SUCCESS) {
            supported.add(new CudnnAlgorithm(number, layout, bytes.get()));
          }
        }
      }
    }
    return supported;
  }

  void run(CudnnConvolution call) {
    CudnnDescriptors all = convolution(call.shape(), call.algorithm().weightLayout());
    check(
        cudnnConvolutionForward(
            handle,
            one,
            all.input,
            new Address(call.input()),
            all.filter,
            new Address(call.weight()),
            all.convolution,
            call.algorithm().number(),
            new Address(call.workspace()),
            call.algorithm().workspaceBytes(),
            call.accumulate() ? one : zero,
            all.output,
            new Address(call.output())),
        "convolving with cuDNN");
  }

  void run(CudnnPool call) {
    Key key = new Key(call.atNoPlace(), WeightLayout.NHWC);
    CudnnDescriptors all = known(key, () -> CudnnDescriptors.of(call, precision));
    check(
        cudnnPoolingForward(
            handle,
            all.pooling,
            one,
            all.input,
            new Address(call.from()),
            zero,
            all.output,
            new Address(call.to())),
        "pooling with cuDNN");
  }

  @Override
  public void close() {
    descriptors.values().forEach(CudnnDescriptors::close);
    descriptors.clear();
    Captures.keepOut(() -> cudnnDestroy(handle));
    one.close();
    zero.close();
  }

  /** Requires that a call of cuDNN's went well. */
  static void check(int status, String action) {
    if (status == CUDNN_STATUS_SUCCESS) {
      return;
    }
    String message = action + ": " + cudnnGetErrorString(status).getString();
    if (status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED
        || status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED) {
      throw new DeviceMemoryException(message);
    }
    throw isRefusal(status) ? new RefusedException(message) : new DeviceFailedException(message);
  }

  /** From 2000 on: wrong parameters; from 3000 on: what is not supported. */
  private static boolean isRefusal(int status) {
    return status >= 2000 && status < 4000;
  }

  private CudnnDescriptors convolution(CudnnShape shape, WeightLayout layout) {
    return known(new Key(shape, layout), () -> CudnnDescriptors.of(shape, layout, precision));
  }

  private CudnnDescriptors known(Key key, Supplier<CudnnDescriptors> make) {
    CudnnDescriptors known = descriptors.get(key);
    if (known == null) {
      known = make.get();
      if (descriptors.size() == MAX_DESCRIPTORS) {
        descriptors.pollFirstEntry().getValue().close();
      }
      descriptors.put(key, known);
    }
    return known;
  }
}
