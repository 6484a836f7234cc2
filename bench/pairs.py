"""Runs two commands in turn, each a cold process on one core, and prints a table.

BENCH_PAIRS (default 5) pairs; BENCH_CPU is the core (default: the last one).
Wall and CPU seconds are of the process and all its children; the worst pair
counts. On a machine that does other work too, only CPU seconds say anything.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(os.environ.get("BENCH_DATA", "/tmp/corpus-bench"))
SHARED = Path(os.environ.get("BENCH_SHARED", Path(__file__).resolve().parents[2] / "shared" / "data"))
ROOT = Path(__file__).resolve().parents[1]
CPU = int(os.environ.get("BENCH_CPU", max(os.sched_getaffinity(0))))


def build():
    """The pure build of the program, and of ingest's tests."""
    bin = DATA / "bin"
    bin.mkdir(parents=True, exist_ok=True)
    env = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off"}
    subprocess.run(["go", "build", "-o", bin / "corpus", "./cmd/corpus"], cwd=ROOT, env=env, check=True)
    subprocess.run(["go", "test", "-c", "-o", bin / "ingest.test", "./ingest"], cwd=ROOT, env=env, check=True)
    return bin


def workspace(folder):
    """Makes a folder one that corpus works in."""
    with open(os.path.join(folder, "corpus.yaml"), "w") as f:
        f.write("ingest: {}\n")


def run(command, cwd):
    """(wall, CPU, standard output) of a command on one core."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        p = subprocess.Popen([str(c) for c in command], cwd=cwd, stdout=out, stderr=err, preexec_fn=lambda: os.sched_setaffinity(0, {CPU}))
        _, status, use = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)  # or the object would wait again
        wall = time.perf_counter() - start
        out.seek(0), err.seek(0)
        if p.returncode:
            sys.exit(f"{command}: exit {p.returncode}\n{err.read().decode()}")
        return wall, use.ru_utime + use.ru_stime, out.read().decode()


def compare(what, rival, ours, need):
    """rival and ours are (name, command for an empty folder, counts of its output)."""
    count = int(os.environ.get("BENCH_PAIRS", "5"))
    rows = []
    for i in range(count):
        row = []
        for name, command, counts in rival, ours:
            folder = Path(tempfile.mkdtemp(dir=DATA))
            workspace(folder)
            wall, cpu, out = run(command(folder), folder)
            row.append((wall, cpu, counts(out, folder)))
            shutil.rmtree(folder)
            print(f"{i + 1}/{count} {name}: {wall:.1f} s wall, {cpu:.1f} s CPU, {row[-1][2]}", file=sys.stderr)
        rows.append(row)
    (wall, cpu) = (min(theirs[i] / our[i] for theirs, our in rows) for i in range(2))
    print("| what | rival | corpus | worst pair, wall | worst pair, CPU | wanted |\n|---|---|---|---|---|---|")
    (theirs, our) = ([row[i] for row in rows] for i in range(2))
    print(f"| {what} | {rival[0]}: {cell(theirs)} | {cell(our)} | {wall:.2f}× | {cpu:.2f}× | {need}× |")


def cell(runs):
    wall, cpu = ([r[i] for r in runs] for i in range(2))
    return f"{min(wall):.1f}–{max(wall):.1f} s wall, {min(cpu):.1f}–{max(cpu):.1f} s CPU; {runs[-1][2]}"
