package dev.vgnet.cuda.driver;

import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * A device on the CPU. Its memory starts as numbers that are none, and ends in a zone that must
 * remain as it is; what is used after it was given back is an error, and what is not given back,
 * too. What it is asked for it does at once, or at any time until it is awaited.
 */
public final class EmulatedDriver implements Driver {
  private static final byte POISON = (byte) 0xff;
  private static final long ALIGNMENT = 256;
  private static final long GUARD = 1024;

  private record Block(Arena arena, MemorySegment all, long bytes) {}

  private final EmulatedKernels kernels;
  private final long capacity;
  private final TreeMap<Long, Block> device = new TreeMap<>();
  private final Map<Long, Arena> host = new TreeMap<>();

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
  private long taken;
  private int replays;

  /** A clock by which the shortest list of work is the fastest. */
  public static final ToLongFunction<List<Work>> FEWEST = List::size;

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
    kernels = EmulatedKernels.of(precision);
    this.capacity = capacity;
    cudnn = hasCudnn ? Optional.of(new EmulatedCudnn(this::memory, precision)) : Optional.empty();
    this.clock = clock;
  }

  private static ToLongFunction<List<Work>> randomClock(long seed) {
    Random random = new Random(seed);
    return _ -> random.nextInt(1000);
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
    if (bytes <= 0 || taken + bytes > capacity) {
      throw new DeviceMemoryException(bytes + " bytes of " + (capacity - taken));
    }
    Arena arena = Arena.ofShared();
    MemorySegment all = arena.allocate(bytes + GUARD, ALIGNMENT);
    all.fill(POISON);
    device.put(all.address(), new Block(arena, all, bytes));
    taken += bytes;
    return all.address();
  }

  @Override
  public long usedBytes() {
    return taken;
  }

  @Override
  public void free(long address) {
    await();
    Block block = device.remove(address);
    checkGuard(block);
    taken -= block.bytes;
    block.arena.close();
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(bytes, ALIGNMENT);
    host.put(memory.address(), arena);
    return memory;
  }

  @Override
  public void freeHost(MemorySegment memory) {
    if (!asked.isEmpty()) {
      throw new AssertionError("host memory is given back that the device may still use");
    }
    host.remove(memory.address()).close();
  }

  @Override
  public void upload(MemorySegment from, long address) {
    requireHost(from);
    later(() -> memory(address, from.byteSize()).copyFrom(from));
  }

  @Override
  public void download(long address, MemorySegment to) {
    requireHost(to);
    later(() -> to.copyFrom(memory(address, to.byteSize())));
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
    device.values().forEach(EmulatedDriver::checkGuard);
  }

  @Override
  public Replay capture(List<Work> work) {
    requireAttached();
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
  public OptionalLong measure(List<Work> work) {
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
    return taken;
  }

  /** The replays that have not been closed. */
  public int replays() {
    return replays;
  }

  @Override
  public void close() {
    if (!device.isEmpty() || !host.isEmpty() || replays != 0) {
      throw new AssertionError(
          "not given back: %d bytes, %d host buffers, %d replays"
              .formatted(taken, host.size(), replays));
    }
  }

  private void requireHost(MemorySegment memory) {
    Map.Entry<Long, Arena> start = ((TreeMap<Long, Arena>) host).floorEntry(memory.address());
    if (start == null || !memory.isNative()) {
      throw new AssertionError("host memory that was not taken from the driver");
    }
  }

  private MemorySegment memory(long address, long bytes) {
    Map.Entry<Long, Block> block = device.floorEntry(address);
    if (block == null) {
      throw new AssertionError("no memory of the device at " + address);
    }
    return block.getValue().all.asSlice(address - block.getKey(), bytes);
  }

  private static void checkGuard(Block block) {
    MemorySegment guard = block.all.asSlice(block.bytes);
    for (long i = 0; i < GUARD; i++) {
      if (guard.get(ValueLayout.JAVA_BYTE, i) != POISON) {
        throw new AssertionError("written beyond the end of a block, at " + i);
      }
    }
  }
}
