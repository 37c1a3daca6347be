package dev.vgnet.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest, and the Java it runs on. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "vgnet " + (version == null ? "(development build)" : version),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")
    };
  }
}
