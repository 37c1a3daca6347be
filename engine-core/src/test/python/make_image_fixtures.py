"""Draws the small pictures that the image tests read, and what PIL and torchvision make of them.

    python3 make_image_fixtures.py ../resources/dev/vgnet/image

Written with PIL 9.4 (libjpeg-turbo 2.1) and torchvision 0.14, but for the pictures of
`write_later_pictures`: with PIL 12.3 (libjpeg-turbo 3.1). `read/` holds pictures in many
formats, `upright/` the same as ImageOps.exif_transpose(Image.open(f)).convert("RGB") gives them;
`resized/` holds Image.resize, `cropped/` Resize and CenterCrop, and `normalised.f32` the float32
numbers of one more ToTensor and Normalize. File names carry the parameters.
"""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps
from torchvision import transforms
from torchvision.transforms import InterpolationMode

EXIF_ORIENTATION = 0x0112
FORMATS = {1: "B", 3: "H", 4: "I", 8: "h", 9: "i"}  # of the types of TIFF's numbers
FILTERS = {
    "bilinear": (Image.Resampling.BILINEAR, InterpolationMode.BILINEAR),
    "bicubic": (Image.Resampling.BICUBIC, InterpolationMode.BICUBIC),
}


def scene(width, height, channels=3, seed=0):
    """Waves, hard edges that make a cubic filter overshoot, and a little noise; 0..255 floats."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        wave = 127 + 90 * np.sin(x / (5 + c) + c) + 60 * np.cos(y / (9 - c) + x / 31)
        edges = np.where((x // 23 + y // 17 + c) % 4 == 0, 255 * ((x + y) % 2), wave)
        planes.append(edges + rng.integers(-3, 4, edges.shape))
    return np.clip(np.stack(planes, -1), 0, 255)


def picture(width, height, mode="RGB", seed=0):
    channels = len(Image.new(mode, (1, 1)).getbands())
    array = scene(width, height, channels, seed).astype(np.uint8)
    return Image.fromarray(array[..., 0] if channels == 1 else array, mode)


def png(width, height, depth, colour, rows, chunks=()):
    """A PNG file of kinds that PIL does not write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))

    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)), *chunks,
             (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def gif(screen, frame, indices, palette=b"", local=b"", transparent=None):
    """A GIF file whose frame (left, top, width, height) does not fill its screen."""

    def table(colours):
        return 0x80 | (len(colours) // 3).bit_length() - 2 if colours else 0

    bits, length, packed = 0, 0, bytearray()
    for code in [c for index in indices for c in (8, index)] + [9]:  # never longer than 4 bits
        bits |= code << length
        length += 4
        while length >= 8 or code == 9 and length > 0:
            packed.append(bits & 255)
            bits, length = bits >> 8, length - 8
    control = b""
    if transparent is not None:
        control = struct.pack("<4BHBB", 33, 249, 4, 1, 0, transparent, 0)
    return (b"GIF89a" + struct.pack("<HH3B", *screen, table(palette), 1, 0) + palette
            + control + b"," + struct.pack("<4HB", *frame, table(local)) + local
            + bytes([3, len(packed)]) + packed + b"\0;")


def jpeg(image, **options):
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def tall_jpeg(seed):
    """4:4:0, which PIL does not write: the blocks of a 4:2:2 picture as they would lie if turned."""
    out = bytearray(jpeg(picture(64, 24, seed=seed), quality=90, subsampling=1))
    frame = out.index(b"\xff\xc0")
    assert out[frame + 11] == 0x21
    out[frame + 5:frame + 9] = struct.pack(">HH", 45, 29)  # as many blocks, the last ones cut
    out[frame + 11] = 0x12
    return bytes(out)


def bmp_16bit(green_bits):
    """A BMP file that PIL does not write, with each value of each colour."""
    x = np.arange(64)
    pixels = x % 32 << 5 + green_bits | x % (1 << green_bits) << 5 | 31 - x % 32
    masks = struct.pack("<3I", 31 << 5 + green_bits, (1 << green_bits) - 1 << 5, 31)
    data = pixels.astype("<u2").tobytes()
    return (b"BM" + struct.pack("<IHHI", 66 + len(data), 0, 0, 66)
            + struct.pack("<IiiHHIIiiII", 40, 64, 1, 1, 16, 3, len(data), 2835, 2835, 0, 0)
            + masks + data)


def orientation_tags(kind, *values):
    """EXIF tags of nothing but the orientation, as numbers of one of TIFF's types."""
    packed = struct.pack(f">{len(values)}{FORMATS[kind]}", *values)
    entry = struct.pack(">HHI", EXIF_ORIENTATION, kind, len(values))
    if len(packed) > 4:
        return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">II", 26, 0) + packed
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + packed.ljust(4, b"\0") + bytes(4)


def without_jfif(data):
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + struct.unpack(">H", data[4:6])[0]:]


