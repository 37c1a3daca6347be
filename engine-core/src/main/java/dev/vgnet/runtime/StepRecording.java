package dev.vgnet.runtime;

import jdk.jfr.FlightRecorder;

/**
 * Whether anyone records what steps do. Not a part of {@link StepEvent}: to load a class of events
 * is the start of the JDK's Flight Recorder, which takes longer than to run a small network.
 */
public final class StepRecording {
  private StepRecording() {}

  /** Whether a recording wants {@link StepEvent}s; all that is paid while none does. */
  public static boolean isOn() {
    return FlightRecorder.isInitialized() && StepEvent.isOn();
  }
}
