package dev.vgnet.cuda;

import static dev.vgnet.cuda.SampleModels.CLASSES;
import static dev.vgnet.cuda.SampleModels.images;
import static dev.vgnet.cuda.SampleModels.numbers;
import static dev.vgnet.cuda.SampleModels.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.DeviceTensor;
import dev.vgnet.Session;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.tensor.Shape;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What callers keep on the device. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class DeviceTensorTest {
  private static final Shape IMAGES = images(2, 8);
  private static final Shape LOGITS = Shape.of(2, CLASSES);

  private final SharedDevice device = new SharedDevice();
  private final Session session = device.session();

  @AfterEach
  void givesEverythingBack() {
    session.close();
    device.close();
  }

  @Test
  void computesTheSameAsFromTheHost() {
    float[] expected = run(session, 2, 8);
    try (DeviceTensor images = session.allocate(IMAGES);
        DeviceTensor logits = session.allocate(LOGITS)) {
      assertEquals(IMAGES, images.shape());
      images.write(numbers(IMAGES));
      session.run(images, logits);
      float[] found = new float[2 * CLASSES];
      logits.read(found);
      assertArrayEquals(expected, found);
    }
  }

  @Test
  void anyThreadMayUseIt() {
    float[] expected = run(session, 2, 8);
    DeviceTensor images = session.allocate(IMAGES);
    DeviceTensor logits = session.allocate(LOGITS);
    float[] found = new float[2 * CLASSES];
    CompletableFuture.runAsync(() -> images.write(numbers(IMAGES)))
        .thenRunAsync(() -> session.run(images, logits))
        .thenRunAsync(() -> logits.read(found))
        .thenRunAsync(images::close)
        .join();
    assertArrayEquals(expected, found);
  }

  @Test
  void refusesWrongShapes() {
    DeviceTensor images = session.allocate(IMAGES);
    DeviceTensor logits = session.allocate(LOGITS);
    DeviceTensor transposed = session.allocate(Shape.of(CLASSES, 2));
    assertThrows(IllegalArgumentException.class, () -> session.run(images, transposed));
    assertThrows(IllegalArgumentException.class, () -> session.run(logits, images));
    assertThrows(IllegalArgumentException.class, () -> images.write(new float[1]));
    assertThrows(IllegalArgumentException.class, () -> images.read(new float[1]));
    assertThrows(IllegalArgumentException.class, () -> session.allocate(Shape.of(2, 0)));
    assertThrows(
        IllegalArgumentException.class, () -> session.allocate(Shape.of(1 << 20, 1 << 20)));
  }

  @Test
  void refusesThatOfAnotherSession() {
    DeviceTensor images = session.allocate(IMAGES);
    DeviceTensor logits = session.allocate(LOGITS);
    try (Session other = device.session()) {
      DeviceTensor others = other.allocate(LOGITS);
      assertThrows(IllegalArgumentException.class, () -> session.run(images, others));
      assertThrows(IllegalArgumentException.class, () -> other.run(images, logits));
    }
  }

  @Test
  void refusesUseAfterClose() {
    DeviceTensor images = session.allocate(IMAGES);
    DeviceTensor logits = session.allocate(LOGITS);
    long both = device.usedBytes();
    images.close();
    images.close();
    assertTrue(device.usedBytes() < both);
    assertThrows(IllegalStateException.class, () -> images.write(numbers(IMAGES)));
    assertThrows(IllegalStateException.class, () -> images.read(numbers(IMAGES)));
    assertThrows(IllegalStateException.class, () -> session.run(images, logits));
  }

  @Test
  void endsWithItsSession() {
    DeviceTensor images = session.allocate(IMAGES);
    DeviceTensor logits = session.allocate(LOGITS);
    session.close();
    assertEquals(0, device.usedBytes());
    assertThrows(IllegalStateException.class, () -> images.write(numbers(IMAGES)));
    assertThrows(IllegalStateException.class, () -> session.run(images, logits));
    assertThrows(IllegalStateException.class, () -> session.allocate(IMAGES));
    images.close();
  }

  @Test
  void leavesTheSessionUsableWhereThereIsNoRoom() {
    float[] expected = run(session, 2, 8);
    int most = (int) (SharedDevice.CAPACITY / Float.BYTES);
    assertThrows(DeviceMemoryException.class, () -> session.allocate(Shape.of(most)));
    assertArrayEquals(expected, run(session, 2, 8));
    DeviceTensor all = session.allocate(Shape.of(most - (int) (device.usedBytes() / Float.BYTES)));
    assertThrows(DeviceMemoryException.class, () -> run(session, 4, 32));
    all.close();
    run(session, 4, 32);
    assertArrayEquals(expected, run(session, 2, 8));
  }
}
