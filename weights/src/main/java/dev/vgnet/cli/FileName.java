package dev.vgnet.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a file on a command line; refuses what hardly can be meant as one. */
final class FileName implements ITypeConverter<Path> {
  @Override
  public Path convert(String name) {
    if (name.isEmpty()) {
      throw new TypeConversionException("the name of the file is empty");
    }
    if (name.equals("-")) {
      throw new TypeConversionException(
          "'-' stands for no stream here: a file of that name is ./-, and pictures may come from"
              + " /dev/stdin");
    }
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
