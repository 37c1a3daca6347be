package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.PlatformThread;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.cuda.program.Program.Output;
import dev.vgnet.cuda.program.Program.ProgramStep;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.DeviceMemory;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.runtime.StepEvent;
import dev.vgnet.runtime.StepRecording;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph ready for a device: its weights there, an arena for whatever batch is being computed, and
 * the programs of the batches seen last. If the device has no room for a batch, those before it can
 * be run again.
 */
public final class CudaModel implements CompiledModel {
  private final Driver driver;
  private final DeviceWeights weights;
  private final Programs programs;
  private final HostBuffer images;
  private final HostBuffer results;

  /** What callers keep on the device. */
  private final Set<DeviceBlock> blocks = new HashSet<>();

  /**
   * Puts nothing on the device yet.
   *
   * @param driver which is closed with the model
   */
  public CudaModel(
      Graph graph,
      Map<String, Tensor> tensors,
      Driver driver,
      Precision precision,
      KernelChoice choice) {
    this.driver = driver;
    weights = new DeviceWeights(driver, tensors);
    programs =
        new Programs(
            driver,
            choice,
            (input, kernels) ->
                new ProgramBuilder(graph, driver, kernels, weights, precision, input));
    images = new HostBuffer(driver);
    results = new HostBuffer(driver);
  }

  @Override
  public void run(Shape input, float[] values, float[][] outputs) {
    driver.attach();
    Programs.Ready ready = programs.get(input);
    Program program = ready.program();
    upload(program, values);
    if (StepRecording.isOn()) {
      runStepByStep(program);
    } else {
      launch(program.importing());
      ready.replay().run();
      for (int i = 0; i < outputs.length; i++) {
        launch(program.exporting(i));
      }
    }
    download(program, outputs);
  }

  private void launch(List<Work> work) {
    for (int i = 0; i < work.size(); i++) {
      driver.launch(work.get(i));
    }
  }

  @Override
  public DeviceMemory allocate(int numbers) {
    driver.attach();
    return new DeviceBlock(driver, images, blocks, numbers);
  }

  /** Always as a whole: events of single steps are told of runs from the host only. */
  @Override
  public void run(Shape input, DeviceMemory images, DeviceMemory output) {
    DeviceBlock from = own(images, input.elementCount());
    driver.attach();
    Programs.Ready ready = programs.get(input);
    Output first = ready.program().outputs().getFirst();
    DeviceBlock to = own(output, first.numbers());
    ready.program().imported().stream()
        .flatMap(map -> Transfers.importImages(from.address(), map).stream())
        .forEach(driver::launch);
    ready.replay().run();
    Transfers.exportValues(first.map(), to.address()).forEach(driver::launch);
    driver.await();
  }

  private DeviceBlock own(DeviceMemory memory, long numbers) {
    if (!(memory instanceof DeviceBlock block) || !blocks.contains(block)) {
      throw new IllegalArgumentException("memory that is not, or no longer, of this model");
    }
    if (block.numbers() < numbers) {
      throw new IllegalArgumentException(
          "room for %d numbers, needed are %d".formatted(block.numbers(), numbers));
    }
    return block;
  }

  @Override
  public ExecutionReport report(Shape input) {
    driver.attach();
    Program program = programs.get(input).program();
    int batch = input.extent(0);
    return new ExecutionReport(
        program.steps().stream().map(ProgramStep::report).toList(),
        program.activationBytes() / batch,
        program.liveBytes() / batch,
        weights.bytes());
  }

  @Override
  public long[] profile(Shape input, float[] values) {
    driver.attach();
    Program program = programs.get(input).program();
    upload(program, values);
    return runStepByStep(program);
  }

  /** Waits for the device after each step; the time of each in nanoseconds. */
  private long[] runStepByStep(Program program) {
    driver.await();
    int batch = program.input().extent(0);
    long[] nanos = new long[program.steps().size()];
    for (int step = 0; step < nanos.length; step++) {
      ProgramStep running = program.steps().get(step);
      StepReport report = running.report();
      StepEvent event = new StepEvent();
      event.begin();
      long start = System.nanoTime();
      for (Work work : running.work()) {
        driver.launch(work);
      }
      driver.await();
      nanos[step] = System.nanoTime() - start;
      event.commit(
          report,
          Device.CUDA,
          0,
          batch,
          batch * report.multiplyAccumulates(),
          batch * report.bytes());
    }
    return nanos;
  }

  @Override
  public void close() {
    PlatformThread.run(this::free);
  }

  private void free() {
    try (Driver _ = driver;
        DeviceWeights _ = weights;
        HostBuffer _ = results;
        HostBuffer _ = images;
        Programs _ = programs) {
      driver.attach();
      Set.copyOf(blocks).forEach(DeviceBlock::close);
    }
  }

  private void upload(Program program, float[] values) {
    images.upload(values, Math.toIntExact(program.input().elementCount()), program.images());
  }

  private void download(Program program, float[][] outputs) {
    MemorySegment host = results.floats(program.outputNumbers());
    long offset = 0;
    for (int i = 0; i < outputs.length; i++) {
      Output output = program.outputs().get(i);
      long bytes = output.numbers() * Float.BYTES;
      driver.download(output.address(), host, offset, bytes);
      offset += bytes;
    }
    driver.await();
    offset = 0;
    for (int i = 0; i < outputs.length; i++) {
      int numbers = Math.toIntExact(program.outputs().get(i).numbers());
      MemorySegment.copy(host, ValueLayout.JAVA_FLOAT, offset, outputs[i], 0, numbers);
      offset += (long) numbers * Float.BYTES;
    }
  }
}
