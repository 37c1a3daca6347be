package dev.vgnet.cuda.driver;

import dev.vgnet.cuda.driver.EmulatedMemory.Room;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * A device on the CPU. What is used after it was given back is an error, and what is not given
 * back, too. What it is asked for it does at once, or at any time until it is awaited.
 */
public final class EmulatedDriver implements Driver {
  /** A clock by which the shortest list of work is the fastest. */
  public static final ToLongFunction<List<Work>> FEWEST = List::size;

  private final EmulatedKernels kernels;
  private final Precision precision;
  private final EmulatedMemory memory;

  /** All kernels started, in order. */
  public final List<String> log = new ArrayList<>();

  private final Choices choices = Choices.inMemory();
  private final Optional<EmulatedCudnn> cudnn;
  private final ToLongFunction<List<Work>> clock;
  private final Random whim = new Random(1);

  /** What has been asked for and not been done. */
  private final Deque<Runnable> asked = new ArrayDeque<>();

  private Thread user;
  private boolean reverse;
  private int replays;

  /**
   * Without cuDNN; the fewest launches are the fastest.
   *
   * @param capacity the bytes that the device has
   */
  public EmulatedDriver(Precision precision, long capacity) {
    this(precision, capacity, false, FEWEST);
  }

  /**
   * @param capacity the bytes that the device has
   * @param hasCudnn whether it has cuDNN
   * @param seed of the times that it measures
   */
  public EmulatedDriver(Precision precision, long capacity, boolean hasCudnn, long seed) {
    this(precision, capacity, hasCudnn, randomClock(seed));
  }

  /**
   * @param capacity the bytes that the device has
   * @param hasCudnn whether it has cuDNN
   * @param clock the nanoseconds that it measures
   */
  public EmulatedDriver(
      Precision precision, long capacity, boolean hasCudnn, ToLongFunction<List<Work>> clock) {
    this(precision, new Room(capacity, new AtomicLong()), hasCudnn, clock);
  }

  private EmulatedDriver(
      Precision precision, Room room, boolean hasCudnn, ToLongFunction<List<Work>> clock) {
    kernels = EmulatedKernels.of(precision);
    this.precision = precision;
    memory = new EmulatedMemory(room);
    cudnn = hasCudnn ? Optional.of(new EmulatedCudnn(memory::at, precision)) : Optional.empty();
    this.clock = clock;
  }

  /** Another user of the same device. */
  public EmulatedDriver another() {
    return new EmulatedDriver(precision, memory.room(), cudnn.isPresent(), clock);
  }

  /**
   * From now on grants some wishes for memory, of device or host or for a capture, then refuses
   * one.
   */
  public void refuse(int granted) {
    memory.refuse(granted);
  }

  /** Whether a wish has been refused. */
  public boolean hasRefused() {
    return memory.hasRefused();
  }

  private static ToLongFunction<List<Work>> randomClock(long seed) {
    Random random = new Random(seed);
    return _ -> random.nextInt(1000);
  }

  /** Whether work is done by that algorithm of cuDNN's which takes pixels for packed. */
  public static boolean takesForPacked(List<Work> work) {
    return isBy(EmulatedCudnn.PACKED, work);
  }

  /** Whether work is done by that algorithm of cuDNN's which reads what lies between pixels. */
  public static boolean readsBetween(List<Work> work) {
    return isBy(EmulatedCudnn.READS_BETWEEN, work);
  }

  private static boolean isBy(int algorithm, List<Work> work) {
    return work.stream()
        .anyMatch(
            one -> one instanceof CudnnConvolution call && call.algorithm().number() == algorithm);
  }

  /** Whether the kernels can be compiled here. */
  public static boolean isSupported() {
    return EmulatedKernels.canCompile();
  }

  @Override
  public void attach() {
    user = Thread.currentThread();
  }

  private void requireAttached() {
    if (user != Thread.currentThread()) {
      throw new AssertionError("used by a thread that is not attached");
    }
  }

  private void later(Runnable work) {
    requireAttached();
    asked.add(work);
    if (whim.nextInt(4) == 0) {
      await();
    }
  }

  @Override
  public long allocate(long bytes) {
    requireAttached();
    return memory.allocate(bytes);
  }

  @Override
  public long usedBytes() {
    return memory.room().used().get();
  }

  @Override
  public void free(long address) {
    await();
    memory.free(address);
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    requireAttached();
    return memory.allocateHost(bytes);
  }

  @Override
  public void freeHost(MemorySegment host) {
    if (!asked.isEmpty()) {
      throw new AssertionError("host memory is given back that the device may still use");
    }
    memory.freeHost(host);
  }

  @Override
  public void upload(MemorySegment host, long from, long bytes, long address) {
    memory.requireHost(host);
    later(() -> memory.at(address, bytes).copyFrom(host.asSlice(from, bytes)));
  }

  @Override
  public void download(long address, MemorySegment host, long to, long bytes) {
    memory.requireHost(host);
    later(() -> host.asSlice(to, bytes).copyFrom(memory.at(address, bytes)));
  }

  @Override
  public void launch(Work work) {
    later(() -> doNow(work));
  }

  private void doNow(Work work) {
    log.add(work.name());
    switch (work) {
      case Launch launch -> kernels.run(launch, reverse);
      case CudnnConvolution call -> cudnn.orElseThrow().run(call);
      case CudnnPool call -> cudnn.orElseThrow().run(call);
    }
    reverse = !reverse;
    memory.checkGuards();
  }

  @Override
  public Replay capture(List<Work> work) {
    requireAttached();
    memory.grantOrRefuse();
    List<Work> captured = List.copyOf(work);
    replays++;
    return new Replay() {
      private boolean closed;

      @Override
      public void run() {
        if (closed) {
          throw new AssertionError("a replay is used after it was closed");
        }
        captured.forEach(EmulatedDriver.this::launch);
      }

      @Override
      public void close() {
        closed = true;
        replays--;
      }
    };
  }

  /** Does the work, so that it is checked; the time is made up. */
  @Override
  public OptionalLong measure(List<Work> work, long least) {
    if (work.stream().anyMatch(EmulatedCudnn::refuses)) {
      return OptionalLong.empty();
    }
    work.forEach(this::launch);
    await();
    return OptionalLong.of(clock.applyAsLong(work));
  }

  @Override
  public Optional<Cudnn> cudnn() {
    return cudnn.map(library -> library);
  }

  @Override
  public Choices choices() {
    return choices;
  }

  @Override
  public void await() {
    requireAttached();
    while (!asked.isEmpty()) {
      asked.poll().run();
    }
  }

  /** The bytes of the device that are in use. */
  public long taken() {
    return memory.taken();
  }

  /** The replays that have not been closed. */
  public int replays() {
    return replays;
  }

  @Override
  public void close() {
    if (!memory.isEmpty() || replays != 0) {
      throw new AssertionError(
          "not given back: %d bytes or host buffers, %d replays"
              .formatted(memory.taken(), replays));
    }
  }
}
