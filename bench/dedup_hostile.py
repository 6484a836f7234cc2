"""What `corpus dedup` makes of bad input: peak memory, time, and whether the result is right.

    python3 bench/dedup_hostile.py [CASE…] [-- FLAGS]     (some 15 minutes, 4 GB below $BENCH_DATA)

FLAGS are those of `corpus dedup`; without any: --memory 512MiB. As root the full
disk is a tmpfs of several sizes; after each failure the same command with room
enough ends with the bytes of an undisturbed run. Damage is a bit in every file
that dedup left or reads: a new generation then names the file and exits 65, or
has no use for it and ends as without the damage.
"""

import gzip
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import memory
import pairs
from whatif import WORDS

MILLION = 1_000_000


def lines(count, text):
    def make(folder):
        with gzip.open(folder / "x.jsonl.gz", "wt", compresslevel=1) as f:
            for i in range(count):
                f.write(json.dumps({"text": text(i)}) + "\n")
    return make


def three(i):
    """Texts of three words, again from the beginning when all are told."""
    n = i * 7919 % len(WORDS) ** 3
    return f"{WORDS[n % len(WORDS)]} {WORDS[n // len(WORDS) % len(WORDS)]} {WORDS[n // len(WORDS) ** 2]}"


def gigabyte(folder):
    """One text of a gigabyte in three formats, and two that are as long as may be, nearly alike."""
    block = " ".join(random.Random(1).choices(WORDS, k=200_000)) + "\n"
    times = (1 << 30) // len(block) + 1
    with open(folder / "big.txt", "w") as t, open(folder / "big.jsonl", "w") as j, open(folder / "big.html", "w") as h:
        j.write('{"text":"')
        h.write("<html><body><p>")
        for _ in range(times):
            t.write(block), h.write(block), j.write(block.replace("\n", " "))
        j.write('"}\n')
    most = " ".join(f"{w}{i % 977}x" for i, w in zip(range(3_200_000), random.Random(2).choices(WORDS, k=3_200_000)))[:31_000_000]
    for name, text in ("a.txt", most), ("b.txt", most + " end"):
        (folder / name).write_text(text)


SAME = "The same text again and again, of more words than there are in a shingle of five."
CASES = {
    # name: (input, documents, dropped)
    "1,000,000 equal documents": (lines(MILLION, lambda i: SAME), MILLION, {"exact": MILLION - 1}),
    "1,000,000 that differ in a number": (lines(MILLION, lambda i: f"{SAME} {i}"), MILLION, {"near": MILLION - 1}),
    "1,000,000 empty documents": (lines(MILLION, lambda i: " " * (i % 7)), 0, {}),
    "1,000,000 without a word": (lines(MILLION, lambda i: "=" * (i % 1000 + 1)), MILLION, {"exact": MILLION - 1000}),
    "2,000,000 of three words": (lines(2 * MILLION, three), 2 * MILLION, {"exact": 2 * MILLION - len(WORDS) ** 3}),
    "a document of 1 GB": (gigabyte, 2, {"near": 1}),
}


def workspace(name):
    folder = pairs.DATA / "dedup-hostile" / name.replace(" ", "-").replace(",", "")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "raw").mkdir(parents=True)
    pairs.workspace(folder)
    return folder


def ingest(bin, folder):
    """Exit code and lost records by reason."""
    done = subprocess.run([bin / "corpus", "ingest", "raw", "--workers", "2", "--memory", "1GB", "--json"], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 3, 4):
        sys.exit(f"{folder}: ingest: exit {done.returncode}\n{done.stderr}")
    counts = json.loads(done.stdout.splitlines()[-1])["counts"] if done.stdout else {}
    return done.returncode, {k[5:]: n for k, n in counts.items() if k.startswith("lost.")}


def inputs(bin, wanted, flags):
    failed = False
    print("| input | ingest: exit, lost | documents | dropped | exit | s | peak of the tree, MB | peak resident, MB | |\n|---|---|---|---|---|---|---|---|---|")
    for name, (make, documents, dropped) in CASES.items():
        if wanted and not any(w in name for w in wanted):
            continue
        folder = workspace(name)
        make(folder / "raw")
        code, lost = ingest(bin, folder)
        shutil.rmtree(folder / "raw")
        peak, own, end, took, last = memory.measure([bin / "corpus", "dedup", "--workers", "2", "--json", "--quiet", *flags], folder)
        total = json.loads(last[0]) if last else {}
        got = {k: n for k, n in total.get("dropped", {}).items() if n} if total.get("dropped") else {}
        right = total.get("docs_in", 0) == documents and got == dropped and total.get("docs_out", 0) + sum(got.values()) == documents
        failed |= not right
        print(f"| {name} | {code}, {lost} | {total.get('docs_in', last)} | {got} | {end} | {took:.1f} | {peak / 1e6:.0f} | {own / 1e6:.0f} | {'right' if right else 'WRONG'} |", flush=True)
        shutil.rmtree(folder)
    return failed


def hashes(folder):
    """The dataset of dedup, by the manifest."""
    m = json.loads((folder / "manifest.json").read_text())
    return {f["name"]: hashlib.sha256((folder / f["name"]).read_bytes()).hexdigest() for g in m["generations"] for p in g["parts"] for f in p["files"]}


