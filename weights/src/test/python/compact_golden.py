#!/usr/bin/env python3
"""Makes the golden cases small: one gzipped text file a case, and index.txt with their names.

    compact_golden.py REFERENCE_DIRECTORY OUTPUT_DIRECTORY [NAME_PREFIX]

REFERENCE_DIRECTORY holds one JSON file a case: a real PyTorch network with weights made by the
rule in _rule.json, its logits and per-stage checksums in float64. A line of a compact case is a
word and its values, separated by spaces:

    case NAME
    reference WHERE THE NETWORK COMES FROM
    round float32|float16|bfloat16         what the weights were rounded to before they were widened
    gain G
    input N C H W
    learnable COUNT                        parameters that are learned
    macs COUNT                             multiply-accumulates of one image
    std S                                  standard deviation of the logits
    float32-error E                        largest error of PyTorch's own float32 run
    fixed KEY,KEY,... VALUE...             kernels that are stored, not learned: one period of them
    key NAME ROLE EXTENT...                a tensor and the role that makes its values
    stage NAME MEAN RMS FIRST LAST         of a module's output
    logits VALUE...                        row by row

Numbers are the shortest decimals that give the same float64. Logits are kept in full.
"""

import gzip
import json
import sys
from pathlib import Path

ROUNDING = {"": "float32", "__half": "float16", "__bf16": "bfloat16"}


def lines(case: dict):
    suffix = next(s for s in sorted(ROUNDING, reverse=True) if case["name"].endswith(s))
    yield "case", case["name"]
    yield "reference", case["reference"]
    yield "round", ROUNDING[suffix]
    yield "gain", case["gain"]
    yield "input", *case["input_shape"]
    yield "learnable", case["params_learnable"]
    yield "macs", case["macs"]
    yield "std", case["logits_std"]
    yield "float32-error", case["max_abs_err_f32"]
    for fixed in case["fixed"]:
        yield "fixed", ",".join(fixed["keys"]), *fixed["values"]
    for name, shape, _, role in case["keys"]:
        yield "key", name, role, *shape
    for name, _, *checksums in case["stages"]:
        yield "stage", name, *checksums
    for row in case["logits_f64"]:
        yield "logits", *row


def write(case: dict, output: Path):
    text = "".join(" ".join(map(str, line)) + "\n" for line in lines(case))
    target = output / (case["name"] + ".txt.gz")
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def write_index(output: Path):
    names = sorted(path.name.removesuffix(".txt.gz") for path in output.glob("*.txt.gz"))
    (output / "index.txt").write_text("".join(name + "\n" for name in names))


def main():
    reference, output = Path(sys.argv[1]), Path(sys.argv[2])
    prefix = sys.argv[3] if len(sys.argv) > 3 else ""
    output.mkdir(parents=True, exist_ok=True)
    for source in sorted(reference.glob(prefix + "*.json")):
        if not source.name.startswith("_"):
            write(json.loads(source.read_text()), output)
    write_index(output)


if __name__ == "__main__":
    main()
