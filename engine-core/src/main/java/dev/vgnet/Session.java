package dev.vgnet;

import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.ImageShapeException;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A model made ready for one device. Every method may be called from any thread; runs are served
 * one after the other in the order they arrive, each with all threads of the session (open several
 * sessions to run several at a time: they share the model). A run from within a run, as of a task
 * that the {@linkplain SessionOptions.Builder#executor executor} runs in the calling thread, is
 * refused with an {@link IllegalStateException}, and so is all else that would have to wait for the
 * run to end. Images are {@code [N, C, H, W]}, row-major float32; batch and size may differ from
 * run to run.
 *
 * <p>Runs are not interruptible: an interrupt ends neither a run nor the wait for one, and the
 * thread stays interrupted. A {@linkplain #warmUp(Shape) warm-up} is: it ends early.
 *
 * <p>Memory grows with the largest image that is run: feature maps take a small multiple of it. On
 * the CPU they lie in arrays of 4 MiB or more, each with room for one image: a single one for all
 * threads, or up to four a thread if batches are run. They are kept until the session is closed.
 * Sizes that no array can hold are refused; one that the heap cannot hold ends in {@link
 * OutOfMemoryError}. Who lets others choose the size bounds it.
 *
 * <p>A session has to be closed. Of one that is forgotten, the threads end some time after it was
 * collected as garbage, but the memory of a GPU stays taken as long as the process lives.
 */
public final class Session implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Session.class.getName());

  private final Model model;
  private final Backend backend;
  private final CompiledModel compiled;
  private final OutputShapes outputShapes;
  private final ReentrantLock lock = new ReentrantLock(true);

  /** What the run in flight writes to. Guarded by the lock. */
  private final float[][] outputs = new float[1][];

  /** Whether what the session holds has been freed. Guarded by the lock. */
  private boolean freed;

  private volatile boolean closed;

  private Session(Model model, Backend backend, CompiledModel compiled) {
    this.model = model;
    this.backend = backend;
    this.compiled = compiled;
    this.outputShapes = new OutputShapes(model);
  }

  static Session open(Model model, SessionOptions options) {
    return open(model, options, device -> Backends.choose(device, options.backend()));
  }

  /**
   * Where the device is left to the engine, one that is there but cannot be opened, such as a GPU
   * whose memory others have taken, gives way to the CPU.
   */
  static Session open(Model model, SessionOptions options, Function<Device, Backend> backends) {
    Backend best = backends.apply(options.device());
    try {
      return open(model, best, options);
    } catch (DeviceUnavailableException | DeviceFailedException | DeviceMemoryException e) {
      boolean isChosen = options.device() != Device.AUTO || options.backend().isPresent();
      if (isChosen || best.device() == Device.CPU) {
        throw e;
      }
      Backend other = backends.apply(Device.CPU);
      LOGGER.log(Level.WARNING, "backend %s cannot be opened".formatted(best.name()), e);
      return open(model, other, options);
    }
  }

  static Session open(Model model, Backend backend, SessionOptions options) {
    CompileOptions compileOptions =
        new CompileOptions(options.threads(), options.executor(), options.precision());
    return new Session(
        model, backend, backend.compile(model.graph(), model.tensors(), compileOptions));
  }

  /** The model this session runs. */
  public Model model() {
    return model;
  }

  /** The device it runs on; never {@link Device#AUTO}. */
  public Device device() {
    return backend.device();
  }

  /** The name of the backend it runs on. */
  public String backend() {
    return backend.name();
  }

  /**
   * The shape of what {@link #run} returns for an input. Waits for no run.
   *
   * @param input {@code [N, C, H, W]}
   * @throws ImageShapeException if the network does not accept it
   * @throws IllegalStateException if the session is closed
   */
  public Shape outputShape(Shape input) {
    requireOpen();
    return outputShapes.of(input);
  }

  /**
   * Computes the network's output, such as {@code [N, classes]} logits.
   *
   * @param input {@code [N, C, H, W]}; any type of number, rounded to float32
   * @throws ImageShapeException if the network does not accept its shape
   * @throws dev.vgnet.error.UnsupportedModelException if the backend cannot run the network on
   *     images of this size
   * @throws IllegalStateException if the session is closed
   */
  public Tensor run(Tensor input) {
    Shape output = outputShape(input.shape());
    float[] values = new float[Math.toIntExact(output.elementCount())];
    compute(input.shape(), input.toFloatArray(), values);
    return Tensor.of(output, values);
  }

  /**
   * As {@link #run(Tensor)}, from and to arrays of the caller. Once kernels are compiled, as after
   * {@link #warmUp(Shape)}, nothing is allocated while no more than eight shapes take turns, but
   * for what an {@linkplain SessionOptions.Builder#executor executor} of the caller's allocates.
   *
   * <p>On the CPU, runs of the first seconds take about twice their time, on the caller's thread,
   * to get its code compiled, and single ones, of small networks, some tenths of a second; after
   * {@link #warmUp(Shape)} none does. Results are the same to the bit.
   *
   * <p>Weights are kept as the kernels read them, which for some image sizes is another order than
   * for others: a session that meets many sizes holds several copies of them until it is closed.
   *
   * @param shape {@code [N, C, H, W]}
   * @param images at least as many numbers as {@code shape} says
   * @param output another array, of at least as many numbers as {@link #outputShape} says
   * @throws IllegalArgumentException if the network does not accept the shape, or an array is too
   *     short, or both are the same
   * @throws dev.vgnet.error.UnsupportedModelException as above
   * @throws IllegalStateException if the session is closed
   */
  public void run(Shape shape, float[] images, float[] output) {
    Shape outputShape = outputShape(shape);
    requireLength("images", images.length, shape);
    requireLength("output", output.length, outputShape);
    requireApart(images, output);
    compute(shape, images, output);
  }

  private void compute(Shape shape, float[] images, float[] output) {
    hold();
    try {
      requireOpen();
      outputs[0] = output;
      compiled.run(shape, images, outputs);
    } finally {
      outputs[0] = null;
      lock.unlock();
    }
  }

  /**
   * Takes memory of the device for images or outputs that stay there from run to run. What is in it
   * is undefined until it is written to or run into.
   *
   * @throws dev.vgnet.error.DeviceMemoryException if there is not enough; the session remains
   *     usable
   * @throws IllegalArgumentException if the shape has no numbers, or more than an array
   * @throws IllegalStateException if the session is closed
   * @throws UnsupportedOperationException if the device is the CPU, whose memory is that of arrays
   */
  public DeviceTensor allocate(Shape shape) {
    if (shape.elementCount() < 1 || !shape.fitsInArray()) {
      throw new IllegalArgumentException("no room for " + shape);
    }
    return locked(
        () -> new DeviceTensor(this, shape, compiled.allocate((int) shape.elementCount())));
  }

  /**
   * As {@link #run(Tensor)}, without copies between host and device. Done when this returns.
   *
   * @param images {@code [N, C, H, W]}, of this session
   * @param output another tensor, of the {@link #outputShape}, of this session
   * @throws IllegalArgumentException if the network does not accept the shapes, or a tensor is of
   *     another session, or both are the same
   * @throws IllegalStateException if the session or a tensor is closed
   */
  public void run(DeviceTensor images, DeviceTensor output) {
    Shape expected = outputShape(images.shape());
    if (!output.shape().equals(expected)) {
      throw new IllegalArgumentException(
          "expected an output %s, found %s".formatted(expected, output.shape()));
    }
    requireApart(images, output);
    locked(
        () -> {
          compiled.run(images.shape(), images.open(this), output.open(this));
          return null;
        });
  }

  /**
   * As {@link #warmUp(Shape)}, with images of the model's own size.
   *
   * @param batch images a run, as in the runs to come
   */
  public WarmUp warmUp(int batch) {
    int size = model.metadata().preprocessing().crop();
    return warmUp(Shape.of(batch, model.graph().inputChannels(), size, size));
  }

  /**
   * Has the device prepare what it can, then runs on blank images until runs stop getting faster,
   * some tenths of a second at the least and half a minute at the most (but for the run that is
   * under way then), so that the first real run is as fast as the thousandth. Never needed; a
   * service calls it before it takes requests. If its thread is interrupted it ends early, and says
   * that runs are not steady yet; the thread stays interrupted.
   *
   * @param input {@code [N, C, H, W]}, as in the runs to come
   * @throws ImageShapeException if the network does not accept it
   * @throws IllegalStateException if the session is closed
   */
  public WarmUp warmUp(Shape input) {
    return WarmUp.of(this, input);
  }

  /**
   * How this session runs images of a shape.
   *
   * @param input {@code [N, C, H, W]}
   * @throws ImageShapeException if the network does not accept it
   * @throws IllegalStateException if the session is closed
   */
  public ExecutionReport report(Shape input) {
    outputShape(input); // refuses what the network does not accept
    return locked(() -> compiled.report(input));
  }

  /**
   * Runs once and measures each step of {@link #report}, in nanoseconds.
   *
   * @param input {@code [N, C, H, W]}
   * @throws ImageShapeException if the network does not accept its shape
   * @throws IllegalStateException if the session is closed
   */
  public long[] profile(Tensor input) {
    outputShape(input.shape()); // refuses what the network does not accept
    float[] images = input.toFloatArray();
    return locked(() -> compiled.profile(input.shape(), images));
  }

  /**
   * Frees what the session holds, after the run in flight has ended. May be called twice. Later
   * runs, and those that wait for their turn, throw {@link IllegalStateException}.
   */
  @Override
  public void close() {
    requireOutsideOfRun();
    closed = true; // before the wait: who is ahead of this in the queue is refused, too
    lock.lock();
    try {
      if (!freed) {
        freed = true;
        compiled.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets the device make later runs faster; whether it has done all it can.
   *
   * @param input that the network accepts
   */
  boolean prepare(Shape input, long nanos) {
    return locked(() -> compiled.prepare(input, nanos));
  }

  /** Does something with the session held, unless it is closed. */
  void ifOpen(Runnable action) {
    hold();
    try {
      if (!closed) {
        action.run();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Does something with the session held; it must be open, and still be when it is its turn. */
  <T> T locked(Supplier<T> action) {
    requireOpen();
    hold();
    try {
      requireOpen();
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no other thread uses the session; to be ended with {@code lock.unlock()}. */
  private void hold() {
    requireOutsideOfRun();
    lock.lock();
  }

  private void requireOutsideOfRun() {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "called from within a run of the same session: its executor runs tasks in the caller");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  /** Outputs of the first images of a batch would be written over the last images. */
  private static void requireApart(Object images, Object output) {
    if (images == output) {
      throw new IllegalArgumentException("images and output are in the same place");
    }
  }

  private static void requireLength(String what, int length, Shape shape) {
    if (length < shape.elementCount()) {
      throw new IllegalArgumentException("%s: %d numbers for %s".formatted(what, length, shape));
    }
  }
}
