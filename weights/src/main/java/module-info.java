/** PyTorch checkpoint reader, network zoo, ONNX export and the vgnet command. */
@SuppressWarnings("requires-automatic") // The layouter, the ONNX classes and protobuf are none.
module dev.vgnet.weights {
  requires transitive dev.vgnet.core;
  requires com.fasterxml.jackson.jr.ob;
  requires java.xml;
  requires static com.google.protobuf;
  requires static info.picocli;
  requires static me.tongfei.progressbar;
  requires static org.eclipse.elk.alg.layered;
  requires static org.eclipse.elk.core;
  requires static org.eclipse.elk.graph;
  requires static org.eclipse.emf.common;
  requires static org.tribuo.util.onnx;

  exports dev.vgnet.onnx;
  exports dev.vgnet.torch;
  exports dev.vgnet.zoo;

  uses dev.vgnet.zoo.Family;

  provides dev.vgnet.zoo.Family with
      dev.vgnet.zoo.family.DenseNet,
      dev.vgnet.zoo.family.EfficientNet,
      dev.vgnet.zoo.family.GhostNet,
      dev.vgnet.zoo.family.MnasNet,
      dev.vgnet.zoo.family.MobileNetV1,
      dev.vgnet.zoo.family.MobileNetV2,
      dev.vgnet.zoo.family.MobileNetV3,
      dev.vgnet.zoo.family.RegNet,
      dev.vgnet.zoo.family.ResNet,
      dev.vgnet.zoo.family.ShuffleNetV2,
      dev.vgnet.zoo.family.Vgg,
      dev.vgnet.zoo.family.Xception;

  opens dev.vgnet.cli to
      info.picocli;
}
