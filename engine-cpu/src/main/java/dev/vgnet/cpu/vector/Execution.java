package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import java.util.Arrays;

/**
 * One run after the other: a batch on its way through a program. As many images as there are whole
 * rounds of workers are computed by one worker each, in an arena of its own; for the rest, all
 * workers share each pass over one image. Reused, so that runs allocate nothing.
 */
final class Execution implements Job {
  /** Passes with less work than this are left to one worker. */
  private static final long LEAST_WORK = 10_000;

  /** Blocks a worker gets of a pass, so that one who is held up can be helped. */
  private static final int BLOCKS_PER_WORKER = 4;

  private static final float[] NO_ARENA = {};

  private final int workers;
  private final Workspace[] workspaces;
  private final float[][] arenas;

  /** The program whose zeros stand at the start of an arena. */
  private final Program[] zeroed;

  private Program program;
  private int[] blocks = new int[0];
  private float[] images;
  private int imageLength;
  private float[][] outputs;
  private int batch;
  private int wholeImages;

  Execution(int workers) {
    this.workers = workers;
    workspaces = new Workspace[workers];
    Arrays.setAll(workspaces, _ -> new Workspace());
    arenas = new float[workers][];
    Arrays.fill(arenas, NO_ARENA);
    zeroed = new Program[workers];
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
    for (int worker = 0; worker < workers; worker++) {
      prepareArena(worker);
      prepareWorkspace(workspaces[worker]);
    }
  }

  /** Lets go of the caller's arrays. */
  void end() {
    images = null;
    outputs = null;
    for (Workspace workspace : workspaces) {
      workspace.images = null;
      workspace.outputs = null;
    }
  }

  /** Frees the arenas. */
  void close() {
    Arrays.fill(arenas, NO_ARENA);
  }

  private void prepareArena(int worker) {
    if (worker > 0 && wholeImages == 0) {
      return;
    }
    int length = worker == 0 ? program.arenaLength(workers) : program.arenaLength(1);
    if (arenas[worker].length < length) {
      arenas[worker] = AlignedArrays.allocate(length);
      zeroed[worker] = null;
    }
    if (zeroed[worker] != program) {
      Arrays.fill(arenas[worker], 0, program.placement().zeros(), 0);
      zeroed[worker] = program;
    }
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
    return sharedFrom() + (batch - wholeImages) * program.passes().size();
  }

  @Override
  public int blocks(int phase) {
    return phase < sharedFrom() ? wholeImages : passBlocks(pass(phase));
  }

  @Override
  public void run(int worker, int phase, int block) {
    if (phase < sharedFrom()) {
      runImage(worker, block);
    } else {
      int image = wholeImages + (phase - sharedFrom()) / program.passes().size();
      runBlock(worker, image, pass(phase), block);
    }
  }

  /** The first phase in which all workers share an image. */
  private int sharedFrom() {
    return wholeImages > 0 ? 1 : 0;
  }

  private int pass(int phase) {
    return (phase - sharedFrom()) % program.passes().size();
  }

  /** How many blocks a pass has where the workers share it. */
  private int passBlocks(int index) {
    Pass pass = program.passes().get(index);
    return workers == 1 || pass.work() < LEAST_WORK
        ? 1
        : Math.min(pass.units(), BLOCKS_PER_WORKER * workers);
  }

  private void runImage(int worker, int image) {
    Workspace workspace = workspaces[worker];
    enter(workspace, image, arenas[worker], 0);
    for (int i = 0; i < program.passes().size(); i++) {
      Pass pass = program.passes().get(i);
      pass.run(workspace, 0, pass.units());
    }
  }

  private void runBlock(int worker, int image, int index, int block) {
    Workspace workspace = workspaces[worker];
    enter(workspace, image, arenas[0], worker);
    Pass pass = program.passes().get(index);
    long units = pass.units();
    int blocks = passBlocks(index);
    pass.run(workspace, (int) (units * block / blocks), (int) (units * (block + 1) / blocks));
  }

  private void enter(Workspace workspace, int image, float[] arena, int scratchOwner) {
    workspace.arena = arena;
    workspace.scratch = program.scratch(scratchOwner);
    workspace.image = image;
    workspace.imageOffset = image * imageLength;
  }

  /** One pass over one image, shared by all workers. */
  Job single(int image, int pass) {
    return new Job() {
      @Override
      public int phases() {
        return 1;
      }

      @Override
      public int blocks(int phase) {
        return passBlocks(pass);
      }

      @Override
      public void run(int worker, int phase, int block) {
        runBlock(worker, image, pass, block);
      }
    };
  }
}
