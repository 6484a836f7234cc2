"""Time, memory, disk, recall and precision of `corpus dedup` as documents grow.

    venv/bin/python bench/dedup_scale.py [MILLIONS…] [-- FLAGS]

1, 2, 5 and 10 million are the default: two hours and 15 GB below $BENCH_DATA. FLAGS are
those of `corpus dedup`; without any: --memory 1GB. Numbers may be broken (0.1).

A document is 9 to 19 sentences drawn from text.jsonl (data.py; or $BENCH_TEXT), 1.1 kB. 30 % are
copies: clusters by a power law (exponent 2.5), and one that holds a hundredth of
all documents. Of the copies 40 % differ from the original in white space and
capitals alone (exact), the others in 1, 3 or 6 words of some 190. Copies stand
anywhere behind their original. Peaks of memory are taken as by memory.py, peaks
of disk by adding up files five times a second.
"""

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from array import array
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

import memory
import pairs

COPIES, GIANT, EXPONENT = 0.30, 0.01, 2.5
EDITS = (0, 0, 1, 3, 6)  # words changed in a copy, each as often
SHARD = 50_000  # documents of a source
TEXT = Path(os.environ.get("BENCH_TEXT", pairs.DATA / "text.jsonl"))
POOL = 200_000  # sentences


def sentences():
    """Distinct sentences of real text, and their words."""
    found, words = {}, {}
    with open(TEXT, encoding="utf-8") as f:
        for line in f:
            for paragraph in json.loads(line)["text"].split("\n"):
                for s in paragraph.split(". "):
                    if 50 <= len(s) <= 200 and s[0].isupper() and s.isascii() and s.count(" ") >= 7:
                        found[s.rstrip(".") + "."] = None
                        words.update(dict.fromkeys(w for w in s.split() if w.isalpha()))
            if len(found) >= POOL:
                break
    return list(found), list(words)


def clusters(count):
    """The cluster of each document, and which of its members it is, from 0."""
    pick = random.Random(1)
    copies = int(COPIES * count)
    sizes = [max(2, int(GIANT * count))]
    left = copies - sizes[0] + 1
    while left > 0:
        size = min(1 + int(pick.paretovariate(EXPONENT - 1)), int(GIANT * count), left + 1)
        sizes.append(size)
        left -= size - 1
    of = array("I", (c for c, size in enumerate(sizes) for _ in range(size)))
    of.extend(range(len(sizes), len(sizes) + count - len(of)))
    of = np.random.Generator(np.random.PCG64(1)).permutation(np.frombuffer(of, np.uint32))
    order = np.argsort(of, kind="stable")
    sorted_of = of[order]
    first = np.flatnonzero(np.r_[True, sorted_of[1:] != sorted_of[:-1]])
    member = np.empty(count, np.uint32)
    member[order] = np.arange(count) - np.repeat(first, np.diff(np.r_[first, count]))
    return of, member


def edits(cluster, member):
    """How many words of a copy are changed."""
    return random.Random(cluster * 2654435761 + member).choice(EDITS) if member else None


def document(cluster, member, pool, words):
    pick = random.Random(cluster)
    text = " ".join(pick.choices(pool, k=pick.randint(9, 19)))
    if member == 0:
        return text
    pick = random.Random(cluster * 2654435761 + member)
    changed = pick.choice(EDITS)
    if not changed:
        text = text.replace(" ", "  ", pick.randrange(200))
        return text.upper() if pick.random() < 0.1 else text
    tokens = text.split(" ")
    for at in pick.sample(range(len(tokens)), changed):
        tokens[at] = pick.choice(words)
    return " ".join(tokens)


def write_shard(path, of, member, pool, words):
    with gzip.open(path, "wt", compresslevel=1) as f:
        for c, m in zip(of.tolist(), member.tolist()):
            f.write(json.dumps({"text": document(c, m, pool, words)}) + "\n")


def write(folder, of, member):
    folder.mkdir(parents=True)
    pool, words = sentences()
    with ProcessPoolExecutor(2) as workers:
        jobs = [workers.submit(write_shard, folder / f"{at // SHARD:05d}.jsonl.gz", of[at:at + SHARD], member[at:at + SHARD], pool, words)
                for at in range(0, len(of), SHARD)]
        for job in jobs:
            job.result()


def column(folder, role, names):
    """Columns of a role, through all its parts."""
    for path in sorted(folder.glob(f"{role}-*.arrow")):
        wanted = [i for i, f in enumerate(pa.ipc.open_stream(path).schema) if f.name in names]
        for batch in pa.ipc.open_stream(path, options=pa.ipc.IpcReadOptions(included_fields=wanted)):
            yield batch


def ids(array):
    """The first eight bytes of each id."""
    whole = np.frombuffer(array.buffers()[1], np.uint64)
    return whole[2 * array.offset:2 * (array.offset + len(array)):2]


