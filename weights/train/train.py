#!/usr/bin/env python3
"""Trains the demo network on pictures it draws itself, and writes checkpoint, test set and samples."""

import argparse
import hashlib
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from export import SIZE, coarse, tensor, write, write_checkpoint, write_held_out, write_samples
from pictures import HELD_OUT, TRAINING, draw_set
from shapes import LABELS
from vgnet import Config, VGNetG

HERE = Path(__file__).resolve().parent
CONFIG = Config((24, 48, 96, 192, 256), (2, 4, 6, 2))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE, help="folder for everything written")
    parser.add_argument("--force", action="store_true", help="overwrite the files of an earlier run")
    parser.add_argument("--pictures", type=int, default=24000, help="training pictures to draw")
    parser.add_argument("--held-out", type=int, default=600, help="test pictures to draw")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--from", type=Path, dest="checkpoint", metavar="CHECKPOINT",
                        help="train nothing: write the test set and samples for this checkpoint")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "vgnet-demo",
                        help="folder that keeps drawn pictures for the next run")
    args = parser.parse_args()
    if (args.out / "demo.pth").exists() and not args.force:
        parser.error(f"{args.out / 'demo.pth'} exists; pass --force to overwrite it")
    return args


def training_pictures(args: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Draws the training set, or takes it from the cache if the drawing code has not changed."""
    code = b"".join((HERE / name).read_bytes() for name in ("pictures.py", "shapes.py"))
    version = hashlib.sha256(code).hexdigest()[:12]
    path = args.cache / f"{version}-{args.pictures}-{SIZE}-{args.seed}.npz"
    if not path.exists():
        print(f"drawing {args.pictures} pictures", flush=True)
        pictures, classes = draw_set(TRAINING, args.pictures, SIZE, args.seed)
        args.cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".tmp.npz")
        np.savez(partial, pictures=pictures, classes=classes)
        partial.replace(path)
    stored = np.load(path)
    return stored["pictures"], stored["classes"]


def varied(batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirrors half of the pictures and shuffles the colour channels of all."""
    order = rng.permuted(np.tile(np.arange(3), (len(batch), 1)), axis=1)
    batch = np.take_along_axis(batch, order[:, None, None, :], 3)
    mirrored = rng.random(len(batch)) < 0.5
    batch[mirrored] = batch[mirrored, :, ::-1]
    return batch


def train(model: VGNetG, pictures: np.ndarray, classes: np.ndarray, args: argparse.Namespace) -> None:
    rng = np.random.default_rng(args.seed)
    steps = len(pictures) // args.batch
    optimiser = torch.optim.AdamW(model.parameters(), args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.rate, steps * args.epochs, pct_start=0.15)
    targets = torch.from_numpy(classes)
    started = time.monotonic()
    for epoch in range(1, args.epochs + 1):
        model.train()
        order = rng.permutation(len(pictures))
        loss_sum, hits = 0.0, 0
        for step in range(steps):
            chosen = order[step * args.batch:(step + 1) * args.batch]
            x = tensor(varied(pictures[chosen], rng)).contiguous(memory_format=torch.channels_last)
            target = targets[chosen]
            output = model(x)
            loss = F.cross_entropy(output, target, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            loss_sum += loss.item()
            hits += int((output.argmax(1) == target).sum())
        spent = time.monotonic() - started
        left = spent / epoch * (args.epochs - epoch)
        print(f"epoch {epoch:2}/{args.epochs}  loss {loss_sum / steps:.4f}  "
              f"training accuracy {hits / (steps * args.batch):.2%}  {spent:.0f} s, {left:.0f} s left", flush=True)


def main() -> None:
    args = arguments()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)

    model = VGNetG(CONFIG, len(LABELS)).to(memory_format=torch.channels_last)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(LABELS)} classes", flush=True)
    if args.checkpoint:
        model.load_state_dict(torch.load(args.checkpoint, weights_only=True))
    else:
        train(model, *training_pictures(args), args)

    model = model.to(memory_format=torch.contiguous_format)
    write_checkpoint(args.out / "demo.pth", model)
    write(args.out / "labels.txt", "".join(f"{label}\n" for label in LABELS).encode())
    test, answers = draw_set(HELD_OUT, args.held_out, SIZE, args.seed + 1)
    accuracy = write_held_out(args.out / "heldout", model, coarse(test), answers)
    for label, (seen, chance) in write_samples(args.out / "samples", model).items():
        print(f"sample {label}: {seen} {chance:.1%}" + ("" if seen == label else "  WRONG"))
    print(f"accuracy on {args.held_out} held-out pictures: {accuracy:.2%}")


if __name__ == "__main__":
    main()
