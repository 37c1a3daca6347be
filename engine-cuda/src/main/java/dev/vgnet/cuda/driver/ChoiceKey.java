package dev.vgnet.cuda.driver;

import java.util.Optional;

/**
 * What choices are kept for, beside the sources and options of the kernels: under another key they
 * are made anew.
 *
 * @param ways their version, as {@link Choices#WAYS}
 * @param driver the version of CUDA that the GPU's driver supports
 * @param compiler the version of the run-time compiler
 * @param cudnn its version; nothing where it is not used
 */
record ChoiceKey(int ways, Gpu gpu, Version driver, String compiler, Optional<String> cudnn) {}
