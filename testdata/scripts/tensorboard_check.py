"""Reads a run's event file with TensorBoard and compares it with metrics.jsonl.

    pip install tensorboard==2.21.0
    python3 testdata/scripts/tensorboard_check.py runs/NAME
"""
import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = sys.argv[1]
events = EventAccumulator(run, size_guidance={"scalars": 0}).Reload()
tags = {
    "loss": "train/loss", "lr": "train/lr", "grad_norm": "train/grad_norm", "tokens": "train/tokens",
    "tokens_per_second": "speed/tokens_per_second", "mfu": "speed/mfu", "memory": "speed/memory",
    "valid_loss": "valid/loss", "perplexity": "valid/perplexity", "bits_per_byte": "valid/bits_per_byte",
}
maps = {"valid_loss_by_source": "valid/loss/source/", "valid_loss_by_language": "valid/loss/language/", "epochs": "train/epochs/"}
want = {}
for line in open(run + "/metrics.jsonl"):
    m = json.loads(line)
    if "rollback" in m:
        continue
    values = {tag: m[key] for key, tag in tags.items() if m.get(key) is not None}
    for key, tag in maps.items():
        values |= {tag + name: v for name, v in m.get(key, {}).items()}
    for tag, v in values.items():
        want.setdefault(tag, []).append((m["step"], m["time"], v))
got = {tag: [(e.step, e.wall_time, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
assert sorted(got) == sorted(want), (sorted(got), sorted(want))
for tag in want:
    assert len(got[tag]) == len(want[tag]), tag
    for (s, t, v), (step, time, value) in zip(got[tag], want[tag]):
        assert s == step and t == time and math.isclose(v, value, rel_tol=1e-6, abs_tol=1e-38), (tag, s, v, step, value)
print(run, sum(map(len, got.values())), "numbers in", len(got), "charts, as in metrics.jsonl:", ", ".join(sorted(got)))
