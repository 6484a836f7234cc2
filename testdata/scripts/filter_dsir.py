#!/usr/bin/env python3
"""Write filter/dsir/testdata/dsir.json: what the authors' DSIR makes of some
texts, of its own toy data and of Gumbel noise.

    pip install data-selection==1.0.3 nltk==3.10.4 numpy==2.4.6
    python testdata/scripts/filter_dsir.py ../shared/data/dsir

The toy data (p-lambda/dsir, tests/) stays where it is: only numbers are written.
"""
import gzip
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from data_selection.hashed_ngram_dsir import HashedNgramDSIR, get_ngram_counts, hash_buckets, wpt

OUT = Path(__file__).parents[2] / "filter/dsir/testdata/dsir.json"
TEXTS = [
    "", " \n", "Alice went to the store", "Alice walked into the store\n\n()()($#%@?)@(#(*",
    "snake_case __init__ x1 3.14 1,000 don't l’eau ÉCOLE Straße ﬁn",
    "İSTANBUL'da ΟΔΟΣ. ΟΔΟΣ ΣΑΣ Σ ΑΣ'Α ΑΣ: ΑΣ·Β",
    "हिन्दी में लिखा हुआ पाठ । தமிழ்", "日本語の文章です。中文没有空格, English too", "العربية مع تَشْكِيل",
    "tabs\tand\x1cseparators\x1f\x85\xa0\u2028end \u200b zero", "½ ² Ⅷ ⑨ ٣ 𝟘 😀😀 é é",
    "a" * 1023 + " b", "a" * 1024 + " b", "x " + "a" * 1025 + " b c", "a" * 3000 + " " + "b" * 5000 + " c d", "-" * 5000 + "z" * 1024,
    "é" * 513 + "ü" * 511 + " e",
]


def counts(text):
    c = get_ngram_counts(text)
    return {int(i): int(c[i]) for i in np.flatnonzero(c)}


def unzip(data, name, to):
    path = Path(to) / name
    path.write_bytes(gzip.decompress((data / (name + ".gz")).read_bytes()))
    return str(path)


def toy(data):
    """Log importance weights of the pool, with each target, and the top ten."""
    out = {}
    with tempfile.TemporaryDirectory() as tmp:
        pool = unzip(data, "toy_pile_data.jsonl", tmp)
        for name in ["toy_target_data", "toy_target_data_2"]:
            d = HashedNgramDSIR([pool], [unzip(data, name + ".jsonl", tmp)], tmp + "/cache", num_proc=1,
                                raw_parse_example_fn=lambda x: x["contents"], target_parse_example_fn=lambda x: x["contents"])
            d.fit_importance_estimator("all")
            d.compute_importance_weights()
            w = np.load(d.log_importance_weights_dir / "0.npy")
            n = [int(get_ngram_counts(json.loads(line)["contents"]).sum()) for line in open(pool)]
            d.resample(tmp + "/out_" + name, 10, top_k=True)
            ids = {json.loads(line)["contents"]: i for i, line in enumerate(open(pool))}
            top = [ids[json.loads(line)["contents"]] for f in sorted((Path(tmp) / ("out_" + name)).rglob("*.jsonl")) for line in open(f)]
            out[name] = {"weights": [float(x) for x in w], "grams": n, "top": sorted(top)}
    return out


def gumbel(weights, k, draws=200_000):
    """How often each weight is among the k chosen, as resample() chooses."""
    rng = np.random.default_rng(1)
    noisy = np.asarray(weights) + rng.gumbel(size=(draws, len(weights)))
    chosen = np.argpartition(-noisy, k, axis=1)[:, :k]
    return [float(x) for x in np.bincount(chosen.ravel(), minlength=len(weights)) / draws]


def main(data):
    noise = [0.0, 1.0, 2.0, -1.0, 0.5, 3.0]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({
        "hashes": {s: hash_buckets(s) for s in ["alice", "alice went", "é", "…"]},
        "texts": [{"text": t, "tokens": len(wpt.tokenize(t.lower())), "counts": counts(t)} for t in TEXTS],
        "toy": toy(Path(data)),
        "noise": {"weights": noise, "k": 2, "share": gumbel(noise, 2)},
    }, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
