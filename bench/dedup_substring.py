"""Repeats of at least 200 bytes beside google-research/deduplicate-text-datasets, on the same documents.

    venv/bin/python bench/dedup_substring.py RIVAL [FILE.jsonl [MB]]     (venv: pip install -r bench/requirements.txt)

RIVAL is a checkout of the rival in which `cargo build --release` was run. Of FILE
(default: text.jsonl of bench/data.py) the first MB (default 160) are taken. What survives
corpus dedup is the input of both: `corpus dedup --substring 200 --substring-keep none`
resumes behind its verdicts, and the rival gets one file, the documents in it behind
separators of two bytes 0xff and a number, as its own load_dataset.py writes them.

Every window that the rival reports within one document makes a repeat; its ends are brought
inwards to whole characters, and what is then shorter than 200 bytes is left out: these spans
must be equal to the edits. What of its ranges goes beyond a document is counted beside that.
The peak is the proportional set size of the process tree, looked at every 20 ms.
MEMORY=256MiB is the ceiling of corpus.
"""

import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

import memory
import pairs

LENGTH = 200
CEILING = os.environ.get("MEMORY", "256MiB")
MB = 1 << 20


def measured(command, cwd):
    """(peak, wall, CPU seconds, last line) of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, _, code, wall, last = memory.measure(command, cwd)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        sys.exit(f"{command}: exit {code}: {last}")
    return peak, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, last


def table(folder, role):
    """The parts of a role, in order, as one table."""
    parts = sorted(Path(folder).glob(role + "-*.arrow"))
    return pa.concat_tables([pa.ipc.open_stream(p).read_all() for p in parts])


def corpus(folder, file):
    """Runs corpus; (texts that survive, their edits, figures of the run)."""
    bin = pairs.build() / "corpus"
    pairs.workspace(folder)
    for command in ["ingest", file], ["dedup"]:
        subprocess.run([bin, *command], cwd=folder, check=True)
    figures = measured([bin, "dedup", "--substring", LENGTH, "--substring-keep", "none", "--memory", CEILING, "--json", "--quiet"], folder)
    texts, kinds = table(folder / "data/ingest", "part")["text"], table(folder / "data/dedup", "verdict")["kind"].to_pylist()
    edits = table(folder / "data/dedup", "edits").select(["start", "end"]).to_pylist()
    alive = [i for i, kind in enumerate(kinds) if kind == ""]
    return [texts[i].as_py().encode() for i in alive], [list(zip(edits[i]["start"], edits[i]["end"])) for i in alive], figures


def join(texts, path):
    """Writes the rival's file; where each document begins in it."""
    starts = []
    with open(path, "wb") as out:
        for i, text in enumerate(texts):
            out.write(b"\xff\xff" + struct.pack("<I", i))
            starts.append(out.tell())
            out.write(text)
        out.write(b"\xff\xff" + struct.pack("<I", len(texts)))
    return np.array(starts)


def rival(checkout, file, folder):
    """Runs the rival as its README does; (positions of repeats, ranges, figures)."""
    work = folder / "rival"
    (work / "target/debug").mkdir(parents=True)
    (work / "tmp").mkdir()
    (work / "target/debug/dedup_dataset").symlink_to(Path(checkout).resolve() / "target/release/dedup_dataset")
    program, cache = "./target/debug/dedup_dataset", folder / "cache"
    script = work / "run.sh"
    script.write_text(f"""set -e
ulimit -Sn 4096
{sys.executable} {Path(checkout).resolve()}/scripts/make_suffix_array.py {file}
{program} self-similar --data-file {file} --length-threshold {LENGTH} --cache-dir {cache} --num-threads {os.cpu_count()}
{program} collect --data-file {file} --cache-dir {cache} --length-threshold {LENGTH} > {folder}/ranges
""")
    figures = measured(["bash", script], work)
    width = os.path.getsize(str(file) + ".table.bin") // os.path.getsize(file)
    positions = np.concatenate([pointers(p, width) for p in sorted(cache.glob("dups_*"))])
    lines = (folder / "ranges").read_text().split("out\n")[1].splitlines()
    return np.unique(positions), [tuple(map(int, line.split())) for line in lines], figures


