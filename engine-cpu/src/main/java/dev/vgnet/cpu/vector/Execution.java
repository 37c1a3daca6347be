package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import java.util.Arrays;
import java.util.List;

/**
 * One run after the other: a batch on its way through a program. As many images as there are whole
 * rounds of workers are computed by one worker each, in an arena of its own; for the rest, all
 * workers share each stage of one image. Reused, so that runs allocate nothing.
 */
final class Execution implements Job {
  private static final float[] NO_ARENA = {};

  private final int workers;
  private final Workspace[] workspaces;
  private final float[][] arenas;

  /** The program whose zeros stand at the start of an arena. */
  private final Program[] zeroed;

  private Program program;
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

  /** Frees the arenas, and the programs with the weights that they hold. */
  void close() {
    Arrays.fill(arenas, NO_ARENA);
    Arrays.fill(zeroed, null);
    program = null;
  }

  private void prepareArena(int worker) {
    if (worker > 0 && wholeImages == 0) {
      return;
    }
    int length = worker == 0 ? program.arenaLength(workers) : program.arenaLength(1);
    if (arenas[worker].length < length) {
      zeroed[worker] = null;
      arenas[worker] = NO_ARENA; // so that the old one need not fit in the heap beside the new one
      arenas[worker] = AlignedArrays.allocate(length);
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
    return sharedFrom() + (batch - wholeImages) * program.stages().size();
  }

  @Override
  public int blocks(int phase) {
    return phase < sharedFrom() ? wholeImages : stage(phase).blocks();
  }

  @Override
  public void run(int worker, int phase, int block) {
    if (phase < sharedFrom()) {
      runImage(worker, block);
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

  private void runImage(int worker, int image) {
    Workspace workspace = workspaces[worker];
    enter(workspace, image, arenas[worker], 0);
    for (int i = 0; i < program.passes().size(); i++) {
      Pass pass = program.passes().get(i);
      pass.run(workspace, 0, pass.units());
    }
  }

  private void runBlock(int worker, int image, Stage stage, int block) {
    Workspace workspace = workspaces[worker];
    enter(workspace, image, arenas[0], worker);
    stage.run(workspace, block);
  }

  private void enter(Workspace workspace, int image, float[] arena, int scratchOwner) {
    workspace.arena = arena;
    workspace.scratch = program.scratch(scratchOwner);
    workspace.image = image;
    workspace.imageOffset = image * imageLength;
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
