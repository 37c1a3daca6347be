package dev.vgnet.profile;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.runtime.StepEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What each thread did for each step and when, in the format of Chrome's tracing, which Perfetto
 * (ui.perfetto.dev) and chrome://tracing show: a track for each thread, times in microseconds.
 */
public final class ChromeTrace {
  private static final int PROCESS = 1;

  private ChromeTrace() {}

  /**
   * Records the steps of all sessions that run meanwhile.
   *
   * @param process the title of all tracks
   * @param runs what is recorded
   * @return JSON; no events if the backend records none
   * @throws IOException if there is no room for a temporary file
   */
  public static Trace record(String process, Runnable runs) throws IOException {
    Path file = Files.createTempFile("vgnet", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable(StepEvent.NAME);
      recording.start();
      runs.run();
      recording.stop();
      recording.dump(file);
      return of(process, RecordingFile.readAllEvents(file));
    } finally {
      Files.delete(file);
    }
  }

  /**
   * A trace.
   *
   * @param events how many there are
   */
  public record Trace(int events, String json) {}

  private static Trace of(String process, List<RecordedEvent> recorded) throws IOException {
    List<RecordedEvent> steps =
        recorded.stream()
            .filter(event -> event.getEventType().getName().equals(StepEvent.NAME))
            .sorted(Comparator.comparing(RecordedEvent::getStartTime))
            .toList();
    Map<Long, Map<String, Object>> threads = new LinkedHashMap<>();
    List<Object> events = new ArrayList<>();
    for (RecordedEvent step : steps) {
      RecordedThread thread = step.getThread();
      long id = thread.getJavaThreadId();
      threads.computeIfAbsent(id, _ -> named("thread_name", id, thread.getJavaName()));
      events.add(complete(step, id, steps.getFirst().getStartTime()));
    }
    List<Object> all = new ArrayList<>();
    all.add(named("process_name", 0, process));
    all.addAll(threads.values());
    all.addAll(events);
    Map<String, Object> trace = new LinkedHashMap<>();
    trace.put("displayTimeUnit", "ns");
    trace.put("traceEvents", all);
    return new Trace(events.size(), JSON.std.asString(trace) + "\n");
  }

  private static Map<String, Object> named(String what, long thread, String name) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("name", what);
    event.put("ph", "M");
    event.put("pid", PROCESS);
    event.put("tid", thread);
    event.put("args", Map.of("name", name));
    return event;
  }

  private static Map<String, Object> complete(RecordedEvent step, long thread, Instant start) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("kernel", step.getString("kernel"));
    arguments.put("device", step.getString("device"));
    arguments.put("image", step.getInt("firstImage"));
    arguments.put("images", step.getInt("images"));
    arguments.put("multiplyAccumulates", step.getLong("multiplyAccumulates"));
    arguments.put("bytes", step.getLong("bytes"));
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("name", step.getString("step"));
    event.put("cat", step.getString("kind"));
    event.put("ph", "X");
    event.put("ts", microseconds(Duration.between(start, step.getStartTime())));
    event.put("dur", microseconds(step.getDuration()));
    event.put("pid", PROCESS);
    event.put("tid", thread);
    event.put("args", arguments);
    return event;
  }

  private static double microseconds(Duration duration) {
    return duration.toNanos() / 1e3;
  }
}