def with_adobe(data, transform):
    segment = b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform)
    return data[:2] + b"\xff\xee" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


def with_component_ids(data, ids):
    out = bytearray(data)
    frame = data.index(b"\xff\xc0")
    scan = data.index(b"\xff\xda")
    for i, value in enumerate(ids):
        out[frame + 10 + 3 * i] = value
        out[scan + 5 + 2 * i] = value
    return bytes(out)


def swapped_profile():
    """An ICC profile in which red and blue change places: who applies it is found out."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # without the date, to be the same always
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


def exif(orientation):
    tags = Image.Exif()
    tags[EXIF_ORIENTATION] = orientation
    return tags


def saver(folder):
    def save(name, data, **options):
        if isinstance(data, bytes):
            (folder / name).write_bytes(data)
        else:
            data.save(folder / name, **options)

    return save


def write_later_pictures(folder):
    save = saver(folder)
    save("ycc_440.jpg", tall_jpeg(seed=1))
    coloured = picture(24, 15).quantize(40)
    save("palette.tif", coloured)
    with_alpha = coloured.convert("PA")
    with_alpha.putalpha(picture(24, 15, "L", seed=2))
    save("palette_alpha.tif", with_alpha)
    save("rgb_555.bmp", bmp_16bit(5))
    save("rgb_565.bmp", bmp_16bit(6))
    small = [row.tobytes() for row in np.asarray(picture(5, 3))]
    for name, tags in {
        "byte": orientation_tags(1, 6),
        "shorts": orientation_tags(3, 6, 1, 1),
        "long": orientation_tags(4, 6),
        "signed_short": orientation_tags(8, 6),
        "signed_long": orientation_tags(9, 6),
        "prefixed": b"Exif\0\0" + orientation_tags(3, 6),
    }.items():
        save(f"orientation_{name}.png", png(5, 3, 8, 2, small, [(b"eXIf", tags)]))


def write_pictures(folder):
    save = saver(folder)
    rgb = picture(61, 47)
    save("rgb.png", rgb)
    save("grey.png", picture(61, 47, "L"))
    save("grey_alpha.png", picture(61, 47, "LA"))
    save("rgb_alpha.png", picture(61, 47, "RGBA"))
    save("palette.png", rgb.quantize(200))
    save("palette_4bit.png", rgb.quantize(13), bits=4)
    save("palette_transparent.png", rgb.quantize(100), transparency=7)
    save("black_white.png", picture(61, 47, "L").convert("1"))
    save("colour_profile.png", rgb, icc_profile=swapped_profile())
    save("orientation_6.png", picture(24, 15), exif=exif(6))
    wide = (scene(61, 47) * 257).astype(">u2")
    save("rgb_16bit.png", png(61, 47, 16, 2, [row.tobytes() for row in wide]))
    save("grey_16bit.png", png(61, 47, 16, 0, [row.tobytes() for row in wide[..., 0]]))
    save("grey_4bit.png", png(62, 47, 4, 0, [
        bytes(row[::2] // 16 * 16 + row[1::2] // 16)
        for row in scene(62, 47)[..., 0].astype(np.uint8)]))
    save("rgb_transparent.png", png(61, 47, 8, 2, [row.tobytes() for row in np.asarray(rgb)],
                                    [(b"tRNS", struct.pack(">HHH", *rgb.getpixel((5, 5))))]))
    save("one_pixel.png", picture(1, 1))

    save("palette.gif", rgb.quantize(100))
    colours, others = bytes(range(10, 250, 10)), bytes(range(250, 10, -10))
    indices = [1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4]
    for name, data in {
        "offset": gif((9, 7), (3, 2, 4, 3), indices, colours),
        "offset_transparent": gif((9, 7), (3, 2, 4, 3), indices, colours, transparent=5),
        "offset_local": gif((9, 7), (5, 4, 4, 3), indices, colours, others),
        "offset_beyond": gif((9, 7), (3, 2, 4, 3), indices, colours, transparent=12),
        "beyond_screen": gif((5, 6), (3, 2, 4, 3), indices, colours),
        "no_screen": gif((0, 0), (0, 0, 4, 3), indices, colours),
    }.items():
        save(f"{name}.gif", data)
    save("rgb.bmp", rgb)
    save("palette.bmp", rgb.quantize(100))
    save("rgb.tif", rgb)
    save("packed.tif", rgb, compression="tiff_lzw")
    save("grey.tif", picture(61, 47, "L"))
    save("cmyk.tif", picture(61, 47, "CMYK"))
    save("orientation_8.tif", picture(24, 15), exif=exif(8))

    for subsampling, name in enumerate(["444", "422", "420"]):
        save(f"ycc_{name}.jpg", rgb, quality=90, subsampling=subsampling)
    save("progressive.jpg", rgb, quality=85, progressive=True)
    save("grey.jpg", picture(61, 47, "L"), quality=90)
    profiled = jpeg(rgb, quality=90, icc_profile=swapped_profile())
    save("colour_profile.jpg", profiled)
    save("colour_profile_broken.jpg", profiled.replace(b"ICC_PROFILE\0\1\1", b"ICC_PROFILE\0\7\1"))
    cmyk = jpeg(picture(61, 47, "CMYK"), quality=90, subsampling=0)
    assert b"Adobe\0\x64\0\0\0\0\0" in cmyk
    save("cmyk.jpg", cmyk)
    save("ycck.jpg", cmyk.replace(b"Adobe\0\x64\0\0\0\0\0", b"Adobe\0\x64\0\0\0\0\2"))
    raw = without_jfif(jpeg(Image.fromarray(np.asarray(rgb), "YCbCr"), quality=90, subsampling=0))
    save("rgb_adobe.jpg", with_adobe(raw, 0))
    save("rgb_ids.jpg", with_component_ids(raw, b"RGB"))
    save("ycc_no_marker.jpg", without_jfif(jpeg(rgb, quality=90, subsampling=0)))
    save("ycc_odd_ids.jpg", with_component_ids(
        without_jfif(jpeg(rgb, quality=90, subsampling=0)), bytes([0, 1, 2])))
    for orientation in range(1, 9):
        save(f"orientation_{orientation}.jpg", picture(24, 15), quality=90,
             exif=exif(orientation))


def upright(path):
    image = Image.open(path)
    if image.mode == "I":
        # PIL would clip at 255; the reader keeps the high byte, as PIL does for 16-bit RGB.
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.format == "TIFF":
        return image.convert("RGB")  # PIL 9.4 turns TIFF upright itself, and would do so twice
    return ImageOps.exif_transpose(image).convert("RGB")


def write_resized(sources, folder):
    cases = [
        ("333x211", (100, 63)), ("111x177", (150, 90)), ("333x211", (333, 40)),
        ("333x211", (20, 211)), ("333x211", (1, 1)), ("333x211", (7, 300)),
        ("1x97", (64, 64)), ("1x97", (1, 13)), ("97x1", (10, 3)), ("1x1", (5, 7)),
        ("111x177", (53, 84)), ("2x2", (31, 17)), ("grey", (50, 50)), ("rgb_alpha", (30, 30)),
    ]
    for name, size in cases:
        for filter_name, (pil, _) in FILTERS.items():
            image = Image.open(sources / f"{name}.png").convert("RGB").resize(size, pil)
            image.save(folder / f"{name}-{size[0]}x{size[1]}-{filter_name}.png", optimize=True)


def crop_transform(resize, crop, interpolation):
    return [transforms.Resize(resize, interpolation), transforms.CenterCrop(crop)]


def write_cropped(sources, folder):
    cases = [
        ("333x211", 73, 64), ("333x211", 64, 64), ("111x177", 73, 64), ("111x177", 50, 45),
        ("111x177", 50, 47), ("333x211", 50, 49), ("333x211", 300, 100), ("1x97", 9, 8),
        ("97x1", 9, 8), ("1x1", 20, 16), ("grey", 37, 32), ("rgb_alpha", 37, 32),
    ]
    for name, resize, crop in cases:
        for filter_name, (_, torchvision) in FILTERS.items():
            transform = transforms.Compose(crop_transform(resize, crop, torchvision))
            image = transform(Image.open(sources / f"{name}.png").convert("RGB"))
            image.save(folder / f"{name}-{resize}-{crop}-{filter_name}.png", optimize=True)


def write_normalised(sources, path):
    transform = transforms.Compose([
        *crop_transform(37, 32, InterpolationMode.BICUBIC),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    image = transform(Image.open(sources / "333x211.png").convert("RGB"))
    path.write_bytes(image.numpy().astype("<f4").tobytes())


def main(root):
    folders = {name: root / name for name in
               ["read", "upright", "sources", "resized", "cropped"]}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    write_pictures(folders["read"])
    write_later_pictures(folders["read"])
    for path in sorted(folders["read"].iterdir()):
        pixels = np.asarray(upright(path))  # without profile, transparency and the like
        Image.fromarray(pixels).save(folders["upright"] / f"{path.name}.png", optimize=True)
    for size in ["333x211", "111x177", "1x97", "97x1", "1x1", "2x2"]:
        width, height = map(int, size.split("x"))
        picture(width, height).save(folders["sources"] / f"{size}.png", optimize=True)
    picture(61, 47, "L").save(folders["sources"] / "grey.png", optimize=True)
    picture(61, 47, "RGBA").save(folders["sources"] / "rgb_alpha.png", optimize=True)
    write_resized(folders["sources"], folders["resized"])
    write_cropped(folders["sources"], folders["cropped"])
    write_normalised(folders["sources"], root / "normalised.f32")


main(Path(sys.argv[1]))
