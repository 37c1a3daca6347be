package dev.vgnet.cuda.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A shared library of NVIDIA's, by the name under which other libraries ask for it. */
enum Library {
  DRIVER("driver", "libcuda.so.1", true),
  RUNTIME("CUDA runtime", "libcudart.so.13", true),
  NVRTC("run-time compiler", "libnvrtc.so.13", true),
  CUDNN("cuDNN", "libcudnn.so.9", false);

  private final String title;
  private final String file;
  private final boolean needed;

  Library(String title, String file, boolean needed) {
    this.title = title;
    this.file = file;
    this.needed = needed;
  }

  /** What people call it. */
  String title() {
    return title;
  }

  /** The name of its file, whose number is the version of its interface. */
  String file() {
    return file;
  }

  /** Whether nothing works without it. */
  boolean needed() {
    return needed;
  }

  /** The first of some folders that holds it. */
  Optional<Path> find(List<Path> folders) {
    return folders.stream()
        .map(folder -> folder.resolve(file))
        .filter(Files::isReadable)
        .findFirst();
  }
}
