package dev.vgnet.cpu.vector;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that work on a job. Blocks are claimed, never assigned: each worker starts with its
 * own share of a phase, so that its caches keep the rows it wrote before, and then helps the
 * others. A job therefore ends even if no thread but the caller's ever comes.
 *
 * <p>One thread at a time calls {@link #run}; {@link #close} is called once, after the last job;
 * its caller alone would finish one that is under way.
 */
final class Team implements AutoCloseable {
  /** How long a worker waits for something to do before it gives its processor back. */
  private static final long SPIN_NANOS = 30_000;

  /** Jobs in which an executor may leave invitations open before it is asked anew. */
  private static final int PATIENCE = 1_000;

  /** Keeps the shares of two workers on different cache lines, a prefetched neighbour included. */
  private static final int PADDING = 16;

  private final int size;
  private Thread[] threads;
  private final Optional<Executor> executor;
  private final Runnable visit = this::visit;

  /** For each worker, the blocks of its share that nobody has claimed: next (low), end (high). */
  private final AtomicLongArray shares;

  /** Blocks of the phase that are not finished, and one while its shares are being dealt out. */
  private final AtomicInteger pending = new AtomicInteger();

  private final AtomicReferenceArray<Thread> sleepers;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Tasks that the executor has been given and has not started. */
  private final AtomicInteger invited = new AtomicInteger();

  /** Whether it has started one lately. */
  private volatile boolean answered;

  /** For how many jobs it has left some open, and for how many more it may. */
  private int unanswered;

  private int patience = PATIENCE;

  /** Which worker numbers the executor's threads have taken. */
  private final AtomicIntegerArray taken;

  /** Both are read only by the holder of a claimed block, so they cannot change meanwhile. */
  private Job job;

  private int phase;

  /**
   * Grows whenever there may be something new to do: a phase begins, a job ends, the team closes.
   */
  private final AtomicInteger epoch = new AtomicInteger();

  private volatile boolean running;
  private volatile boolean closed;

  /**
   * @param size how many workers, the caller included
   * @param executor where the others come from; if absent, own daemon threads, which inherit
   *     nothing of this one: they may outlive what it belongs to
   */
  Team(int size, Optional<Executor> executor) {
    this(
        size,
        executor,
        Thread.ofPlatform()
            .daemon()
            .name("vgnet-worker-", 1)
            .inheritInheritableThreadLocals(false)
            .factory());
  }

  /**
   * @param factory of the team's own threads
   */
  Team(int size, Optional<Executor> executor, ThreadFactory factory) {
    this.size = size;
    this.executor = executor;
    shares = new AtomicLongArray(size * PADDING);
    sleepers = new AtomicReferenceArray<>(size);
    taken = new AtomicIntegerArray(size);
    threads = new Thread[executor.isPresent() ? 0 : size - 1];
    for (int i = 0; i < threads.length; i++) {
      int worker = i + 1;
      threads[i] = factory.newThread(() -> serve(worker));
    }
    try {
      for (Thread thread : threads) {
        thread.start();
      }
    } catch (Throwable e) {
      close(); // so that those that did start end
      throw e;
    }
  }

  /** The number of workers, the caller included. */
  int size() {
    return size;
  }

  /**
   * Does a job and returns when all of it is done. If a block throws, the rest is skipped and the
   * first failure is thrown here; the team stays usable.
   */
  void run(Job job) {
    this.job = job;
    phase = -1;
    running = true;
    nextPhase();
    if (executor.isPresent()) {
      invite(executor.get());
    }
    workUntilDone(0);
    this.job = null;
    rethrow(failure.getAndSet(null));
  }

  /** Ends the team's own threads. */
  @Override
  public void close() {
    closed = true;
    announce();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    threads = new Thread[0];
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The life of an own thread. */
  private void serve(int worker) {
    int seen = epoch.get();
    while (!closed) {
      workOrWait(worker, seen);
      seen = epoch.get();
    }
  }

  private void workUntilDone(int worker) {
    int seen = epoch.get();
    while (running) {
      workOrWait(worker, seen);
      seen = epoch.get();
    }
  }

  /**
   * Asks the executor for the other workers. Those it was asked for in earlier jobs and has not
   * started count, so that a stuck executor does not collect more and more tasks; but as it may
   * have dropped them, they are forgotten after many jobs, and the next time after twice as many.
   */
  private void invite(Executor executor) {
    if (answered || invited.get() == 0) {
      answered = false;
      unanswered = 0;
      patience = PATIENCE;
    } else if (++unanswered > patience) {
      invited.set(0);
      unanswered = 0;
      patience = Math.max(patience, 2 * patience);
    }
    try {
      for (int missing = size - 1 - invited.get(); missing > 0; missing--) {
        invited.incrementAndGet();
        executor.execute(visit);
      }
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // It is full or shut down, or gets no thread; whoever is here does the work.
      invited.decrementAndGet();
    } catch (RuntimeException | Error e) {
      invited.decrementAndGet();
      failure.compareAndSet(null, e);
    }
  }

  /** What the executor runs: helps with the job in progress, if there is one and room for help. */
  private void visit() {
    answered = true;
    invited.updateAndGet(open -> Math.max(0, open - 1)); // it may be a forgotten one
    for (int worker = 1; worker < size && running; worker++) {
      if (taken.compareAndSet(worker, 0, 1)) {
        workUntilDone(worker);
        taken.set(worker, 0);
        return;
      }
    }
  }

  /**
   * Computes blocks while there are any, its own share first, or, if there is none, waits until
   * there may be one. What it has computed is told to the others once: the number that they wait
   * for may take longer to come from another processor than a block takes.
   *
   * @param seen the epoch at a moment when there still was something to wait for
   */
  private void workOrWait(int worker, int seen) {
    int finished = 0;
    for (int i = 0; i < size; i++) {
      int owner = worker + i < size ? worker + i : worker + i - size;
      for (int block = claim(owner); block >= 0; block = claim(owner)) {
        work(worker, block);
        finished++;
      }
    }
    if (finished == 0) {
      awaitChange(worker, seen);
    } else if (pending.addAndGet(-finished) == 0) {
      nextPhase();
    }
  }

  /** The next block of a share, or -1. */
  private int claim(int owner) {
    while (true) {
      long share = shares.get(owner * PADDING);
      int next = (int) share;
      if (next >= (int) (share >>> 32)) {
        return -1;
      }
      if (shares.compareAndSet(owner * PADDING, share, share + 1)) {
        return next;
      }
    }
  }

  private void work(int worker, int block) {
    if (failure.get() == null) {
      try {
        job.run(worker, phase, block);
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  /** Called by whoever finished the last block of a phase. */
  private void nextPhase() {
    do {
      if (++phase == job.phases()) {
        running = false;
        announce();
        return;
      }
      long blocks = job.blocks(phase);
      pending.set((int) blocks + 1);
      for (int worker = 0; worker < size; worker++) {
        long next = blocks * worker / size;
        long end = blocks * (worker + 1) / size;
        shares.set(worker * PADDING, end << 32 | next);
      }
    } while (pending.decrementAndGet() == 0);
    announce();
  }

  private void announce() {
    epoch.incrementAndGet();
    for (int worker = 0; worker < size; worker++) {
      Thread sleeper = sleepers.get(worker);
      if (sleeper != null) {
        LockSupport.unpark(sleeper);
      }
    }
  }

  private void awaitChange(int worker, int seen) {
    long start = System.nanoTime();
    do {
      for (int i = 0; i < 32; i++) {
        if (epoch.get() != seen) {
          return;
        }
        Thread.onSpinWait();
      }
    } while (System.nanoTime() - start < SPIN_NANOS);
    boolean interrupted = false;
    sleepers.set(worker, Thread.currentThread());
    while (epoch.get() == seen) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    sleepers.set(worker, null);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