def small(bin, name):
    """A workspace of 50,000 documents in several parts, every third a copy, and what dedup makes of it."""
    folder = workspace(name)
    (folder / "corpus.yaml").write_text("ingest: {unit: 1MiB, part: 4MiB}\n")
    pick = random.Random(3)
    texts = [" ".join(pick.choices(WORDS, k=60)) for _ in range(50_000)]
    lines(50_000, lambda i: texts[i // 3] if i % 3 == 2 else texts[i] + f" w{i}")(folder / "raw")
    ingest(bin, folder)
    run(bin, folder, "--out", "whole")
    return folder, hashes(folder / "whole/dedup")


def run(bin, folder, *flags):
    done = subprocess.run([bin / "corpus", "dedup", "--workers", "2", "--quiet", *flags], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stderr.strip()


def filled(bin, folder, out, free):
    """A run on whose disk somebody else leaves so many bytes as soon as it has begun: exit code and message."""
    p = subprocess.Popen([bin / "corpus", "dedup", "--workers", "2", "--quiet", "--out", out.name], cwd=folder, stderr=subprocess.PIPE, text=True)
    while p.poll() is None and not (out / "dedup/passes").exists():
        time.sleep(0.001)
    left = shutil.disk_usage(out).free - free
    with open(out / "filler", "wb") as f:
        f.write(bytes(max(0, left)))
    _, said = p.communicate()
    (out / "filler").unlink()
    return p.returncode, said.strip()


def full_disk(bin):
    """A disk that fills up in each pass, by tmpfs, and one that is too small from the beginning."""
    folder, want = small(bin, "full disk")
    whole = sum(f.stat().st_size for f in (folder / "whole/dedup").rglob("*") if f.is_file())
    print(f"\nfull disk: {whole / 1e6:.1f} MB are left by an undisturbed run\n\n| MB free | exit | message | run again with room |\n|---|---|---|---|")
    failed = False
    for share in 0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 1.2:
        out = folder / "full"
        out.mkdir(exist_ok=True)
        size = (3 if share else 0.5) * whole
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={int(size)}", "tmpfs", out], check=True)
        try:
            code, said = filled(bin, folder, out, int(share * whole))
            subprocess.run(["mount", "-o", f"remount,size={8 * whole}", out], check=True)
            again, message = run(bin, folder, "--out", "full")
            good = again == 0 and hashes(out / "dedup") == want and code == (74 if share < 1 else 0)
            failed |= not good
            print(f"| {share * whole / 1e6:.1f} | {code} | {said[-160:]} | {'the same bytes' if good else f'WRONG: {again} {message}'} |", flush=True)
        finally:
            subprocess.run(["umount", out], check=True)
    shutil.rmtree(folder)
    return failed


def damage(bin):
    """A flipped bit in each file that a second generation may read, and in records of passes."""
    folder, _ = small(bin, "damage")
    run(bin, folder)
    (folder / "raw").mkdir(exist_ok=True)
    lines(3000, lambda i: f"other words {i} " + " ".join(WORDS[i % 50:i % 50 + 40]))(folder / "raw")
    (folder / "raw/x.jsonl.gz").rename(folder / "raw/y.jsonl.gz")
    ingest(bin, folder)
    data = folder / "data"
    saved = folder / "saved"
    shutil.copytree(data, saved)
    run(bin, folder)
    want = hashes(data / "dedup")
    failed, outcome = False, {}
    for path in sorted(p.relative_to(saved) for p in saved.rglob("*") if p.is_file() and p.stat().st_size and p.suffix in (".arrow", ".json")):
        shutil.rmtree(data)
        shutil.copytree(saved, data)
        b = bytearray((data / path).read_bytes())
        b[len(b) // 2] ^= 4
        (data / path).write_bytes(b)
        code, said = run(bin, folder)
        kind = str(path.parent / path.name.split("-")[0]) if path.suffix == ".arrow" else str(path.parent).split("-")[0] + "/*.json"
        if code == 65:
            good = path.name in said
        else:
            good = code == 0 and (hashes(data / "dedup") == want or path.parts[0] == "dedup" and path.suffix == ".arrow")
        failed |= not good
        outcome.setdefault((kind, code, good), []).append(said[-150:])
    print("\n| damaged file | exit | | files | message |\n|---|---|---|---|---|")
    for (kind, code, good), said in outcome.items():
        print(f"| {kind} | {code} | {'right' if good else 'WRONG'} | {len(said)} | {said[0]} |")
    shutil.rmtree(folder)
    return failed


def main():
    args = sys.argv[1:]
    flags = args[args.index("--") + 1:] if "--" in args else ["--memory", "512MiB"]
    wanted = args[:args.index("--")] if "--" in args else args
    bin = pairs.build()
    failed = inputs(bin, wanted, flags)
    if os.geteuid() == 0 and (not wanted or "disk" in wanted):
        failed |= full_disk(bin)
    if not wanted or "damage" in wanted:
        failed |= damage(bin)
    sys.exit(failed)


if __name__ == "__main__":
    main()
