"""How fast the normalizers of package tokenize/normal are beside those of
`tokenizers`, on the text of a JSON-lines file: MB of text per second of CPU,
one thread each.

    pip install tokenizers==0.23.3
    python3 bench/normalize.py text.jsonl [MEGABYTES]
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from tokenizers import normalizers as N

ROOT = pathlib.Path(__file__).parents[1]


def documents(path, room):
    """Texts without line feeds, so that the benchmark finds them line by line."""
    texts = []
    with open(path) as f:
        for line in f:
            texts.append(json.loads(line)["text"].replace("\n", " "))
            room -= len(texts[-1].encode())
            if room < 0:
                return texts
    return texts


def rival(normalizer, texts):
    start = time.process_time()
    for t in texts:
        normalizer.normalize_str(t)
    return sum(len(t.encode()) for t in texts) / 1e6 / (time.process_time() - start)


def ours(path):
    env = {**os.environ, "CORPUS_BENCH_TEXT": path, "CGO_ENABLED": "0", "GOMAXPROCS": "1"}
    cmd = ["go", "test", "./tokenize/normal", "-run", "^$", "-bench", "Normalizers", "-benchtime", "3x"]
    out = subprocess.run(cmd, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
    return {n: float(v) for n, v in re.findall(r"Normalizers/([^/]+)/file\S*\s.*?([\d.]+) MB/cpu-s", out)}


def main():
    texts = documents(sys.argv[1], int(sys.argv[2] if len(sys.argv) > 2 else 20) << 20)
    with tempfile.TemporaryDirectory() as folder:
        path, charsmap = pathlib.Path(folder) / "texts", pathlib.Path(folder) / "charsmap"
        path.write_text("\n".join(texts))
        env = {**os.environ, "CORPUS_NORMAL_CHARSMAP": str(charsmap), "CGO_ENABLED": "0"}
        subprocess.run(["go", "test", "./tokenize/normal", "-run", "CharsmapFile", "-count=1"], cwd=ROOT, env=env, check=True)
        rivals = {
            "NFC": N.NFC(), "NFKC": N.NFKC(), "NFD": N.NFD(), "Lowercase": N.Lowercase(),
            "BERT-uncased": N.BertNormalizer(), "BERT-cased": N.BertNormalizer(lowercase=False),
            "Precompiled": N.Precompiled(charsmap.read_bytes()),
        }
        mine = ours(str(path))
        for name, normalizer in rivals.items():
            theirs = rival(normalizer, texts)
            print("%-14s corpus %7.1f  tokenizers %6.1f MB/s  %5.1f x" % (name, mine[name], theirs, mine[name] / theirs))


if __name__ == "__main__":
    main()
