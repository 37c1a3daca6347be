/** PyTorch checkpoint reader, network zoo and the vgnet command. */
module dev.vgnet.weights {
  requires transitive dev.vgnet.core;
  requires com.fasterxml.jackson.jr.ob;
  requires static info.picocli;
  requires static me.tongfei.progressbar;

  exports dev.vgnet.torch;
  exports dev.vgnet.zoo;

  opens dev.vgnet.cli to
      info.picocli;
}
