"""Recall and false positives of near-deduplication on pairs of exactly known similarity.

    venv/bin/python bench/dedup_recall.py [SETTING…]     (pip install -r bench/requirements.txt)

Makes RECALL_PAIRS (default 2000) pairs of texts for each similarity and setting,
checks each pair's Jaccard similarity, and counts what is found by `corpus ingest`
and `corpus dedup --near SETTING`, by datasketch (MinHashLSH with the same bands and
rows), and by text-dedup (its own signature, pairs that share a band; it has no
shingles of characters), beside the formula 1-(1-s^rows)^bands. What corpus
finds must be within a hundredth or three standard errors of it, whichever is more;
below 0.6, where it asks for an estimate of 0.52 too, no more than that. (`make
figures` has more pairs and takes the lesser.)
"""

import json
import math
import os
import random
import subprocess
import sys
import tempfile

import pairs

# bands, rows, shingle, unit: those of dedup/settings.go
SETTINGS = {
    "fineweb": (14, 8, 5, "words"),
    "redpajama": (9, 13, 13, "words"),
    "redpajama-0.7": (14, 9, 13, "words"),
    "redpajama-0.9": (5, 25, 13, "words"),
    "nemo": (20, 13, 24, "chars"),
    "refinedweb": (450, 20, 5, "words"),
}
COUNT = int(os.environ.get("RECALL_PAIRS", "2000"))
POINTS = [8, 10, 12, 13, 14, 15, 16, 17, 18, 19]  # twentieths


def letters(rng, n):
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(n))


def pair(rng, p, shingle, unit):
    """Two texts that begin alike: 6p shingles of 120 are of both."""
    n, shared = 3 * (20 + p) + shingle - 1, 6 * p + shingle - 1
    if unit == "words":
        common = [letters(rng, 7) for _ in range(shared)]
        a, b = (" ".join(common + [letters(rng, 7) for _ in range(n - shared)]) for _ in range(2))
    else:
        common, end = letters(rng, shared), "abc"
        a, b = (common + c + letters(rng, n - shared - 1) for c in rng.sample(end, 2))
    x, y = set(shingles(a, shingle, unit)), set(shingles(b, shingle, unit))
    assert len(x & y) * 20 == p * len(x | y), "a pair of another similarity"
    return a, b


def shingles(text, n, unit):
    units = text.split(" ") if unit == "words" else text
    return [units[i:i + n] if unit == "chars" else " ".join(units[i:i + n]) for i in range(len(units) - n + 1)]


def by_corpus(bin, name, found):
    """Share of pairs of which the second text is dropped for the first."""
    with tempfile.TemporaryDirectory() as folder:
        pairs.workspace(folder)
        with open(f"{folder}/docs.jsonl", "w") as out:
            for a, b in found:
                print(json.dumps({"text": a}), json.dumps({"text": b}), sep="\n", file=out)
        for command in (["ingest", "docs.jsonl"], ["dedup", "--near", name]):
            subprocess.run([bin / "corpus", *command, "--quiet"], cwd=folder, check=True)
        cat = lambda *flags: [json.loads(line) for line in subprocess.run(
            [bin / "corpus", "cat", "dedup", *flags], cwd=folder, check=True, capture_output=True, text=True).stdout.splitlines()]
        stay, dropped = cat(), cat("--dropped")
        assert len(stay) + len(dropped) == 2 * len(found), "documents are lost"
        text = {d["id"]: d["text"] for d in stay}
        first = {b: a for a, b in found}
        return sum(text[d["dedup"]["match"]] == first[d["text"]] for d in dropped) / len(found)


def by_datasketch(setting, found):
    from datasketch import MinHash, MinHashLSH

    bands, rows, n, unit = setting
    hits = 0
    for texts in found:
        a, b = (MinHash(num_perm=bands * rows) for _ in texts)
        for m, text in zip((a, b), texts):
            m.update_batch([g.encode() for g in shingles(text, n, unit)])
        lsh = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
        lsh.insert("a", a)
        hits += bool(lsh.query(b))
    return hits / len(found)


def by_text_dedup(setting, found):
    import numpy as np
    from text_dedup.minhash import RNG, SIGNATURE_COLUMN, embed_func
    from text_dedup.utils import xxh3_32hash

    bands, rows, n, unit = setting
    if unit == "chars":
        return None
    prime, top = np.uint64((1 << 61) - 1), np.uint32((1 << 32) - 1)
    permutations = (RNG.randint(1, prime, size=bands * rows, dtype=np.uint64), RNG.randint(0, prime, size=bands * rows, dtype=np.uint64))
    sign = lambda text: embed_func(text, 0, num_perm=bands * rows, ngram_size=n, min_length=0, permutations=permutations, hash_func=xxh3_32hash,
                                   hashranges=[(i * rows, (i + 1) * rows) for i in range(bands)], dtype=np.uint64, max_hash=top, modulo_prime=prime)[SIGNATURE_COLUMN]
    return sum(any(x == y for x, y in zip(sign(a), sign(b))) for a, b in found) / len(found)


def main(names):
    bin, failed = pairs.build(), False
    print("| setting | similarity | formula | corpus | datasketch | text-dedup |\n|---|---|---|---|---|---|")
    for name in names or SETTINGS:
        setting = SETTINGS[name]
        for p in POINTS:
            rng, s = random.Random(f"{name} {p}"), p / 20
            found = [pair(rng, p, *setting[2:]) for _ in range(COUNT)]
            want = 1 - (1 - s ** setting[1]) ** setting[0]
            allowed = max(0.01, 3 * math.sqrt(want * (1 - want) / COUNT))
            ours = by_corpus(bin, name, found)
            others = [by_datasketch(setting, found), by_text_dedup(setting, found)]
            wrong = ours > want + allowed or s >= 0.6 and ours < want - allowed
            failed |= wrong
            print(f"| {name} | {s:.2f} | {want:.4f} ± {allowed:.4f} | {ours:.4f}{' **wrong**' * wrong} | "
                  + " | ".join("–" if x is None else f"{x:.4f}" for x in others) + " |", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1:])
