package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cuStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamEndCapture;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** Launches that the device repeats by itself. */
final class CudaGraph implements Replay {
  private final CUgraphExec_st executable;
  private final CUstream_st stream;

  private CudaGraph(CUgraphExec_st executable, CUstream_st stream) {
    this.executable = executable;
    this.stream = stream;
  }

  /**
   * Captures what is launched into a stream, which is not run.
   *
   * @param launches all of them, by this thread
   */
  static CudaGraph capture(CUstream_st stream, Runnable launches) {
    CUgraph_st graph = Captures.capture(() -> captured(stream, launches));
    CUgraphExec_st executable = new CUgraphExec_st();
    try {
      Check.success(cuGraphInstantiate(executable, graph, 0), "making a graph executable");
    } finally {
      cuGraphDestroy(graph);
    }
    return new CudaGraph(executable, stream);
  }

  private static CUgraph_st captured(CUstream_st stream, Runnable launches) {
    CUgraph_st graph = new CUgraph_st();
    Check.success(
        cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "beginning a graph");
    try {
      launches.run();
    } catch (RuntimeException | Error e) {
      // The stream takes nothing else before its capture has ended.
      if (cuStreamEndCapture(stream, graph) == CUDA_SUCCESS) {
        cuGraphDestroy(graph);
      }
      throw e;
    }
    Check.success(cuStreamEndCapture(stream, graph), "ending a graph");
    return graph;
  }

  @Override
  public void run() {
    Check.success(cuGraphLaunch(executable, stream), "starting a graph");
  }

  @Override
  public void close() {
    cuGraphExecDestroy(executable);
  }
}
