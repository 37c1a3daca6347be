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
      dev.vgnet.zoo.DenseNet,
      dev.vgnet.zoo.EfficientNet,
      dev.vgnet.zoo.GhostNet,
      dev.vgnet.zoo.MnasNet,
      dev.vgnet.zoo.MobileNetV1,
      dev.vgnet.zoo.MobileNetV2,
      dev.vgnet.zoo.MobileNetV3,
      dev.vgnet.zoo.RegNet,
      dev.vgnet.zoo.ResNet,
      dev.vgnet.zoo.ShuffleNetV2,
      dev.vgnet.zoo.Vgg,
      dev.vgnet.zoo.Xception;

  opens dev.vgnet.cli to
      info.picocli;
}
