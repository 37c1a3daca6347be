package dev.vgnet.bench.gpu;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What the CUDA backend logs, such as the ways to compute a step that it leaves out, and why:
 * printed, and kept for the results.
 */
final class DeviceLog extends Handler {
  private static final Logger LOGGER = Logger.getLogger("dev.vgnet.cuda");

  private final Formatter messages = new SimpleFormatter();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private DeviceLog() {}

  /** Listens until it is closed, to what nobody else is told, too. */
  static DeviceLog listening() {
    DeviceLog log = new DeviceLog();
    LOGGER.setLevel(Level.FINE);
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(log);
    return log;
  }

  /** What has been logged so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void publish(LogRecord entry) {
    String line = messages.formatMessage(entry);
    lines.add(line);
    System.err.println(line);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
    LOGGER.setUseParentHandlers(true);
    LOGGER.setLevel(null);
  }
}
