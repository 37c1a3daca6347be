#!/usr/bin/env python3
"""Writes small checkpoints of every kind with the PyTorch that runs this, and what is in them.

`expected.txt` has a line for each tensor: file, name as the reader gives it, type, shape, and the
SHA-256 of the elements, row-major and little-endian. Further files are only added to that list.
"""

import argparse
import hashlib
import pathlib
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import torch
from torch import nn

REFUSED_DTYPES = ("complex64", "float8_e4m3fn", "uint16")


def network() -> nn.Module:
    torch.manual_seed(1)
    layers = {"stem": nn.Conv2d(3, 4, 3), "norm": nn.BatchNorm2d(4), "head": nn.Linear(4, 2)}
    return nn.Sequential(OrderedDict(layers))


def elements(tensor: torch.Tensor) -> bytes:
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes()


class Folder:
    """Where the files go, and the list of what is in them."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.lines: list[str] = []
        path.mkdir(parents=True, exist_ok=True)

    def expect(self, name: str, tensors: dict[str, torch.Tensor]) -> None:
        for key, tensor in tensors.items():
            dtype, shape = str(tensor.dtype).removeprefix("torch."), list(tensor.shape)
            digest = hashlib.sha256(elements(tensor)).hexdigest()
            self.lines.append(f"{name}\t{key}\t{dtype}\t{shape}\t{digest}\n")

    def save(self, name: str, checkpoint: object, tensors: dict[str, torch.Tensor], **options) -> None:
        torch.save(checkpoint, self.path / name, **options)
        self.expect(name, tensors)


def formats(folder: Folder) -> None:
    state = network().state_dict()
    for protocol in (2, 3, 4, 5):
        folder.save(f"zip_{protocol}.pth", state, state, pickle_protocol=protocol)
        folder.save(f"legacy_{protocol}.pth", state, state, pickle_protocol=protocol,
                    _use_new_zipfile_serialization=False)


def views(folder: Folder) -> None:
    base = torch.arange(120, dtype=torch.float32)
    tensors = {
        "base": base,
        "grid": base.view(2, 3, 4, 5),
        "channels_last": base.view(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
        "permuted": base.view(2, 3, 4, 5).permute(3, 1, 0, 2),
        "sliced": base.view(6, 20)[1:5:2, 3:17:3],
        "reversed_halves": base.view(2, 60).flip(0),
        "expanded": base[7:9].view(2, 1, 1).expand(2, 3, 4),
        "column": base.view(12, 10)[:, 3:4],
        "scalar_of_many": base[17],
        "empty": torch.empty(3, 0, 5),
        "scalar": torch.tensor(-1.5, dtype=torch.float64),
        "flags": torch.tensor([[True, False], [False, True]]).t(),
    }
    for dtype in (torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        tensors[str(dtype)] = torch.arange(6).view(2, 3).to(dtype).t()
    folder.save("views.pth", tensors, tensors)
    folder.save("views.legacy.pth", tensors, tensors, _use_new_zipfile_serialization=False)


def parameters(folder: Folder) -> None:
    weight = nn.Parameter(torch.randn(2, 3), requires_grad=False)
    marked = nn.Parameter(torch.randn(3).double())
    marked.group = "no decay"
    labelled = torch.randn(4)
    labelled.label = "a tensor with an attribute"
    tensors = {"weight": weight, "marked": marked, "labelled": labelled}
    folder.save("parameters.pth", tensors, tensors)


def training(folder: Folder) -> None:
    model = nn.DataParallel(network())
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step()
    history = defaultdict(list)
    history["loss"] += [0.5, 0.25]
    checkpoint = {
        "epoch": 90,
        "best": torch.tensor(71.5),
        "state_dict": model.state_dict(),
        "ema": {"module": network().state_dict(), "decay": 0.999},
        "optimizer": optimizer.state_dict(),
        "scheduler": schedule.state_dict(),
        "args": argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("/data"), nothing=None),
        "accuracy": np.float64(0.7),
        "random": (np.random.RandomState(1).get_state(), torch.get_rng_state()),
        "started": datetime(2024, 2, 29, 12, 30, tzinfo=timezone(timedelta(hours=1))),
        "history": history,
        "counts": Counter("abracadabra"),
        "recent": deque([1.0, 2.0], maxlen=5),
        "classes": {"cat", "dog"},
        "frozen": frozenset([1, 2]),
        "bytes": [b"", b"bytes", bytearray(b"more")],
        "numbers": [Decimal("1.5"), 1j, range(3), slice(1, 2), 2**100, -(2**40), -3],
        "id": UUID(int=7),
        "options": SimpleNamespace(depth=3),
        "torch": [torch.Size([1, 2]), torch.float16, torch.device("cpu"), torch.strided],
    }
    checkpoint["itself"] = checkpoint
    tensors = model.module.state_dict()
    for protocol in (2, 4):
        folder.save(f"training_{protocol}.pth", checkpoint, tensors, pickle_protocol=protocol)
    folder.save("training.legacy.pth", checkpoint, tensors, _use_new_zipfile_serialization=False)


def nested(folder: Folder) -> None:
    state, wrapped = network().state_dict(), OrderedDict()
    for key, value in state.items():
        wrapped[f"_orig_mod.module.{key}"] = value
    folder.save("compiled.pth", {"net": wrapped, "epoch": 3, "ema": state}, state)
    folder.save("ema.pth", {"model": {"depth": 50}, "model_ema": {"state_dict": state}}, state)


def refused(folder: Folder) -> None:
    model = network()
    for name in REFUSED_DTYPES:
        if hasattr(torch, name):
            folder.save(f"refused_{name}.pth", {"x": torch.zeros(2).to(getattr(torch, name))}, {})
    folder.save("refused_quantised.pth", {"x": torch.quantize_per_tensor(torch.ones(2), 0.5, 0, torch.qint8)}, {})
    folder.save("refused_sparse.pth", {"x": torch.eye(2).to_sparse()}, {})
    if hasattr(torch._utils, "get_tensor_metadata"):
        folder.save("refused_negative.pth", {"x": torch.ones(2, dtype=torch.complex64).conj().imag}, {})
    folder.save("refused_meta.pth", {"x": torch.ones(2, device="meta")}, {})
    folder.save("refused_tensor.pth", torch.ones(2), {})
    folder.save("refused_model.pth", model, {})
    torch.jit.script(nn.Linear(2, 2)).save(str(folder.path / "refused_script.pt"))


def without_checksums(folder: Folder) -> None:
    """PyTorch 2.6 and later can leave the checksums of the archive at zero."""
    try:
        from torch.utils.serialization import config
    except ImportError:
        return
    config.save.compute_crc32 = False
    state = network().state_dict()
    folder.save("no_checksums.pth", state, state)
    config.save.compute_crc32 = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("checkpoint", type=pathlib.Path, nargs="*", help="only list these state dicts")
    args = parser.parse_args()
    folder = Folder(args.folder)
    for path in args.checkpoint:
        folder.expect(path.name, torch.load(path))
    if not args.checkpoint:
        for write in (formats, views, parameters, training, nested, refused, without_checksums):
            write(folder)
    (args.folder / "expected.txt").write_text("".join(folder.lines))


if __name__ == "__main__":
    main()
