"""What an operation costs above libtorch, in corpus and in PyTorch eager: tensors of 16
numbers, gradients recorded, one thread, cold processes in turn.

    venv/bin/python bench/torch_ops.py [--seconds S]

Set-up as train_step.py. BENCH_PAIRS (5) pairs of BenchmarkOperation and the same here;
the worst counts.
"""

import argparse
import os
import re
import subprocess
import sys
import time

import torch

import pairs
import train_step

X = torch.ones(4, 4).requires_grad_()
OPS = {
    "add": lambda: torch.add(X, X),
    "view": lambda: X.reshape(2, 8),
    "transpose": lambda: X.transpose(0, 1),
    "matmul": lambda: torch.matmul(X, X),
    "softmax": lambda: torch.softmax(X, -1),
    "gelu": lambda: torch.nn.functional.gelu(X),
}


def mine(seconds):
    """Nanoseconds of each operation in PyTorch."""
    torch.set_num_threads(1)
    for name, do in OPS.items():
        n, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            for _ in range(1000):
                do()
            n += 1000
        print(f"{name} {(time.perf_counter() - start) / n * 1e9:.0f} ns/op")


def read(command):
    out = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, cwd=pairs.ROOT / "trainer/torch",
                         env=os.environ | {"OMP_NUM_THREADS": "1"}).stdout
    return {m[1]: float(m[2]) for m in re.finditer(r"(?m)^(?:BenchmarkOperation/)?([a-z]+)\S*\s.*?([\d.]+) ns/op", out)}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--seconds", type=float, default=2)
    p.add_argument("--mine", action="store_true", help="of one process")
    a = p.parse_args()
    if a.mine:
        return mine(a.seconds)
    binary = train_step.build("train_step.test", train_step.TORCH)
    rows = []
    for _ in range(int(os.environ.get("BENCH_PAIRS", "5"))):
        rows.append((read([sys.executable, __file__, "--mine", f"--seconds={a.seconds}"]),
                     read([binary, "-test.run=^$", "-test.bench=^BenchmarkOperation$", "-test.cpu=1", f"-test.benchtime={a.seconds}s"])))
    print("| operation | PyTorch eager, ns | corpus, ns | worst pair |\n|---|---|---|---|")
    for name in OPS:
        theirs, ours = ([row[i][name] for row in rows] for i in (0, 1))
        print(f"| {name} | {train_step.span(theirs)} | {train_step.span(ours)} | {min(t / o for t, o in zip(theirs, ours)):.2f}× |")


if __name__ == "__main__":
    main()
