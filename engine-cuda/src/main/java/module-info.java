/** The backend for NVIDIA GPUs. */
module dev.vgnet.cuda {
  requires transitive dev.vgnet.core;
  requires org.bytedeco.cuda;

  provides dev.vgnet.runtime.Backend with
      dev.vgnet.cuda.CudaBackend;
}
