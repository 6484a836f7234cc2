"""Writes golden.safetensors with Hugging Face's own library, and golden.json
with the values that a reader must find in it (as the bits of float32).

    pip install torch==1.13.1 safetensors==0.4.5 numpy==1.26.4
    python make_safetensors.py ..
"""
import json
import struct
import sys

import torch
from safetensors.torch import save_file

out = sys.argv[1]
halves = [0x0000, 0x8000, 0x3C00, 0xC000, 0x0001, 0x83FF, 0x0400, 0x7BFF, 0x7C00, 0xFC00, 0x3555]


def bits(values, dtype):
    """Numbers of 16 bits as tensors of that type."""
    return torch.tensor([v - 0x10000 if v > 0x7FFF else v for v in values], dtype=torch.int16).view(dtype)


tensors = {
    "a.f32": torch.tensor([[0.0, -1.5, 3.25], [1e-40, 1e30, -0.0]]),
    "b.f16": bits(halves, torch.float16),
    "c.bf16": bits([0x3F80, 0xBFC0, 0x0001, 0x7F80], torch.bfloat16),
    "d.f64": torch.tensor([[1 / 3], [-2e-30]], dtype=torch.float64),
    "e.position_ids": torch.arange(3),
    "f.scalar": torch.tensor(7.5),
    "g.empty": torch.zeros(0, 4),
}
save_file(tensors, out + "/golden.safetensors", {"format": "pt", "made": "by safetensors"})
want = {
    n: {"shape": list(v.shape), "bits": [struct.unpack("<I", struct.pack("<f", x))[0] for x in v.float().flatten().tolist()]}
    for n, v in tensors.items()
    if v.is_floating_point()
}
json.dump(want, open(out + "/golden.json", "w"), indent=1)
