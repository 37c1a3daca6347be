package dev.vgnet.bench.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.vgnet.Model;
import dev.vgnet.onnx.OnnxExport;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A model in ONNX Runtime, exported for it, with all its optimisations. For one thread. */
public final class OnnxRuntime implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String input;
  private final String output;

  /**
   * @param threads that work on a run
   * @param axes extents of free axes ({@code batch}, {@code height}, {@code width}) that every run
   *     will have, so that it can plan for them
   */
  OnnxRuntime(Model model, int threads, Map<String, Integer> axes)
      throws IOException, OrtException {
    input = model.graph().input();
    output = model.graph().outputs().getFirst();
    Path file = Files.createTempFile("vgnet", ".onnx");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OnnxExport.write(model, file);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      for (Map.Entry<String, Integer> axis : axes.entrySet()) {
        options.setSymbolicDimensionValue(axis.getKey(), axis.getValue());
      }
      session = environment.createSession(file.toString(), options);
    } finally {
      Files.delete(file);
    }
  }

  /** Runs of one shape, from and to the same memory every time. */
  Call call(Shape inputShape, Shape outputShape) throws OrtException {
    FloatBuffer images = floats(inputShape);
    FloatBuffer values = floats(outputShape);
    return new Call(images, values, tensor(images, inputShape), tensor(values, outputShape));
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }

  private static FloatBuffer floats(Shape shape) {
    int bytes = Math.toIntExact(4 * shape.elementCount());
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private OnnxTensor tensor(FloatBuffer numbers, Shape shape) throws OrtException {
    long[] extents = Arrays.stream(shape.toArray()).asLongStream().toArray();
    return OnnxTensor.createTensor(environment, numbers, extents);
  }

  /** Its memory is read and written in place. */
  final class Call implements AutoCloseable {
    private final FloatBuffer images;
    private final FloatBuffer values;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    private Call(
        FloatBuffer images, FloatBuffer values, OnnxTensor inputTensor, OnnxTensor outputTensor) {
      this.images = images;
      this.values = values;
      inputs = Map.of(input, inputTensor);
      outputs = Map.of(output, outputTensor);
    }

    void setImages(float[] numbers) {
      images.put(0, numbers);
    }

    void run() throws OrtException {
      session.run(inputs, outputs).close();
    }

    float[] values() {
      float[] numbers = new float[values.capacity()];
      values.get(0, numbers);
      return numbers;
    }

    @Override
    public void close() {
      inputs.values().forEach(OnnxTensor::close);
      outputs.values().forEach(OnnxTensor::close);
    }
  }
}
