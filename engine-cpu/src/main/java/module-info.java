/** The Vector API backend and the scalar reference backend. */
module dev.vgnet.cpu {
  requires dev.vgnet.core;
}
