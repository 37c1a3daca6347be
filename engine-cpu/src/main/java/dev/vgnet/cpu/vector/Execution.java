package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.Workspace;
import java.util.Arrays;
import java.util.List;

/**
 * One run after the other: a batch on its way through a program. As many images as there are whole
 * rounds of workers are computed by one worker each, in arenas of its own, a group of images at a
 * time; for the rest, all workers share each stage of one image. Reused, so that runs allocate
 * nothing.
 */
final class Execution implements Job {
  /** The most images of a group: weights come from beyond the cache for one image in four. */
  private static final int MAX_GROUP = 4;

  /**
   * Floats of a worker's arenas together, one for each image of a group: large maps, few images.
   */
  private static final int MAX_ARENAS = 1 << 24;

  private final int workers;
  private final Workspace[] workspaces;
  private final WorkerArenas arenas;

  private Program program;
  private float[] images;
  private int imageLength;
  private float[][] outputs;
  private int batch;
  private int wholeImages;
  private int groups;

  /** The first image of each group, and the end of the last one. */
  private int[] starts = new int[1];

  Execution(int workers) {
    this.workers = workers;
    workspaces = new Workspace[workers];
    Arrays.setAll(workspaces, _ -> new Workspace());
    arenas = new WorkerArenas(workers, MAX_GROUP);
  }

  /**
   * Makes ready for {@link #phases} of work.
   *
   * @param imageLength the numbers of an image
   */
  void begin(Program program, int batch, int imageLength, float[] images, float[][] outputs) {
    this.program = program;
    this.batch = batch;
    this.imageLength = imageLength;
    this.images = images;
    this.outputs = outputs;
    wholeImages = batch - batch % workers;
    makeGroups(wholeImages / workers);
    arenas.prepareShared(program);
    if (wholeImages > 0) {
      arenas.prepare(program, groupSize(wholeImages / workers));
    }
    for (Workspace workspace : workspaces) {
      prepareWorkspace(workspace);
    }
  }

  /**
   * The images of the next group: no more than half of those left, if there are other workers. So
   * groups get small towards the end, one that is held up can be helped, and nobody waits for long.
   *
   * @param left to its worker
   */
  private int groupSize(int left) {
    if (!program.hasTail()) {
      return 1;
    }
    int wanted = workers == 1 ? left : left / 2;
    return Math.clamp(Math.min(wanted, MAX_ARENAS / program.arenaLength(1)), 1, MAX_GROUP);
  }

  /**
   * @param images of each worker
   */
  private void makeGroups(int images) {
    if (starts.length <= wholeImages) {
      starts = new int[wholeImages + 1];
    }
    groups = 0;
    for (int worker = 0; worker < workers; worker++) {
      for (int left = images; left > 0; groups++) {
        int size = groupSize(left);
        left -= size;
        starts[groups + 1] = starts[groups] + size;
      }
    }
  }

  /** Lets go of the caller's arrays, and leaves the arenas to those that keep them. */
  void release() {
    images = null;
    outputs = null;
    for (Workspace workspace : workspaces) {
      workspace.arena = null;
      workspace.images = null;
      workspace.outputs = null;
    }
  }

  /** Frees the arenas, and the programs with the weights that they hold. */
  void close() {
    arenas.clear();
    program = null;
  }

  private void prepareWorkspace(Workspace workspace) {
    workspace.images = images;
    workspace.outputs = outputs;
    if (workspace.offsets.length < program.offsets()) {
      workspace.offsets = new int[program.offsets()];
    }
  }

  @Override
  public int phases() {
    return sharedFrom() + (batch - wholeImages) * program.stages().size();
  }

  @Override
  public int blocks(int phase) {
    return phase < sharedFrom() ? groups : stage(phase).blocks();
  }

  @Override
  public void run(int worker, int phase, int block) {
    if (phase < sharedFrom()) {
      runGroup(worker, starts[block], starts[block + 1]);
    } else {
      int image = wholeImages + (phase - sharedFrom()) / program.stages().size();
      runBlock(worker, image, stage(phase), block);
    }
  }

  /** The first phase in which all workers share an image. */
  private int sharedFrom() {
    return wholeImages > 0 ? 1 : 0;
  }

  private Stage stage(int phase) {
    return program.stages().get((phase - sharedFrom()) % program.stages().size());
  }

  /** The first passes image by image, in one arena; the others in turns, each in its own. */
  private void runGroup(int worker, int from, int to) {
    Workspace workspace = workspaces[worker];
    Tail tail = program.tail();
    for (int image = from; image < to; image++) {
      enter(workspace, image, arenas.get(worker, 0), 0);
      for (int i = 0; i < tail.firstPass(); i++) {
        Pass pass = program.passes().get(i);
        pass.run(workspace, 0, pass.units());
      }
      if (image < to - 1) {
        tail.carry(workspace.arena, arenas.get(worker, to - 1 - image));
      }
    }
    for (int i = tail.firstPass(); i < program.passes().size(); i++) {
      runInTurns(worker, program.passes().get(i), from, to);
    }
  }

  private void runInTurns(int worker, Pass pass, int from, int to) {
    Workspace workspace = workspaces[worker];
    long units = pass.units();
    int turns = to - from == 1 ? 1 : pass.turns();
    for (int turn = 0; turn < turns; turn++) {
      int first = (int) (units * turn / turns);
      int end = (int) (units * (turn + 1) / turns);
      for (int image = from; image < to; image++) {
        enter(workspace, image, arenas.get(worker, to - 1 - image), 0);
        pass.run(workspace, first, end);
      }
    }
  }

  private void runBlock(int worker, int image, Stage stage, int block) {
    Workspace workspace = workspaces[worker];
    enter(workspace, image, arenas.get(0, 0), worker);
    stage.run(workspace, block);
  }

  /**
   * Writes nothing that is so already: the workspaces of two workers may share a cache line, which
   * would have to come back from the other one's processor.
   */
  private void enter(Workspace workspace, int image, float[] arena, int scratchOwner) {
    int scratch = program.scratch(scratchOwner);
    if (workspace.arena != arena || workspace.scratch != scratch || workspace.image != image) {
      workspace.arena = arena;
      workspace.scratch = scratch;
      workspace.image = image;
      workspace.imageOffset = image * imageLength;
    }
  }

  /** Where the maps of an image lie that all workers share. */
  float[] sharedArena() {
    return arenas.get(0, 0);
  }

  /** Some stages of the program for one image, shared by all workers. */
  Job part(int image, List<Stage> stages) {
    return new Job() {
      @Override
      public int phases() {
        return stages.size();
      }

      @Override
      public int blocks(int phase) {
        return stages.get(phase).blocks();
      }

      @Override
      public void run(int worker, int phase, int block) {
        runBlock(worker, image, stages.get(phase), block);
      }
    };
  }
}
