"""Peak memory and time of `corpus filter` with two workers and everything on, on
ordinary text and on texts made to be large (hostile.py).

    python3 bench/filter_memory.py [CASE…]     (some 15 minutes, 5 GB below $BENCH_DATA)

Personal data and toxic text are masked, lines in other languages are dropped, gendered copies are
made, all is kept that passes. Ordinary text is the first 300 MB of text.jsonl
(data.py), or of the file that $BENCH_TEXT names. Peaks are measured as by memory.py. A
case is an input and a recipe or a method of selection, such as "hostile dclm".
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import memory
import pairs

HERE = Path(__file__).resolve().parent
ALL_ON = ["--pii", "mask", "--toxicity", "mask", "--mixed", "drop", "--augment", "gender", "--keep", "1", "--workers", "2", "--json", "--quiet"]
RECIPES = ["gopher", "c4", "fineweb", "fineweb2", "dclm", "dolma", "none"]
METHODS = ["dsir", "dsir-sample", "quality", "perplexity", "random"]
ORDINARY = Path(os.environ.get("BENCH_TEXT", pairs.DATA / "text.jsonl"))


def hostile(path):
    with open(path, "wb") as out:
        subprocess.run([sys.executable, HERE / "hostile.py"], stdout=out, check=True)


def dense(path):
    """Texts in which as much as possible is to be edited."""
    with open(path, "w") as out:
        for i, s in enumerate(["a@b.co ", "she at a@b.co with her ", "she said\n", "javascript [1]\n", "a\n", "8.8.4.5 ", "terms of use.\n\n", "you stupid fucking bitch\n", "shit\n"] * 2):
            out.write(json.dumps({"text": f"{i} " + s * (30_000_000 // len(s.replace("\n", "\\n")))}) + "\n")


def ordinary(path):
    with open(ORDINARY, "rb") as f, open(path, "wb") as out:
        left = 300_000_000
        for line in f:
            if (left := left - len(line)) < 0:
                return
            out.write(line)


INPUTS = {"hostile": hostile, "dense": dense, "ordinary": ordinary}


def prepare(bin, name):
    """A workspace with the documents of an input, and files to learn from."""
    folder = pairs.DATA / f"filter-memory-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pairs.workspace(folder)
    INPUTS[name](folder / "x.jsonl")
    for command in ["ingest", "x.jsonl"], ["dedup"]:
        code = subprocess.run([bin / "corpus", *command, "--workers", "2", "--quiet"], cwd=folder, stderr=subprocess.DEVNULL).returncode
        if code not in (0, 3):
            sys.exit(f"{name}: {command}: exit {code}")
    (folder / "x.jsonl").unlink()
    return folder


def targets(bin):
    """(good, bad): texts to learn from, of the ordinary ones."""
    good, bad = pairs.DATA / "filter-memory-good.jsonl", pairs.DATA / "filter-memory-bad.jsonl"
    with open(ORDINARY, "rb") as f, open(good, "wb") as g, open(bad, "wb") as b:
        for out, left in (g, 40_000_000), (b, 40_000_000):
            while left > 0:
                left -= out.write(f.readline())
    model = pairs.DATA / "filter-memory.model"
    subprocess.run([bin / "corpus", "filter", "train-quality", "--good", good, "--bad", bad, "--out", model], stdout=subprocess.DEVNULL, check=True)
    return good, model


def main():
    bin = pairs.build()
    good, model = targets(bin)
    worst = 0
    print("| input | recipe, selection | peak of the tree, MB | peak resident, MB | exit | texts | s |\n|---|---|---|---|---|---|---|")
    for name in INPUTS:
        folder = None
        for recipe, method in [(r, "dsir") for r in RECIPES] + [("fineweb", m) for m in METHODS[1:]]:
            case = f"{name} {recipe} {method}"
            if sys.argv[1:] and not any(set(a.split()) <= set(case.split()) for a in sys.argv[1:]):
                continue
            folder = folder or prepare(bin, name)
            more = {"quality": ["--quality-model", model], "perplexity": ["--target", good]}.get(method, [])
            peak, own, code, seconds, last = memory.measure(
                [bin / "corpus", "filter", "--rebuild", "--recipe", recipe, "--select", method, *ALL_ON, *more], folder)
            docs = json.loads(last[0]).get("docs_in", "") if last and last[0].startswith("{") else last
            print(f"| {name} | {recipe}, {method} | {peak / memory.MB:.0f} | {own / memory.MB:.0f} | {code} | {docs} | {seconds:.1f} |", flush=True)
            worst = max(worst, peak, own)
        if folder:
            shutil.rmtree(folder)
    print(f"worst {worst / memory.MB:.0f} MB, wanted under {memory.LIMIT}")
    sys.exit(worst >= memory.LIMIT * memory.MB)


if __name__ == "__main__":
    main()
