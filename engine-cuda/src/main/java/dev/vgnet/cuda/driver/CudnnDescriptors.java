package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_HALF;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DEFAULT_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING;
import static org.bytedeco.cuda.global.cudnn.CUDNN_POOLING_MAX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_PROPAGATE_NAN;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NCHW;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NHWC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_OP_MATH;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreatePoolingDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyPoolingDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolution2dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionGroupCount;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionMathType;
import static org.bytedeco.cuda.global.cudnn.cudnnSetFilter4dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetPooling2dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetTensor4dDescriptorEx;

import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.runtime.Precision;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToIntFunction;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnPoolingStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;

/**
 * What cuDNN is told of one shape. Sums are in float32 whatever the numbers are. For the thread
 * that uses the {@link Driver}.
 */
// Of two interfaces, the one that lets algorithms be listed; NVIDIA calls it the legacy one.
@SuppressWarnings("deprecation")
final class CudnnDescriptors implements AutoCloseable {
  final cudnnTensorStruct input = new cudnnTensorStruct();
  final cudnnTensorStruct output = new cudnnTensorStruct();
  final cudnnFilterStruct filter = new cudnnFilterStruct();
  final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
  final cudnnPoolingStruct pooling = new cudnnPoolingStruct();

  private final int type;

  /** What has been made, the last first. */
  private final Deque<Runnable> made = new ArrayDeque<>();

  private CudnnDescriptors(Precision precision) {
    type = precision == Precision.FP16 ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
  }

  static CudnnDescriptors of(CudnnShape shape, WeightLayout layout, Precision precision) {
    CudnnDescriptors all = new CudnnDescriptors(precision);
    try {
      all.map(all.input, shape.input());
      all.map(all.output, shape.output());
      all.filter(shape, layout);
      all.convolution(shape, precision);
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  static CudnnDescriptors of(CudnnPool pool, Precision precision) {
    CudnnDescriptors all = new CudnnDescriptors(precision);
    try {
      all.map(all.input, pool.input());
      all.map(all.output, pool.output());
      all.pooling(pool);
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  @Override
  public void close() {
    while (!made.isEmpty()) {
      made.pop().run();
    }
  }

  private void map(cudnnTensorStruct tensor, CudnnMap map) {
    create(tensor, t -> cudnnCreateTensorDescriptor(t), () -> cudnnDestroyTensorDescriptor(tensor));
    int row = Math.multiplyExact(map.width(), map.stride());
    CudaCudnn.check(
        cudnnSetTensor4dDescriptorEx(
            tensor,
            type,
            map.images(),
            map.channels(),
            map.height(),
            map.width(),
            Math.multiplyExact(map.height(), row),
            1,
            row,
            map.stride()),
        "describing a map");
  }

  private void filter(CudnnShape shape, WeightLayout layout) {
    create(filter, f -> cudnnCreateFilterDescriptor(f), () -> cudnnDestroyFilterDescriptor(filter));
    CudaCudnn.check(
        cudnnSetFilter4dDescriptor(
            filter,
            type,
            layout == WeightLayout.NHWC ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW,
            shape.output().channels(),
            shape.input().channels() / shape.groups(),
            shape.kernel(),
            shape.kernel()),
        "describing weights");
  }

  private void convolution(CudnnShape shape, Precision precision) {
    create(
        convolution,
        c -> cudnnCreateConvolutionDescriptor(c),
        () -> cudnnDestroyConvolutionDescriptor(convolution));
    CudaCudnn.check(
        cudnnSetConvolution2dDescriptor(
            convolution,
            shape.padding(),
            shape.padding(),
            shape.stride(),
            shape.stride(),
            1,
            1,
            CUDNN_CROSS_CORRELATION,
            CUDNN_DATA_FLOAT),
        "describing a convolution");
    CudaCudnn.check(
        cudnnSetConvolutionGroupCount(convolution, shape.groups()), "describing groups");
    CudaCudnn.check(
        cudnnSetConvolutionMathType(
            convolution,
            switch (precision) {
              case FP32 -> CUDNN_FMA_MATH;
              case TF32 -> CUDNN_DEFAULT_MATH;
              case FP16 -> CUDNN_TENSOR_OP_MATH;
            }),
        "describing the arithmetic");
  }

  private void pooling(CudnnPool pool) {
    create(
        pooling,
        p -> cudnnCreatePoolingDescriptor(p),
        () -> cudnnDestroyPoolingDescriptor(pooling));
    CudaCudnn.check(
        cudnnSetPooling2dDescriptor(
            pooling,
            pool.maximum() ? CUDNN_POOLING_MAX : CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING,
            CUDNN_PROPAGATE_NAN,
            pool.kernel(),
            pool.kernel(),
            pool.padding(),
            pool.padding(),
            pool.stride(),
            pool.stride()),
        "describing windows");
  }

  private <T> void create(T descriptor, ToIntFunction<T> create, Runnable destroy) {
    CudaCudnn.check(create.applyAsInt(descriptor), "making a descriptor");
    made.push(destroy);
  }
}
