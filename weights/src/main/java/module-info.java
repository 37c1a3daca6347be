/** PyTorch checkpoint reader, network zoo and the vgnet command. */
module dev.vgnet.weights {
  requires transitive dev.vgnet.core;

  exports dev.vgnet.torch;
  exports dev.vgnet.zoo;
}
