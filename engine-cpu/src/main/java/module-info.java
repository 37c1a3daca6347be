/** The Vector API backend and the scalar reference backend. */
module dev.vgnet.cpu {
  requires transitive dev.vgnet.core;

  exports dev.vgnet.cpu.reference;
}