def pointers(path, width):
    raw = np.fromfile(path, dtype=np.uint8).reshape(-1, width)
    return sum(raw[:, i].astype(np.int64) << (8 * i) for i in range(width))


def covered(doc, positions):
    """(document, start, end) of the stretches that windows within documents cover, in order."""
    new = np.ones(len(positions), dtype=bool)
    new[1:] = (doc[1:] != doc[:-1]) | (positions[1:] > positions[:-1] + LENGTH)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(positions)) - 1
    return zip(doc[first].tolist(), positions[first].tolist(), (positions[last] + LENGTH).tolist())


def inwards(text, start, end):
    """The whole characters of a stretch."""
    while start < end and text[start] & 0xC0 == 0x80:
        start += 1
    while end > start and end < len(text) and text[end] & 0xC0 == 0x80:
        end -= 1
    return start, end


def compare(texts, edits, starts, positions, ranges):
    """Prints what agrees; the number of documents that do not."""
    doc = np.searchsorted(starts, positions, side="right") - 1
    ends = starts + np.array([len(t) for t in texts])
    inside = (doc >= 0) & (positions + LENGTH <= ends[doc])
    wanted = [[] for _ in texts]
    for d, start, end in covered(doc[inside], positions[inside]):
        start, end = inwards(texts[d], start - int(starts[d]), end - int(starts[d]))
        if end - start >= LENGTH:
            wanted[d].append((start, end))
    wrong = [i for i, want in enumerate(wanted) if want != edits[i]]
    for i in wrong[:3]:
        print(f"document {i}: corpus {edits[i]}, rival {wanted[i]}")
    across = sum(1 for start, end in ranges if beyond(start, end, starts, ends))
    print(f"documents: {len(texts):,}, repeats: {sum(map(len, wanted)):,} of {sum(b - a for e in edits for a, b in e):,} bytes, documents in which they differ: {len(wrong)}")
    print(f"the rival's windows: {len(positions):,}, beyond one document: {int((~inside).sum()):,}; its ranges: {len(ranges):,}, beyond one document: {across:,}")
    return len(wrong)


def beyond(start, end, starts, ends):
    d = np.searchsorted(starts, start, side="right") - 1
    return d < 0 or end > ends[d]


def row(name, figures, bytes):
    peak, wall, cpu, _ = figures
    print(f"| {name} | {peak / MB:.0f} | {wall:.1f} | {cpu:.1f} | {bytes / MB / cpu:.1f} |")


def main():
    checkout = sys.argv[1]
    source = Path(sys.argv[2]) if len(sys.argv) > 2 else pairs.DATA / "text.jsonl"
    most = int(sys.argv[3]) * 1_000_000 if len(sys.argv) > 3 else 160_000_000
    folder = Path(tempfile.mkdtemp(dir=pairs.DATA))
    try:
        with open(source, "rb") as f, open(folder / "input.jsonl", "wb") as out:
            for line in f:
                if out.tell() + len(line) > most:
                    break
                out.write(line)
        texts, edits, ours = corpus(folder, folder / "input.jsonl")
        starts = join(texts, folder / "joined")
        size = os.path.getsize(folder / "joined")
        print(json.loads(ours[3][0])["counts"])
        positions, ranges, theirs = rival(checkout, folder / "joined", folder)
        different = compare(texts, edits, starts, positions, ranges)
        print(f"\n| {size / MB:.0f} MiB of text | peak of the tree, MiB | s wall | s CPU | MiB a CPU second |\n|---|---|---|---|---|")
        row("deduplicate-text-datasets", theirs, size)
        row("corpus dedup --substring", ours, size)
        sys.exit(different > 0 or ours[0] * 2 > theirs[0])
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
