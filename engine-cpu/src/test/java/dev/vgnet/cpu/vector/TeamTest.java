package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TeamTest {
  /** Checks that every block runs once, in its phase, under a worker number nobody else has. */
  private static final class Witness implements Job {
    private final int[] blocks;
    private final AtomicIntegerArray[] runs;
    private final AtomicIntegerArray busy;
    private final AtomicBoolean broken = new AtomicBoolean();

    Witness(int workers, int... blocks) {
      this.blocks = blocks;
      busy = new AtomicIntegerArray(workers);
      runs =
          Arrays.stream(blocks)
              .mapToObj(AtomicIntegerArray::new)
              .toArray(AtomicIntegerArray[]::new);
    }

    @Override
    public int phases() {
      return blocks.length;
    }

    @Override
    public int blocks(int phase) {
      return blocks[phase];
    }

    @Override
    public void run(int worker, int phase, int block) {
      if (!busy.compareAndSet(worker, 0, 1) || (phase > 0 && !finished(phase - 1))) {
        broken.set(true);
      }
      runs[phase].incrementAndGet(block);
      busy.set(worker, 0);
    }

    private boolean finished(int phase) {
      for (int i = 0; i < blocks[phase]; i++) {
        if (runs[phase].get(i) != 1) {
          return false;
        }
      }
      return true;
    }

    void check() {
      assertFalse(broken.get());
      for (int phase = 0; phase < blocks.length; phase++) {
        assertTrue(finished(phase), "phase " + phase + ": " + runs[phase]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyBlockRunsOnceAndPhasesFollowEachOther(int size) {
    try (Team team = new Team(size, Optional.empty())) {
      checkJobs(team, 2_000);
    }
  }

  /** Where a thread may find that what it was about to wait for is over. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void jobsOfShortPhasesEnd(boolean lent) {
    Random random = new Random(1);
    try (ExecutorService executor = Executors.newCachedThreadPool();
        Team team = new Team(5, lent ? Optional.of(executor) : Optional.empty())) {
      for (int job = 0; job < 5_000; job++) {
        int phases = 1 + random.nextInt(40);
        Witness witness = new Witness(5, random.ints(phases, 0, 8).toArray());
        team.run(witness);
        witness.check();
      }
    }
  }

  @Test
  void anExecutorLendsItsThreads() {
    try (ExecutorService executor = Executors.newFixedThreadPool(2);
        Team team = new Team(4, Optional.of(executor))) {
      checkJobs(team, 2_000);
    }
  }

  @Test
  void virtualThreadsDo() {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        Team team = new Team(3, Optional.of(executor))) {
      checkJobs(team, 500);
    }
  }

  @Test
  void anExecutorThatRunsTasksAtOnceInTheCallerDoes() {
    checkJobs(new Team(3, Optional.of(Runnable::run)), 100);
  }

  @Test
  void aRejectingExecutorLeavesTheWorkToTheCaller() {
    Executor rejecting =
        _ -> {
          throw new RejectedExecutionException();
        };
    checkJobs(new Team(3, Optional.of(rejecting)), 100);
  }

  @Test
  void anExecutorThatGetsNoThreadLeavesTheWorkToTheCaller() {
    Executor full =
        _ -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    checkJobs(new Team(3, Optional.of(full)), 100);
  }

  @Test
  void anExecutorThatRunsNothingIsNotFloodedAndItsLateTasksDoNothing() {
    List<Runnable> tasks = new ArrayList<>();
    Team team = new Team(3, Optional.of(tasks::add));
    checkJobs(team, 100);
    assertEquals(2, tasks.size());
    tasks.forEach(Runnable::run);
    checkJobs(team, 1);
    assertEquals(4, tasks.size());
  }

  @Test
  void anExecutorThatDroppedItsTasksIsAskedAnewAfterManyJobs() {
    List<Runnable> tasks = new ArrayList<>();
    Team team = new Team(3, Optional.of(tasks::add));
    checkJobs(team, 1_002);
    assertEquals(4, tasks.size());
    checkJobs(team, 2_000);
    assertEquals(4, tasks.size());
    checkJobs(team, 2);
    assertEquals(6, tasks.size());
    tasks.forEach(Runnable::run);
    checkJobs(team, 1);
    assertEquals(8, tasks.size());
  }

  @Test
  void tasksThatStartInLaterJobsHelpThere() throws InterruptedException {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Team team = new Team(2, Optional.of(tasks::add));
    checkJobs(team, 1);
    Thread late = Thread.ofPlatform().start(tasks.remove());
    checkJobs(team, 1_000);
    late.join();
    checkJobs(team, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aFailureReachesTheCallerAndTheTeamGoesOn(int size) {
    try (Team team = new Team(size, Optional.empty())) {
      for (int failing = 0; failing < 200; failing++) {
        int failingBlock = failing;
        IllegalStateException failure = new IllegalStateException("block " + failing);
        Witness other = new Witness(size, 200, 7, 7);
        Job job =
            new Job() {
              @Override
              public int phases() {
                return other.phases();
              }

              @Override
              public int blocks(int phase) {
                return other.blocks(phase);
              }

              @Override
              public void run(int worker, int phase, int block) {
                if (block == failingBlock) {
                  throw failure;
                }
              }
            };
        assertSame(failure, assertThrows(IllegalStateException.class, () -> team.run(job)));
        checkJobs(team, 1);
      }
    }
  }

  @Test
  void anExecutorsOwnErrorReachesTheCaller() {
    Executor broken =
        _ -> {
          throw new UnsupportedOperationException();
        };
    Team team = new Team(2, Optional.of(broken));
    Witness job = new Witness(2, 3, 3);
    assertThrows(UnsupportedOperationException.class, () -> team.run(job));
  }

  @Test
  void anInterruptedCallerFinishesAndStaysInterrupted() {
    try (Team team = new Team(3, Optional.empty())) {
      Thread.currentThread().interrupt();
      checkJobs(team, 200);
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void closeEndsTheThreads() {
    long before = workers();
    Team team = new Team(4, Optional.empty());
    assertEquals(before + 3, workers());
    team.close();
    assertEquals(before, workers());
  }

  @Test
  void closeLetsGoOfTheThreads() throws InterruptedException {
    List<WeakReference<Thread>> made = new ArrayList<>();
    ThreadFactory factory =
        life -> {
          Thread thread = new Thread(life);
          made.add(new WeakReference<>(thread));
          return thread;
        };
    Team team = new Team(3, Optional.empty(), factory);
    team.close();
    while (made.stream().anyMatch(thread -> thread.get() != null)) {
      System.gc();
      Thread.sleep(10);
    }
    assertEquals(3, team.size());
  }

  @Test
  void ownThreadsInheritNothing() {
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    local.set("the opener's");
    Thread opener = Thread.currentThread();
    ClassLoader before = opener.getContextClassLoader();
    opener.setContextClassLoader(new ClassLoader() {});
    AtomicReference<List<Object>> found = new AtomicReference<>();
    Job job =
        job(
            2,
            () -> {
              Thread thread = Thread.currentThread();
              if (thread != opener) {
                found.set(Arrays.asList(local.get(), thread.getContextClassLoader()));
              }
              while (found.get() == null) {
                Thread.yield();
              }
            });
    try (Team team = new Team(2, Optional.empty())) {
      team.run(job);
    } finally {
      opener.setContextClassLoader(before);
    }
    assertEquals(Arrays.asList(null, ClassLoader.getSystemClassLoader()), found.get());
  }

  @Test
  void aThreadThatCannotStartLeavesNoneBehind() {
    List<Thread> made = new ArrayList<>();
    ThreadFactory exhausted =
        life -> {
          Thread thread =
              made.size() < 2
                  ? new Thread(life)
                  : new Thread(life) {
                    @Override
                    public void start() {
                      throw new OutOfMemoryError("unable to create native thread");
                    }
                  };
          made.add(thread);
          return thread;
        };
    assertThrows(OutOfMemoryError.class, () -> new Team(5, Optional.empty(), exhausted));
    assertEquals(4, made.size());
    assertTrue(made.stream().noneMatch(Thread::isAlive), made.toString());
  }

  @Test
  void aFailureInAnotherThreadReachesTheCallerToo() {
    Thread caller = Thread.currentThread();
    IllegalStateException failure = new IllegalStateException("in a worker");
    try (Team team = new Team(3, Optional.empty())) {
      AtomicBoolean elsewhere = new AtomicBoolean();
      Job job =
          job(
              1_000,
              () -> {
                if (Thread.currentThread() != caller) {
                  elsewhere.set(true);
                  throw failure;
                }
                while (!elsewhere.get()) {
                  Thread.yield();
                }
              });
      assertSame(failure, assertThrows(IllegalStateException.class, () -> team.run(job)));
      checkJobs(team, 100);
    }
  }

  @Test
  void teamsOfMoreThreadsThanProcessorsShareThem() throws Exception {
    int teams = 4;
    int size = Runtime.getRuntime().availableProcessors() + 3;
    try (ExecutorService callers = Executors.newFixedThreadPool(teams)) {
      List<Future<?>> jobs = new ArrayList<>();
      for (int i = 0; i < teams; i++) {
        jobs.add(
            callers.submit(
                () -> {
                  try (Team team = new Team(size, Optional.empty())) {
                    checkJobs(team, 500);
                  }
                }));
      }
      for (Future<?> job : jobs) {
        job.get();
      }
    }
  }

  @Test
  void anExecutorThatShutsDownBetweenJobsLeavesTheWorkToTheCaller() {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    Team team = new Team(3, Optional.of(executor));
    checkJobs(team, 100);
    executor.close();
    checkJobs(team, 100);
  }

  @Test
  void teamsThatShareOneThreadOfAnExecutorAllFinish() throws Exception {
    int teams = 3;
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        ExecutorService callers = Executors.newFixedThreadPool(teams)) {
      List<Future<?>> jobs = new ArrayList<>();
      for (int i = 0; i < teams; i++) {
        Team team = new Team(4, Optional.of(executor));
        jobs.add(callers.submit(() -> checkJobs(team, 500)));
      }
      for (Future<?> job : jobs) {
        job.get();
      }
    }
  }

  private static long workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vgnet-worker-"))
        .count();
  }

  private static void checkJobs(Team team, int jobs) {
    for (int i = 0; i < jobs; i++) {
      Witness witness = new Witness(team.size(), 1 + i % 5, 0, 1, 13, 0, 0, 2, 64, 0);
      team.run(witness);
      witness.check();
    }
  }

  /** Does the same for each block of its only phase. */
  private static Job job(int blocks, Runnable block) {
    return new Job() {
      @Override
      public int phases() {
        return 1;
      }

      @Override
      public int blocks(int phase) {
        return blocks;
      }

      @Override
      public void run(int worker, int phase, int number) {
        block.run();
      }
    };
  }
}
