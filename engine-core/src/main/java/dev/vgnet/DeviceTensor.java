package dev.vgnet;

import dev.vgnet.runtime.DeviceMemory;
import dev.vgnet.tensor.Shape;
import java.util.Objects;

/**
 * Float32 numbers that stay in the memory of a session's device from run to run, row-major. For
 * that session only. Every method may be called from any thread, and is served as a run is.
 */
public final class DeviceTensor implements AutoCloseable {
  private final Session session;
  private final Shape shape;
  private final DeviceMemory memory;

  /** Guarded by the session. */
  private boolean closed;

  DeviceTensor(Session session, Shape shape, DeviceMemory memory) {
    this.session = session;
    this.shape = shape;
    this.memory = memory;
  }

  /** Its shape. */
  public Shape shape() {
    return shape;
  }

  /**
   * Copies numbers to the device.
   *
   * @param values at least as many as {@link #shape} says
   * @throws IllegalArgumentException if there are fewer
   * @throws IllegalStateException if this or its session is closed
   */
  public void write(float[] values) {
    requireLength(values);
    session.locked(
        () -> {
          open(session).write(values);
          return null;
        });
  }

  /**
   * Copies numbers from the device.
   *
   * @param values room for at least as many as {@link #shape} says
   * @throws IllegalArgumentException if there is less
   * @throws IllegalStateException if this or its session is closed
   */
  public void read(float[] values) {
    requireLength(values);
    session.locked(
        () -> {
          open(session).read(values);
          return null;
        });
  }

  /** Gives the memory back, as the session does when it is closed. May be called twice. */
  @Override
  public void close() {
    session.ifOpen(
        () -> {
          if (!closed) {
            closed = true;
            memory.close();
          }
        });
  }

  /** The memory, for a session that is held by the calling thread. */
  DeviceMemory open(Session user) {
    if (Objects.requireNonNull(user) != session) {
      throw new IllegalArgumentException("a tensor of another session");
    }
    if (closed) {
      throw new IllegalStateException("the tensor is closed");
    }
    return memory;
  }

  private void requireLength(float[] values) {
    if (values.length < shape.elementCount()) {
      throw new IllegalArgumentException("%d numbers for %s".formatted(values.length, shape));
    }
  }
}
