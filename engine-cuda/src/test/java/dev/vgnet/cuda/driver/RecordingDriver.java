package dev.vgnet.cuda.driver;

import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** A device that computes nothing and remembers what was asked of it. */
public final class RecordingDriver implements Driver {
  /** So high that no two extents side by side look like an address. */
  private static final long FIRST_ADDRESS = 1L << 60;

  private static final long ALIGNMENT = 256;

  /** Between blocks, so that what lies beyond one is not in the next. */
  private static final long GAP = 1L << 26;

  private final long capacity;
  private final Choices choices;
  private final Optional<Cudnn> cudnn;
  private final ToLongFunction<List<Work>> clock;

  /** The sizes of the blocks in use by their addresses. */
  public final TreeMap<Long, Long> blocks = new TreeMap<>();

  /** What was last asked for: the launches of each capture that was run, and single launches. */
  public final List<Launch> launched = new ArrayList<>();

  /**
   * All that was asked for, in order: {@link Launch}, {@link Upload}, {@link Download}, {@link
   * Await}.
   */
  public final List<Record> asked = new ArrayList<>();

  /** What is copied from the device, once it has been awaited. */
  public static final float DOWNLOADED = 42;

  /**
   * A copy to the device.
   *
   * @param last number of the host's at this time
   * @param after it in the same buffer of the host, or not a number
   */
  public record Upload(long address, int bytes, float last, float after) {}

  /** A copy from the device. */
  public record Download(long address, int bytes) {}

  /** Waiting for the device. */
  public record Await() {}

  /** The captures that have not been closed. */
  public int replays;

  /** Whether it has been closed. */
  public boolean closed;

  /** What cannot be captured, though it can be measured. */
  public Predicate<List<Work>> uncapturable = _ -> false;

  /** Whether it does nothing more, as who waits for it is told. */
  public boolean broken;

  private record HostBlock(Arena arena, MemorySegment memory) {}

  private final TreeMap<Long, HostBlock> host = new TreeMap<>();
  private final List<MemorySegment> downloading = new ArrayList<>();
  private long next = FIRST_ADDRESS;

  /**
   * Without cuDNN; whatever is measured first is the fastest.
   *
   * @param capacity the bytes that the device has
   */
  public RecordingDriver(long capacity) {
    this(capacity, Choices.inMemory(), Optional.empty(), _ -> 1);
  }

  /**
   * @param capacity the bytes that the device has
   * @param clock the nanoseconds that it measures
   */
  public RecordingDriver(
      long capacity, Choices choices, Optional<Cudnn> cudnn, ToLongFunction<List<Work>> clock) {
    this.capacity = capacity;
    this.choices = choices;
    this.cudnn = cudnn;
    this.clock = clock;
  }

  /** What has been saved in a file, which need not exist. */
  public static Choices choices(Path file) {
    return Choices.of(file);
  }

  /** The bytes of the device that are in use. */
  public long taken() {
    return blocks.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The host buffers in use. */
  public int hostBuffers() {
    return host.size();
  }

  /** The addresses in a launch's parameters that are the device's. */
  public static List<Long> addresses(Launch launch) {
    List<Long> addresses = new ArrayList<>();
    for (long i = 0; i + Long.BYTES <= launch.parameters().byteSize(); i += Long.BYTES) {
      long value = launch.parameters().get(ValueLayout.JAVA_LONG_UNALIGNED, i);
      if (value >= FIRST_ADDRESS && value < 2 * FIRST_ADDRESS) {
        addresses.add(value);
      }
    }
    return addresses;
  }

  @Override
  public void attach() {}

  @Override
  public long allocate(long bytes) {
    if (taken() + bytes > capacity) {
      throw new DeviceMemoryException(bytes + " bytes of " + (capacity - taken()));
    }
    long address = next;
    blocks.put(address, bytes);
    next += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT + GAP;
    return address;
  }

  @Override
  public long usedBytes() {
    return taken();
  }

  @Override
  public void free(long address) {
    if (blocks.remove(address) == null) {
      throw new AssertionError("given back what was not taken");
    }
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(bytes, Long.BYTES);
    host.put(memory.address(), new HostBlock(arena, memory));
    return memory;
  }

  @Override
  public void freeHost(MemorySegment memory) {
    host.remove(memory.address()).arena.close();
  }

  @Override
  public void upload(MemorySegment memory, long from, long bytes, long address) {
    requireTaken(address, bytes);
    MemorySegment block = host.get(memory.address()).memory;
    long end = from + bytes;
    asked.add(
        new Upload(
            address,
            (int) bytes,
            block.get(ValueLayout.JAVA_FLOAT, end - Float.BYTES),
            end < block.byteSize() ? block.get(ValueLayout.JAVA_FLOAT, end) : Float.NaN));
  }

  @Override
  public void download(long address, MemorySegment memory, long to, long bytes) {
    requireTaken(address, bytes);
    asked.add(new Download(address, (int) bytes));
    downloading.add(memory.asSlice(to, bytes));
  }

  @Override
  public void launch(Work work) {
    requireRoom(work);
    if (work instanceof Launch launch) {
      launched.add(launch);
      asked.add(launch);
    }
  }

  private void requireRoom(Work work) {
    switch (work) {
      case Launch launch -> addresses(launch).forEach(address -> requireTaken(address, 1));
      case CudnnConvolution call ->
          requireTaken(call.workspace(), call.algorithm().workspaceBytes());
      case CudnnPool call -> requireTaken(call.to(), 1);
    }
  }

  @Override
  public Replay capture(List<Work> work) {
    if (uncapturable.test(work)) {
      throw new DeviceFailedException("it cannot be captured");
    }
    replays++;
    return new Replay() {
      @Override
      public void run() {
        work.forEach(RecordingDriver.this::launch);
      }

      @Override
      public void close() {
        replays--;
      }
    };
  }

  @Override
  public OptionalLong measure(List<Work> work, long least) {
    work.forEach(this::requireRoom);
    return OptionalLong.of(clock.applyAsLong(work));
  }

  @Override
  public Optional<Cudnn> cudnn() {
    return cudnn;
  }

  @Override
  public Choices choices() {
    return choices;
  }

  @Override
  public void await() {
    if (broken) {
      throw new DeviceFailedException("it is broken");
    }
    asked.add(new Await());
    for (MemorySegment memory : downloading) {
      for (long i = 0; i < memory.byteSize(); i += Float.BYTES) {
        memory.set(ValueLayout.JAVA_FLOAT, i, DOWNLOADED);
      }
    }
    downloading.clear();
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireTaken(long address, long bytes) {
    Map.Entry<Long, Long> block = blocks.floorEntry(address);
    if (block == null || address + bytes > block.getKey() + block.getValue()) {
      throw new AssertionError("memory that was not taken: " + bytes + " at " + address);
    }
  }
}
