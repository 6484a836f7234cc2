#!/usr/bin/env python3
"""Write filter/ngram/testdata/kenlm.json: sentences, and what KenLM's models of
them say of others.

    filter_ngram.py KENLM/build/bin [TEXT SCORES]

KenLM (github.com/kpu/kenlm, commit 4cb443e) is built with cmake; lmplz and query
are in its build/bin. With TEXT (a sentence a line, lower-case words with spaces
between) it instead learns from all but each tenth line and writes the log10
probabilities of those to SCORES, for a comparison by hand:

    NGRAM_TEXT=TEXT NGRAM_SCORES=SCORES go test ./filter/ngram -run TestByHand -v
"""
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

OUT = Path(__file__).parents[2] / "filter/ngram/testdata/kenlm.json"
TOY = ["the cat sat on the mat", "the dog sat on the rug", "a cat saw the dog", "the dog saw a cat on the mat"]
TOY_TESTS = ["the cat saw the rug", "a dog", "the zebra sat on a mat", "zebra", "the", "mat the on sat cat the"]


def score(binaries, train, test):
    with tempfile.TemporaryDirectory() as tmp:
        text, arpa = Path(tmp) / "text", Path(tmp) / "arpa"
        text.write_text("\n".join(train) + "\n")
        with open(text) as f, open(arpa, "w") as out:
            subprocess.run([binaries + "/lmplz", "-o", "3", "--discount_fallback", "-S", "1G", "-T", tmp], stdin=f, stdout=out, stderr=subprocess.DEVNULL, check=True)
        got = subprocess.run([binaries + "/query", str(arpa)], input="\n".join(test) + "\n", text=True, capture_output=True, check=True).stdout
    return [float(re.search(r"Total: (\S+)", line)[1]) for line in got.splitlines() if "Total:" in line]


def markov(n, seed):
    """Sentences of a made-up language in which words have favourite followers."""
    r = random.Random(seed)
    names = ["".join(r.choice("bdfgklmnprst") + r.choice("aeiou") for _ in range(2 + i % 2)) for i in range(150)]
    after = {w: r.sample(names, 12) for w in names}
    out = []
    for _ in range(n):
        w, s = r.choice(names[:20]), []
        for _ in range(r.randint(3, 12)):
            s.append(w)
            w = r.choice(after[w][: r.choice([2, 4, 12])]) if r.random() < 0.9 else r.choice(names)
        out.append(" ".join(s))
    return out


def case(binaries, train, test):
    return {"train": train, "test": test, "log10": score(binaries, train, test)}


def main(binaries, text=None, scores=None):
    if text:
        lines = Path(text).read_text().splitlines()
        got = score(binaries, [s for i, s in enumerate(lines) if i % 10], lines[::10])
        Path(scores).write_text(json.dumps(got))
        return
    OUT.parent.mkdir(exist_ok=True)
    made = markov(460, 1)
    OUT.write_text(json.dumps([case(binaries, TOY, TOY_TESTS), case(binaries, made[:400], made[400:] + ["qux " + made[0]])], indent=0) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
