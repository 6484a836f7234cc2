"""Makes dedup/testdata/datasketch.json, the fixture of TestDatasketch.

    python -m venv v && v/bin/pip install datasketch==2.0.0 xxhash==3.8.2
    v/bin/python testdata/scripts/dedup_fixtures.py

It holds a small corpus, the clusters that datasketch's MinHash and MinHashLSH
find in it (112 permutations, 14 bands of 8 rows, the same shingles), the exact
Jaccard similarity of each document to the earliest of its cluster, and the
signatures of a text, of words (fineweb) and of characters (nemo), as this file
computes them from the description in dedup/doc.go alone.
"""

import hashlib
import json
import pathlib
import random

import xxhash
from datasketch import MinHash, MinHashLSH

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
BANDS, ROWS, SHINGLE, HAN = 14, 8, 5, 2


def mix(x):
    """The output function of SplitMix64."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def is_han(word):
    return "\u4e00" <= word[0] <= "\u9fff"


def shingles(words):
    """Windows of five words, in which a Han character counts two and a half."""
    out = []
    for i in range(len(words)):
        window, weight = [], 0
        for word in words[i:]:
            window.append(word)
            weight += SHINGLE if is_han(word) else HAN
            if weight >= SHINGLE * HAN:
                break
        if weight < SHINGLE * HAN and i > 0:
            break
        out.append(tuple(window))
    return out


def characters(words, n):
    """Windows of n characters of the words with one blank between them."""
    text = " ".join(words)
    return [text[i : i + n] for i in range(max(1, len(text) - n + 1))]


def signature(windows, unit, bands=BANDS, rows=ROWS, seed=0):
    """Of windows of units, each of which unit gives a hash of."""
    state, parameters = mix(seed), []
    for _ in range(bands * rows):
        a = mix((state + GOLDEN) & MASK) | 1
        state = (state + 2 * GOLDEN) & MASK
        parameters.append((a, mix(state)))
    hashes = []
    for window in windows:
        h = 0
        for u in window:
            h = (h * GOLDEN + unit(u)) & MASK
        hashes.append(mix(h))
    values = [min((x * a + b) & MASK for x in hashes) for a, b in parameters]
    out = []
    for band in range(bands):
        h = mix((band + GOLDEN) & MASK)
        for value in values[band * rows : (band + 1) * rows]:
            h = mix(h ^ value)
        out.append(h)
    values = values[:256]
    for i in range(0, len(values), 16):
        out.append(sum((mix(v) & 15) << 4 * k for k, v in enumerate(values[i : i + 16])))
    return out


def exact(words):
    return hashlib.sha256("".join(w + " " for w in words).encode()).hexdigest()[:32]


def letters(n):
    return "".join(chr(ord("a") + int(d)) for d in str(n))


def corpus(rng):
    """Lists of words: originals, and copies with few or many words replaced."""
    docs = []
    for k in range(14):
        if k % 7 == 6:
            base = [chr(rng.randrange(0x4E00, 0x5800)) for _ in range(200)]
            fresh = lambda: chr(rng.randrange(0x6000, 0x9000))
        else:
            base = [letters(rng.randrange(10000)) for _ in range(170)]
            fresh = lambda: "x" + letters(rng.randrange(10000))
        docs.append(base)
        for changes in [1, 2, 60][: rng.randrange(4)]:
            copy = list(base)
            for i in rng.sample(range(len(copy)), changes):
                copy[i] = fresh()
            docs.append(copy)
    rng.shuffle(docs)
    return docs


def main():
    docs = corpus(random.Random(7))
    lsh = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    root, sets = [], [set(shingles(d)) for d in docs]
    for i, s in enumerate(sets):
        m = MinHash(num_perm=BANDS * ROWS, seed=1)
        for window in s:
            m.update(" ".join(window).encode())
        found = sorted({root[int(j)] for j in lsh.query(m)})
        root.append(found[0] if found else i)
        root = [root[i] if r in found else r for r in root]
        lsh.insert(str(i), m)
    jaccard = [len(sets[i] & sets[r]) / len(sets[i] | sets[r]) for i, r in enumerate(root)]
    words = "the quick brown fox jumps over the lazy dog and 中 文 too".split()
    fixture = {
        "texts": [" ".join(d) if not is_han(d[0]) else "".join(d) for d in docs],
        "survivor": root,
        "jaccard": [round(j, 4) for j in jaccard],
        "words": " ".join(words),
        "exact": exact(words),
        "signature": ["%016x" % h for h in signature(shingles(words), lambda w: xxhash.xxh3_64_intdigest(w.encode()))],
        "nemo": ["%016x" % h for h in signature(characters(words, 24), lambda c: mix(ord(c)), 20, 13)],
    }
    path = pathlib.Path(__file__).parents[2] / "dedup" / "testdata" / "datasketch.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(fixture, ensure_ascii=False, indent=0) + "\n")
    print(len(docs), "documents,", len(set(root)), "clusters,", sorted(j for j in jaccard if j < 1))


main()
