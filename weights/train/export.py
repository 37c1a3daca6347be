"""Writes what a training run leaves behind, each file whole or not at all."""

import csv
import io
import json
import os
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from pictures import HELD_OUT, draw
from shapes import LABELS

SIZE = 96
MEAN = STD = 0.5
COLUMNS = 24

SAMPLES = {
    "arrow": (".png", 320, 240, 22),
    "boat": (".jpg", 320, 240, 0),
    "crescent": (".png", 256, 256, 6),
    "cross": (".jpg", 240, 320, 7),
    "fish": (".jpg", 384, 256, 29),
    "flower": (".png", 256, 256, 27),
    "heart": (".jpg", 256, 256, 10),
    "house": (".jpg", 320, 240, 17),
    "mug": (".png", 240, 240, 18),
    "mushroom": (".jpg", 300, 300, 32),
    "star": (".png", 320, 200, 12),
    "tree": (".jpg", 240, 320, 30),
}
"""File type, width, height and seed of the sample picture of each class."""


def tensor(pictures: np.ndarray) -> Tensor:
    """What the network sees of pictures [N, H, W, 3]: RGB / 255, normalised, channels first."""
    scaled = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    return (scaled - MEAN) / STD


@torch.no_grad()
def logits(model: nn.Module, pictures: np.ndarray) -> Tensor:
    model.eval()
    return torch.cat([model(tensor(pictures[i:i + 100])) for i in range(0, len(pictures), 100)])


def coarse(pictures: np.ndarray) -> np.ndarray:
    """Rounds to 32 levels a channel, which makes a lossless sheet less than half as large."""
    return pictures & 0xF8 | 4


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)


def write_checkpoint(path: Path, model: nn.Module) -> None:
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    write(path, buffer.getvalue())


def write_held_out(folder: Path, model: nn.Module, pictures: np.ndarray, classes: np.ndarray) -> float:
    """Writes the test pictures as a sheet of tiles, with what the network says; returns its accuracy."""
    count = len(pictures)
    rows = -(-count // COLUMNS)
    tiles = np.zeros((rows * COLUMNS, SIZE, SIZE, 3), np.uint8)
    tiles[:count] = pictures
    sheet = tiles.reshape(rows, COLUMNS, SIZE, SIZE, 3).swapaxes(1, 2).reshape(rows * SIZE, COLUMNS * SIZE, 3)
    answers = logits(model, pictures)
    predicted = answers.argmax(1).numpy()
    accuracy = float((predicted == classes).mean())

    png = io.BytesIO()
    Image.fromarray(sheet).save(png, "PNG", optimize=True)
    write(folder / "heldout.png", png.getvalue())

    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("index", "label"))
    writer.writerows((i, LABELS[c]) for i, c in enumerate(classes))
    write(folder / "heldout.csv", table.getvalue().encode())

    facts = {
        "tile_size": SIZE,
        "columns": COLUMNS,
        "count": count,
        "mean": [MEAN] * 3,
        "std": [STD] * 3,
        "top1_accuracy": accuracy,
        "predicted": predicted.tolist(),
        "first_logits": answers[:8].tolist(),
    }
    lines = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items())
    write(folder / "heldout.json", ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    return accuracy


def fit(picture: Image.Image) -> Image.Image:
    """Resizes the shorter side to the network's input and cuts out the middle."""
    scale = SIZE / min(picture.size)
    picture = picture.resize([round(v * scale) for v in picture.size], Image.Resampling.BILINEAR)
    left, top = ((v - SIZE) // 2 for v in picture.size)
    return picture.crop((left, top, left + SIZE, top + SIZE))


def write_samples(folder: Path, model: nn.Module) -> dict[str, tuple[str, float]]:
    """Writes one picture of each class; returns what the network takes each for, and how surely."""
    answers = {}
    for label, (suffix, width, height, seed) in SAMPLES.items():
        picture = draw(label, HELD_OUT, np.random.default_rng(seed), width, height, tidy=True)
        encoded = io.BytesIO()
        picture.save(encoded, "PNG" if suffix == ".png" else "JPEG", optimize=True, quality=90)
        write(folder / (label + suffix), encoded.getvalue())
        seen = np.array(fit(Image.open(encoded).convert("RGB")))[None]
        chances = logits(model, seen).softmax(1)[0]
        answers[label] = (LABELS[chances.argmax()], float(chances.max()))
    return answers
