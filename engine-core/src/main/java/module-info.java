/** Tensors, graph, plan, weight file, sessions and image preprocessing. */
module dev.vgnet.core {
  requires com.fasterxml.jackson.jr.ob;
  requires transitive java.desktop;
  requires transitive jdk.jfr;

  exports dev.vgnet;
  exports dev.vgnet.error;
  exports dev.vgnet.graph;
  exports dev.vgnet.image;
  exports dev.vgnet.model;
  exports dev.vgnet.plan;
  exports dev.vgnet.runtime;
  exports dev.vgnet.tensor;

  uses dev.vgnet.runtime.Backend;
}
