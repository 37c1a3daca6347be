package dev.vgnet;

import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a session computes. Immutable; the defaults are the best device and all processors.
 *
 * @param device where to compute
 * @param backend the name of one backend of that device, if a certain one is wanted
 * @param threads how many threads work on a run, the caller's included; 1 to {@link #MAX_THREADS}
 * @param executor where the threads beside the caller's come from; own daemon threads if absent
 * @param precision how far the device may round where that makes it faster
 */
public record SessionOptions(
    Device device,
    Optional<String> backend,
    int threads,
    Optional<Executor> executor,
    Precision precision) {
  /** The most threads a session may have. */
  public static final int MAX_THREADS = 1024;

  public SessionOptions {
    Objects.requireNonNull(device);
    Objects.requireNonNull(backend);
    Objects.requireNonNull(executor);
    Objects.requireNonNull(precision);
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be from 1 to %d, found %d".formatted(MAX_THREADS, threads));
    }
  }

  /** The defaults. */
  public static SessionOptions defaults() {
    return builder().build();
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options. For one thread. */
  public static final class Builder {
    private Device device = Device.AUTO;
    private Optional<String> backend = Optional.empty();
    private int threads = Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
    private Optional<Executor> executor = Optional.empty();
    private Precision precision = Precision.FP32;

    private Builder() {}

    /**
     * Where to compute; {@link Device#AUTO} unless set, which is a GPU if one can be opened, or
     * else the CPU.
     */
    public Builder device(Device device) {
      this.device = device;
      return this;
    }

    /** The name of a backend, such as {@code "reference"}; the device's best one unless set. */
    public Builder backend(String name) {
      this.backend = Optional.of(name);
      return this;
    }

    /** The threads of a run, the caller's included; all processors unless set. */
    public Builder threads(int threads) {
      this.threads = threads;
      return this;
    }

    /**
     * Takes the threads beside the caller's from here. A task helps with the run in progress when
     * it starts, and ends with it. At most {@code threads - 1} tasks are outstanding: a run submits
     * so many, less those of earlier runs that have not started yet (and that are taken for lost
     * after a thousand runs in which none has). What is late, is {@linkplain
     * java.util.concurrent.RejectedExecutionException rejected} or gets no thread is left to the
     * caller, and the run takes longer; any other exception of the executor ends the run and
     * reaches its caller. Tasks of the application's own that it runs in the calling thread cannot
     * use the session.
     */
    public Builder executor(Executor executor) {
      this.executor = Optional.of(executor);
      return this;
    }

    /** How far the device may round; {@link Precision#FP32} unless set. */
    public Builder precision(Precision precision) {
      this.precision = precision;
      return this;
    }

    /**
     * The finished options.
     *
     * @throws IllegalArgumentException if the number of threads is out of range
     */
    public SessionOptions build() {
      return new SessionOptions(device, backend, threads, executor, precision);
    }
  }
}
