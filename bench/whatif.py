"""The funnel of another limit over many documents: `corpus filter --what-if`.

python3 bench/whatif.py [DOCUMENTS]   (default 10,000,000; takes some ten minutes and 8 GB of disk)

There is no rival for this: others measure again. Documents are short, since what
is read is the same for long ones: the attributes.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import pairs

WORDS = ("the of and to a in is that it was for on are with as his they be at one have this from or had by hot word but what "
         "some we can out other were all there when up use your how said an each she which do their time if will way about "
         "many then them write would like so these her long make thing see him two has look more day could go come did number "
         "sound no most people my over know water than call first who may down side been now find").split()


def write(path, count):
    pick = random.Random(1).choices
    with open(path, "w") as f:
        for i in range(count):
            f.write('{"text":"%s %d."}\n' % (" ".join(pick(WORDS, k=12)), i))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    folder = pairs.DATA / f"whatif-{count}"
    corpus = pairs.build() / "corpus"
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / "docs.jsonl", count)
        (folder / "corpus.yaml").write_text("filter:\n  limits: {gopher.min_words: 5, gopher.stop_words: 0, repetition.top_2_gram: 1, repetition.top_3_gram: 1, repetition.top_4_gram: 1}\n")
        for stage in (["ingest", "docs.jsonl"], ["dedup"], ["filter", "--keep", "0.5", "--lang", "en"]):
            done = subprocess.run([corpus, *stage, "--quiet"], cwd=folder)
            if done.returncode not in (0, 4):
                sys.exit(f"{stage}: exit {done.returncode}")
        (folder / "ready").touch()
    for limit in range(5, 10):
        start = time.perf_counter()
        out = subprocess.run([corpus, "filter", "--keep", "0.5", "--lang", "en", "--json", "--what-if", f"gopher.min_words={limit}"],
                             cwd=folder, check=True, capture_output=True, text=True).stdout
        took = time.perf_counter() - start
        c = json.loads(out.splitlines()[-1])
        print(f"gopher.min_words={limit}: {took:.1f} s, {c['docs_in']:,} documents in, {c['docs_out']:,} out")
    print(f"peak memory of any process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
