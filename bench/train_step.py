"""Training steps of corpus beside those of transformers, on the same libtorch: cold
processes in turn on all cores, tokens per second and peak memory.

    python3 -m venv venv && venv/bin/pip install torch transformers     (tried: 2.15.0, 5.24.0)
    venv/bin/python bench/train_step.py [--old] [--compile] [--seconds S] [shape...]

Shapes are those of bench/torch_step.py. gotch is fitted to the torch of this python
(in .libtorch/; `make libtorch` goes back), and the same steps run on both sides:
BenchmarkStep of trainer/torch and bench/torch_step.py. -all is equal work: every
token is predicted, as transformers computes logits for every one. Without it an
encoder predicts every seventh token, of which alone corpus computes logits; the
other families predict all tokens anyway. --compile lets torch.compile make the
rival's steps, whose compilation is not counted. --old adds corpus on the libtorch
that `make` finds. BENCH_PAIRS (5) pairs; the worst one counts.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pairs

SHAPES = ["bert-small", "bert-small-all", "roberta-small", "roberta-small-all", "gpt2-small", "bloom-small", "t5-small", "bart-small"]
TORCH = Path(importlib.util.find_spec("torch").origin).parent


def build(name, libtorch):
    """The tests of trainer/torch, with the benchmark, on a libtorch; None = what `make` finds."""
    env = {k: v for k, v in os.environ.items() if k != "LIBTORCH"} | ({"LIBTORCH": str(libtorch)} if libtorch else {})
    binary = pairs.DATA / "bin" / name
    binary.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "run", "./trainer/torch/fit"], cwd=pairs.ROOT, env=env | {"GOWORK": "off"}, check=True)
    subprocess.run(["go", "test", "-c", "-tags", "torch", "-o", binary, "./trainer/torch"], cwd=pairs.ROOT, env=env, check=True)
    return binary


def run(command):
    """(tokens per second, tokens per second of the processor, peak MiB) of a process."""
    env = {"GOMP_SPINCOUNT": "10000"} | dict(os.environ)  # as corpus train sets it
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen([str(c) for c in command], cwd=pairs.ROOT / "trainer/torch", env=env, stdout=out, stderr=subprocess.STDOUT)
        _, status, use = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    rates = [re.search(rf"([\d.]+) {unit}", said) for unit in ("tokens/s", "tokens/cpu-s")]
    if p.returncode or None in rates:
        sys.exit(f"{command}: exit {p.returncode}\n{said}")
    return *(float(r[1]) for r in rates), use.ru_maxrss >> 10


def ours(binary, shape, seconds):
    return [binary, "-test.run=^$", f"-test.bench=^BenchmarkStep$/^{shape}$", f"-test.benchtime={seconds}s"]


def theirs(shape, seconds, *flags):
    return [sys.executable, pairs.ROOT / "bench" / "torch_step.py", f"--threads={os.cpu_count()}", f"--seconds={seconds}", *flags, shape]


def span(values):
    low, high = f"{min(values):,.0f}", f"{max(values):,.0f}"
    return low if low == high else f"{low}–{high}"


def compare(shape, sides, count):
    """A line of the table: each side's rates and peak, and the worst pair of the first two."""
    rows = []
    for i in range(count):
        rows.append([run(command) for _, command in sides])
        print(f"{i + 1}/{count} {shape}: " + ", ".join(f"{name} {rate:,.0f} tokens/s, {peak} MiB" for (name, _), (rate, _, peak) in zip(sides, rows[-1])), file=sys.stderr)
    each = list(zip(*rows))
    worst = [min(row[1][k] / row[0][k] for row in rows) for k in (0, 1)]
    cells = [f"{span([r[0] for r in side])}; {span([r[2] for r in side])} MiB" for side in each]
    line = [shape, *cells[:2], f"{worst[0]:.2f}×", f"{worst[1]:.2f}×", *cells[2:]]
    if len(sides) > 2:
        line.append(f"{min(row[2][0] / row[1][0] for row in rows):.2f}")
    print("| " + " | ".join(line) + " |", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--old", action="store_true")
    p.add_argument("--compile", action="store_true")
    p.add_argument("--seconds", type=float, default=15)
    p.add_argument("shapes", nargs="*", default=SHAPES)
    a = p.parse_args()
    old = build("train_step_old.test", None) if a.old else None
    new = build("train_step.test", TORCH)
    flags = ["--compile"] if a.compile else []
    head = ["shape", "transformers: tokens/s; peak", "corpus: tokens/s; peak", "worst pair, wall", "worst pair, CPU"]
    head += ["corpus, old libtorch", "of the new"] if old else []
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for shape in a.shapes:
        sides = [("transformers", theirs(shape, a.seconds, *flags)), ("corpus", ours(new, shape, a.seconds))]
        if old:
            sides.append(("corpus, old libtorch", ours(old, shape, a.seconds)))
        compare(shape, sides, int(os.environ.get("BENCH_PAIRS", "5")))


if __name__ == "__main__":
    main()
