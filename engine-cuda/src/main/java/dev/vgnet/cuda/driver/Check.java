package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuGetErrorName;
import static org.bytedeco.cuda.global.cudart.cuGetErrorString;

import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Turns the numbers that CUDA's functions return into exceptions. */
final class Check {
  private Check() {}

  /**
   * Requires that a call went well.
   *
   * @param action what was tried, for the message
   */
  static void success(int result, String action) {
    if (result == CUDA_ERROR_OUT_OF_MEMORY) {
      throw new DeviceMemoryException(action + ": " + describe(result));
    }
    if (result != CUDA_SUCCESS) {
      throw new DeviceFailedException(action + ": " + describe(result));
    }
  }

  /** Such as {@code CUDA_ERROR_NO_DEVICE (no CUDA-capable device is detected)}. */
  static String describe(int result) {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1);
        PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
      if (cuGetErrorName(result, name) != CUDA_SUCCESS
          || cuGetErrorString(result, text) != CUDA_SUCCESS) {
        return "CUDA error " + result;
      }
      return "%s (%s)"
          .formatted(
              name.get(BytePointer.class).getString(), text.get(BytePointer.class).getString());
    }
  }
}
