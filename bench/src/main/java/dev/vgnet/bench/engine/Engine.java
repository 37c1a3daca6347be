package dev.vgnet.bench.engine;

import ai.onnxruntime.OrtException;
import dev.vgnet.Session;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.util.Map;

/** An engine that has a network and its images, and memory for the logits. For one thread. */
public interface Engine extends AutoCloseable {
  /** One run of the batch. */
  void run() throws OrtException;

  /** What the last run computed. */
  float[] logits();

  @Override
  void close() throws OrtException;

  /** Opens an engine, and warms up where it asks for that. */
  static Engine open(EngineKind kind, Workload workload, int threads)
      throws IOException, OrtException, InterruptedException {
    return switch (kind) {
      case VGNET -> vgnet(workload.newSession(threads), workload);
      case ORT -> onnxRuntime(workload, threads);
      case DJL -> Djl.open(workload, threads);
      case CUDA_FP32 -> vgnet(workload.newSession(Device.CUDA, Precision.FP32), workload);
      case CUDA_TF32 -> vgnet(workload.newSession(Device.CUDA, Precision.TF32), workload);
      case CUDA_FP16 -> vgnet(workload.newSession(Device.CUDA, Precision.FP16), workload);
    };
  }

  private static Engine vgnet(Session session, Workload workload) {
    float[] logits = new float[(int) session.outputShape(workload.shape()).elementCount()];
    session.warmUp(workload.shape());
    return new Engine() {
      @Override
      public void run() {
        session.run(workload.shape(), workload.images(), logits);
      }

      @Override
      public float[] logits() {
        return logits.clone();
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  private static Engine onnxRuntime(Workload workload, int threads)
      throws IOException, OrtException {
    Shape input = workload.shape();
    Shape output;
    try (Session session = workload.newSession(1)) {
      output = session.outputShape(input);
    }
    Map<String, Integer> axes =
        Map.of("batch", input.extent(0), "height", input.extent(2), "width", input.extent(3));
    OnnxRuntime runtime = new OnnxRuntime(workload.model(), threads, axes);
    OnnxRuntime.Call call = runtime.call(input, output);
    call.setImages(workload.images());
    return new Engine() {
      @Override
      public void run() throws OrtException {
        call.run();
      }

      @Override
      public float[] logits() {
        return call.values();
      }

      @Override
      public void close() throws OrtException {
        call.close();
        runtime.close();
      }
    };
  }
}