def check(data, of, member):
    """Recall by edits and precision: a copy is found when the cluster's original, or what stands for it, is its survivor."""
    own = np.concatenate([ids(b["id"]) for b in column(data / "ingest", "part", {"id"})])
    if len(own) != len(of):
        sys.exit(f"{len(own)} documents were ingested, {len(of)} written")
    kinds, match, survivor = [], [], []
    for b in column(data / "dedup", "verdict", {"kind", "match", "survivor"}):
        kinds.append(np.array(b["kind"].to_pylist()) != "")
        match.append(ids(b["match"]))
        survivor.append(ids(b["survivor"]))
    dropped, match, survivor = map(np.concatenate, (kinds, match, survivor))
    order = np.argsort(own)
    cluster = lambda x: of[order[np.searchsorted(own, x, sorter=order)]]
    true = dropped & (cluster(survivor) == of) & (cluster(match) == of)
    changed = np.array([-1 if m == 0 else edits(c, m) for c, m in zip(of.tolist(), member.tolist())])
    recall = {e: true[changed == e].mean() for e in sorted(set(EDITS))}
    return recall, true.sum() / max(1, dropped.sum()), int(dropped.sum()), int(cluster_size(data))


def cluster_size(data):
    return max(b["size"].to_numpy(zero_copy_only=False).max() for b in column(data / "dedup", "verdict", {"size"}))


class Disk:
    """Peaks of what a stage has on disk while it runs."""

    def __init__(self, data, stage):
        self.places = {"data": data / stage, "scratch": data / ".scratch"}
        self.peak, self.sum, self.done = dict.fromkeys(self.places, 0), 0, threading.Event()
        self.watcher = threading.Thread(target=self.watch)

    def used(self, place):
        total = 0
        for folder, _, names in os.walk(place):
            for name in names:
                try:
                    total += os.stat(os.path.join(folder, name)).st_blocks * 512
                except OSError:
                    pass
        return total

    def watch(self):
        while not self.done.wait(0.2):
            now = {k: self.used(p) for k, p in self.places.items()}
            self.peak = {k: max(v, now[k]) for k, v in self.peak.items()}
            self.sum = max(self.sum, sum(now.values()))

    def __enter__(self):
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.watcher.join()


def passes(folder):
    """Seconds of each pass: from its plan to its last record."""
    took = {}
    for p in sorted((folder / "passes").iterdir(), key=lambda p: (p / "plan.json").stat().st_mtime):
        ends = [r.stat().st_mtime for r in p.glob("[0-9]*.json")]
        took[p.name.rsplit("-", 1)[0]] = max(ends) - (p / "plan.json").stat().st_mtime
    return took


def ingest(bin, folder, of, member):
    """A workspace whose ingest dataset is all that is left of the sources."""
    if (folder / "ready").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    write(folder / "raw", of, member)
    pairs.workspace(folder)
    start = time.perf_counter()
    _, _, code, _, last = memory.measure([bin / "corpus", "ingest", "raw", "--workers", "2", "--memory", "1GB", "--json", "--quiet"], folder)
    if code:
        sys.exit(f"ingest: exit {code}: {last}")
    print(f"ingest: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    shutil.rmtree(folder / "raw")
    (folder / "ready").touch()


def main():
    args = sys.argv[1:]
    flags = args[args.index("--") + 1:] if "--" in args else ["--memory", "1GB"]
    millions = [float(a) for a in (args[:args.index("--")] if "--" in args else args)] or [1, 2, 5, 10]
    bin = pairs.build()
    seconds = {}
    print(f"corpus dedup {' '.join(flags)} --workers 2\n")
    print("| documents | text, MB | s (planned) | passes, s | documents/s | peak of the tree, MB | peak resident, MB | disk, MB: data, scratch, both (planned) | dropped "
          f"| largest cluster | recall by words changed ({', '.join(map(str, sorted(set(EDITS))))}) | precision |\n" + "|---" * 12 + "|")
    for m in millions:
        count = int(m * 1e6)
        of, member = clusters(count)
        folder = pairs.DATA / f"dedup-scale-{count}"
        ingest(bin, folder, of, member)
        shutil.rmtree(folder / "data/dedup", ignore_errors=True)
        told = subprocess.run([bin / "corpus", "dedup", "--plan", "--json", "--workers", "2", *flags], cwd=folder, capture_output=True, text=True)
        if told.returncode:
            sys.exit(f"dedup --plan: exit {told.returncode}\n{told.stderr}")
        plan = json.loads(told.stdout)
        with Disk(folder / "data", "dedup") as disk:
            peak, own, code, took, last = memory.measure([bin / "corpus", "dedup", "--workers", "2", "--json", *flags], folder)
        if code:
            sys.exit(f"dedup: exit {code}\n{(folder / 'out').read_text()}")
        counts = json.loads(last[0])
        recall, precision, dropped, largest = check(folder / "data", of, member)
        seconds[m] = took
        print(f"| {count:,} | {counts['bytes_in'] / 1e6:,.0f} | {took:.1f} ({plan['seconds']:.1f}) | {', '.join(f'{k} {v:.1f}' for k, v in passes(folder / 'data/dedup').items())} | {count / took:,.0f} "
              f"| {peak / 1e6:.0f} | {own / 1e6:.0f} | {disk.peak['data'] / 1e6:,.0f}, {disk.peak['scratch'] / 1e6:,.0f}, {disk.sum / 1e6:,.0f} ({plan['disk'] / 1e6:,.0f}) | {dropped:,} "
              f"| {largest:,} | {', '.join(f'{r:.4f}' for r in recall.values())} | {precision:.6f} |", flush=True)
        if "BENCH_KEEP" not in os.environ:
            shutil.rmtree(folder)
    if 1 in seconds and 10 in seconds:
        print(f"\ntime(10 M) / time(1 M) = {seconds[10] / seconds[1]:.1f}, wanted at most 12")


if __name__ == "__main__":
    main()
