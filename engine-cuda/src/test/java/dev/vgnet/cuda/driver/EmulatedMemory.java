package dev.vgnet.cuda.driver;

import dev.vgnet.error.DeviceMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one user has of an emulated device's memory, and of the host's that it copies from and to.
 * Blocks start as numbers that are none, and end in a zone that must remain as it is.
 */
final class EmulatedMemory {
  private static final byte POISON = (byte) 0xff;
  private static final long ALIGNMENT = 256;
  private static final long GUARD = 1024;

  /** The memory of a device: what its users have taken together. */
  record Room(long capacity, AtomicLong used) {
    void take(long bytes) {
      if (used.addAndGet(bytes) > capacity) {
        used.addAndGet(-bytes);
        throw new DeviceMemoryException(bytes + " bytes of " + (capacity - used.get()));
      }
    }
  }

  private record Block(Arena arena, MemorySegment all, long bytes) {}

  private final Room room;
  private final TreeMap<Long, Block> device = new TreeMap<>();
  private final TreeMap<Long, Arena> host = new TreeMap<>();
  private int untilRefusal = Integer.MAX_VALUE;
  private long taken;

  EmulatedMemory(Room room) {
    this.room = room;
  }

  Room room() {
    return room;
  }

  /** Of the device, by this user. */
  long taken() {
    return taken;
  }

  boolean isEmpty() {
    return device.isEmpty() && host.isEmpty();
  }

  /** Grants so many wishes, then refuses one. */
  void refuse(int granted) {
    untilRefusal = granted;
  }

  boolean hasRefused() {
    return untilRefusal < 0;
  }

  /** Whatever it is that memory is wished for. */
  void grantOrRefuse() {
    if (untilRefusal-- == 0) {
      throw new DeviceMemoryException("refused");
    }
  }

  long allocate(long bytes) {
    grantOrRefuse();
    room.take(bytes);
    Arena arena = Arena.ofShared();
    MemorySegment all = arena.allocate(bytes + GUARD, ALIGNMENT);
    all.fill(POISON);
    device.put(all.address(), new Block(arena, all, bytes));
    taken += bytes;
    return all.address();
  }

  void free(long address) {
    Block block = device.remove(address);
    checkGuard(block);
    taken -= block.bytes;
    room.used.addAndGet(-block.bytes);
    block.arena.close();
  }

  MemorySegment allocateHost(long bytes) {
    grantOrRefuse();
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(bytes, ALIGNMENT);
    host.put(memory.address(), arena);
    return memory;
  }

  void freeHost(MemorySegment memory) {
    host.remove(memory.address()).close();
  }

  void requireHost(MemorySegment memory) {
    if (host.floorEntry(memory.address()) == null || !memory.isNative()) {
      throw new AssertionError("host memory that was not taken from the driver");
    }
  }

  /** What lies at an address of the device. */
  MemorySegment at(long address, long bytes) {
    Map.Entry<Long, Block> block = device.floorEntry(address);
    if (block == null) {
      throw new AssertionError("no memory of the device at " + address);
    }
    return block.getValue().all.asSlice(address - block.getKey(), bytes);
  }

  void checkGuards() {
    device.values().forEach(EmulatedMemory::checkGuard);
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
