package dev.vgnet.runtime;

import dev.vgnet.runtime.ExecutionReport.StepReport;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What one thread does at a time for a step of a network, in a recording of the JDK's Flight
 * Recorder. Off unless a recording enables it by name, as in
 *
 * <pre>-XX:StartFlightRecording:filename=runs.jfr,+dev.vgnet.Step#enabled=true</pre>
 *
 * <p>A step that threads share has several events for an image, and one of several passes over
 * memory at least as many; their work and their bytes add up to those of the step. The vector and
 * CUDA backends record it; on CUDA, recorded runs wait for the device after each step.
 */
@Name(StepEvent.NAME)
@Label("Network Step")
@Description("A part of a step of a neural network, computed by one thread at a time")
@Category({"VGNet", "Inference"})
@Enabled(false)
@StackTrace(false)
public final class StepEvent extends Event {
  /** The name by which recordings know it. */
  public static final String NAME = "dev.vgnet.Step";

  private static final StepEvent PROBE = new StepEvent();

  @Label("Step")
  @Description("The graph node whose value the step computes")
  private String step;

  @Label("Kind")
  private String kind;

  @Label("Kernel")
  private String kernel;

  @Label("Device")
  private String device;

  @Label("First Image")
  @Description("The first image of the batch that is computed, from 0")
  private int firstImage;

  @Label("Images")
  private int images;

  @Label("Multiply-Accumulates")
  private long multiplyAccumulates;

  @Label("Bytes")
  @Description("Feature maps and weights that have to be read and written")
  @DataAmount(DataAmount.BYTES)
  private long bytes;

  /** Made where work begins, after {@link StepRecording#isOn} said so. */
  public StepEvent() {}

  /** Whether a recording wants these events. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }

  /**
   * Ends the event and records it.
   *
   * @param step of which this was a part
   * @param firstImage of the batch, from 0
   * @param multiplyAccumulates of this part for all of its images
   * @param bytes of this part for all of its images
   */
  public void commit(
      StepReport step,
      Device device,
      int firstImage,
      int images,
      long multiplyAccumulates,
      long bytes) {
    end();
    if (!shouldCommit()) {
      return;
    }
    this.step = step.name();
    this.kind = step.kind();
    this.kernel = step.kernel();
    this.device = device.name();
    this.firstImage = firstImage;
    this.images = images;
    this.multiplyAccumulates = multiplyAccumulates;
    this.bytes = bytes;
    commit();
  }
}
