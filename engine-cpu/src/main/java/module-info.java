/** The Vector API backend and the scalar reference backend. */
module dev.vgnet.cpu {
  requires transitive dev.vgnet.core;
  requires jdk.incubator.vector;

  exports dev.vgnet.cpu.reference;

  provides dev.vgnet.runtime.Backend with
      dev.vgnet.cpu.reference.ReferenceBackend,
      dev.vgnet.cpu.vector.VectorBackend;
}
