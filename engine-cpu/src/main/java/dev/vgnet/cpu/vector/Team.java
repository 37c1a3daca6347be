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
 * others, unless they are about to finish. A job therefore ends even if no thread but the caller's
 * ever comes.
 *
 * <p>A number that another processor has written last may take longer to come from it than a block
 * takes. So there are few of them: one word says which phase it is and how many of its blocks are
 * not finished; and who has claimed what of a share is in a word that is marked with the phase, so
 * that nobody but its owner has to touch it before the next.
 *
 * <p>One thread at a time calls {@link #run}; {@link #close} is called once, after the last job;
 * its caller alone would finish one that is under way.
 */
final class Team implements AutoCloseable {
  /** How long a worker waits for something to do before it gives its processor back. */
  private static final long SPIN_NANOS = 30_000;

  /** Jobs in which an executor may leave invitations open before it is asked anew. */
  private static final int PATIENCE = 1_000;

  /** How long a worker waits for others to finish their shares before it takes blocks of them. */
  private static final long HELP_NANOS = 10_000;

  /** Keeps words on different cache lines, a prefetched neighbour included. */
  private static final int PADDING = 16;

  /**
   * The phase, counted from the first job on, and how many of its blocks are not finished: none
   * between two jobs.
   */
  private static final int STATE = PADDING;

  /** Beside it, for even and odd phases: which phase of the job it is, and its blocks. */
  private static final int PHASES = STATE + 1;

  /** For each worker, the phase that a block of its share was last claimed of, and the next one. */
  private static final int SHARES = STATE + PADDING;

  private final int size;
  private Thread[] threads;
  private final Optional<Executor> executor;
  private final Runnable visit = this::visit;

  /** What workers tell each other: words of a phase (high) and a number of blocks (low). */
  private final AtomicLongArray words;

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

  /** Read only by who holds a claimed block, so that it cannot change meanwhile. */
  private Job job;

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
    words = new AtomicLongArray(SHARES + (size + 1) * PADDING);
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
    begin(phase(words.get(STATE)) + 1, 0);
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
    wake();
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
    while (!closed) {
      workUntilDone(worker);
      long state = words.get(STATE);
      if (blocks(state) == 0) {
        awaitChange(worker, phase(state));
      }
    }
  }

  private void workUntilDone(int worker) {
    boolean patient = true;
    for (long state = words.get(STATE); blocks(state) > 0; state = words.get(STATE)) {
      patient = turn(worker, phase(state), patient);
    }
  }

  private boolean isRunning() {
    return blocks(words.get(STATE)) > 0;
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
    for (int worker = 1; worker < size && isRunning(); worker++) {
      if (taken.compareAndSet(worker, 0, 1)) {
        workUntilDone(worker);
        taken.set(worker, 0);
        return;
      }
    }
  }

  /**
   * Computes the blocks of its own share, or those that others leave, or waits for the next phase.
   *
   * @param patient whether others are likely to finish their shares themselves
   * @return the same of the next turn
   */
  private boolean turn(int worker, int phase, boolean patient) {
    int finished = workOn(worker, phase, worker);
    if (finished > 0) {
      finish(finished);
      return patient;
    }
    if (patient && spin(phase, HELP_NANOS)) {
      return true;
    }
    for (int i = 1; i < size; i++) {
      finished += workOn(worker, phase, (worker + i) % size);
    }
    if (finished > 0) {
      finish(finished);
      return false;
    }
    awaitChange(worker, phase);
    return true;
  }

  /**
   * Computes the blocks of a share that nobody has claimed. What it has computed is told to the
   * others once.
   */
  private int workOn(int worker, int phase, int owner) {
    int finished = 0;
    for (int block = claim(phase, owner); block >= 0; block = claim(phase, owner)) {
      work(worker, phase, block);
      finished++;
    }
    return finished;
  }

  /** The next block of a share, or -1. */
  private int claim(int phase, int owner) {
    int place = SHARES + owner * PADDING;
    while (true) {
      long share = words.get(place);
      long blocks = blocks(words.get(PHASES + (phase & 1)));
      if (phase(words.get(STATE)) != phase) {
        return -1; // and the blocks may be another phase's
      }
      long next = phase(share) == phase ? blocks(share) : start(blocks, owner);
      if (next >= start(blocks, owner + 1)) {
        return -1;
      }
      if (words.compareAndSet(place, share, word(phase, (int) next + 1))) {
        return (int) next;
      }
    }
  }

  /** The first block of a share; if there is one only, the caller has it. */
  private long start(long blocks, int owner) {
    return (blocks * owner + size - 1) / size;
  }

  private void work(int worker, int phase, int block) {
    if (failure.get() == null) {
      try {
        job.run(worker, phase(words.get(PHASES + (phase & 1))), block);
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  /** Takes note of finished blocks; who finishes the last one of a phase begins the next. */
  private void finish(int blocks) {
    long state = words.get(STATE);
    while (blocks(state) > blocks) {
      if (words.compareAndSet(STATE, state, state - blocks)) {
        return;
      }
      state = words.get(STATE);
    }
    int phase = phase(state);
    begin(phase + 1, phase(words.get(PHASES + (phase & 1))) + 1);
  }

  /**
   * Begins a phase, or ends the job. Nobody else writes these words meanwhile.
   *
   * @param phase counted from the first job on
   * @param next the first one of the job that it may be; those without blocks are passed over
   */
  private void begin(int phase, int next) {
    int inJob = next;
    while (inJob < job.phases() && job.blocks(inJob) == 0) {
      inJob++;
    }
    int blocks = inJob < job.phases() ? job.blocks(inJob) : 0;
    words.setOpaque(PHASES + (phase & 1), word(inJob, blocks));
    words.set(STATE, word(phase, blocks));
    wake();
  }

  private static long word(int phase, int blocks) {
    return (long) phase << 32 | blocks;
  }

  private static int phase(long word) {
    return (int) (word >>> 32);
  }

  private static int blocks(long word) {
    return (int) word;
  }

  private void wake() {
    for (int worker = 0; worker < size; worker++) {
      Thread sleeper = sleepers.get(worker);
      if (sleeper != null) {
        LockSupport.unpark(sleeper);
      }
    }
  }

  /** Waits for another phase for so long; whether one has begun. */
  private boolean spin(int phase, long nanos) {
    long start = System.nanoTime();
    do {
      for (int i = 0; i < 32; i++) {
        if (phase(words.get(STATE)) != phase) {
          return true;
        }
        Thread.onSpinWait();
      }
    } while (System.nanoTime() - start < nanos);
    return false;
  }

  private void awaitChange(int worker, int phase) {
    if (spin(phase, SPIN_NANOS)) {
      return;
    }
    boolean interrupted = false;
    sleepers.set(worker, Thread.currentThread());
    while (phase(words.get(STATE)) == phase && !closed) {
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
