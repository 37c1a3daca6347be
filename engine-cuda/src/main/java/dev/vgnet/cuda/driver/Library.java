package dev.vgnet.cuda.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A shared library of NVIDIA's, by the name under which other libraries ask for it. */
enum Library {
  DRIVER("driver", "libcuda.so.1"),
  RUNTIME("CUDA runtime", "libcudart.so.13"),
  NVRTC("run-time compiler", "libnvrtc.so.13"),
  CUBLAS_LT("cuBLAS's core", "libcublasLt.so.13", "only cuDNN's bindings need it"),
  CUBLAS("cuBLAS", "libcublas.so.13", "only cuDNN's bindings need it"),
  CUDNN("cuDNN", "libcudnn.so.9", "own kernels do its work");

  private final String title;
  private final String file;

  /** What it means that it is missing, where most works without it. */
  private final Optional<String> lack;

  Library(String title, String file) {
    this.title = title;
    this.file = file;
    lack = Optional.empty();
  }

  Library(String title, String file, String lack) {
    this.title = title;
    this.file = file;
    this.lack = Optional.of(lack);
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
    return lack.isEmpty();
  }

  /** That it is missing, and what that means. */
  String missing() {
    return file + " not found" + lack.map(text -> "; optional: " + text).orElse("");
  }

  /** The first of some folders that holds it. */
  Optional<Path> find(List<Path> folders) {
    return folders.stream()
        .map(folder -> folder.resolve(file))
        .filter(Files::isReadable)
        .findFirst();
  }
}
