"""Near-deduplication, the whole job, beside datatrove, text-dedup and rensa, on one core.

    venv/bin/python bench/dedup_near.py [RIVAL…]     (inputs: bench/data.py; pip install -r bench/requirements.txt)
    venv/bin/python bench/dedup_near.py agree        the same duplicates as datatrove?

14 bands of 8 rows over shingles of five words; JSON lines in and, of
what stays, out. datatrove runs its four stages as examples/minhash_deduplication.py has them
(its hashes are xxhash of 64 bits), a process for all, and does not compress.
text-dedup is its command with xxh3; it writes Arrow. rensa is a library: the loop
around it reads, splits and writes as text-dedup does, gives it the shingles of a
batch at once and takes its flags. corpus also tells languages and exact
duplicates, keeps all texts compressed, and names the match of each duplicate; its
time is that of ingest, dedup and cat. It takes true similarities too, of the sets of
shingles; DEDUP_SIMILARITY=estimate leaves that out, as none of the others does it.

Documents are distinct pages of manuals in the order of their hashes; after a
third of them comes, some hundreds later, a copy with edits: EDITS says which.
DEDUP_BYTES is how much of text.jsonl is taken (default 80 MB, a minute of datatrove).
"""

import contextlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path

import pairs

BYTES = float(os.environ.get("DEDUP_BYTES", "80e6"))
BANDS, ROWS, SHINGLE = 14, 8, 5
NEAR = os.environ.get("DEDUP_NEAR", "fineweb")
# The share of words that an edited copy has replaced, dropped or doubled, in turn.
EDITS = [0, 0.0005, 0.001, 0.002, 0.005, 0.01]
COPIES = 1 / 3
LATER = 500  # a copy comes within so many documents


def documents():
    """docs.jsonl in a folder of its own."""
    path = pairs.DATA / f"dedup-{BYTES:.0f}" / "docs.jsonl"
    if path.exists():
        return path
    rng, left, late = random.Random(5), BYTES, []
    path.parent.mkdir(exist_ok=True)
    with open(pairs.DATA / "text.jsonl", encoding="utf-8") as texts, open(path.with_suffix(".part"), "w", encoding="utf-8") as out:
        for n, line in enumerate(texts):
            doc = json.loads(line)
            if (left := left - len(line.encode())) < 0:
                break
            out.write(line)
            if rng.random() < COPIES:
                share = rng.choice(EDITS)
                late.append((n + rng.randrange(LATER), json.dumps(doc | {
                    "text": edited(rng, doc["text"], share), "id": doc["id"] + "-copy", "url": doc["url"] + "?copy"}, ensure_ascii=False) + "\n"))
            late.sort(key=lambda l: -l[0])
            while late and late[-1][0] <= n:
                out.write(late.pop()[1])
        out.writelines(copy for _, copy in reversed(late))
    path.with_suffix(".part").rename(path)
    return path


def edited(rng, text, share):
    """The text with a share of its words replaced by others of it, dropped or doubled."""
    parts = re.split(r"(\S+)", text)  # words at odd places
    words = parts[1::2]
    for i in range(1, len(parts), 2):
        if rng.random() < share:
            parts[i] = rng.choice([rng.choice(words), "", parts[i] + " " + parts[i]])
    return "".join(parts)


def datatrove(source, out, ids=False, seed=1):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    config = MinhashConfig(n_grams=SHINGLE, num_buckets=BANDS, hashes_per_bucket=ROWS, seed=seed)
    read = JsonlReader(str(source.parent), glob_pattern=source.name)
    for name, tasks, stage in [
        ("signatures", 1, [read, MinhashDedupSignature(f"{out}/signatures", config)]),
        ("buckets", BANDS, [MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=config)]),
        ("cluster", 1, [MinhashDedupCluster(f"{out}/buckets", f"{out}/remove", config=config, save_cluster_id=ids)]),
        ("filter", 1, [read, MinhashDedupFilter(f"{out}/remove"), JsonlWriter(f"{out}/out", compression=None)]),
    ]:
        start = time.perf_counter()
        LocalPipelineExecutor(pipeline=stage, tasks=tasks, workers=1, logging_dir=f"{out}/logs/{name}").run()
        print(f"{name} {time.perf_counter() - start:.1f} s")


def text_dedup(source, out):
    subprocess.run([
        sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--data_files", source, "--split", "train", "--cache_dir", f"{out}/cache",
        "--output", f"{out}/out", "--column", "text", "--ngram", str(SHINGLE), "--num_perm", str(BANDS * ROWS), "--b", str(BANDS), "--r", str(ROWS),
        "--hash_func", "xxh3", "--hash_bits", "32", "--num_proc", "1"], check=True)


def rensa(source, out):
    import orjson
    from rensa import RMinHashDeduplicator

    # as corpus, it links what the values say is similar at 0.52
    known = RMinHashDeduplicator(threshold=0.52, num_perm=BANDS * ROWS, use_lsh=True, num_bands=BANDS)
    split, batch = re.compile(r"\W+").split, []
    with open(source, "rb") as texts, open(f"{out}/out.jsonl", "wb") as kept:
        def flush():
            keep = known.add_pairs([(doc["id"], shingles(split(doc["text"].lower()))) for doc in batch])
            kept.writelines(orjson.dumps(doc) + b"\n" for doc, stays in zip(batch, keep) if stays)
            batch.clear()

        for line in texts:
            batch.append(orjson.loads(line))
            if len(batch) == 1000:
                flush()
        flush()


def shingles(words):
    return [" ".join(g) for g in zip(*(words[i:] for i in range(SHINGLE)))]


def rows(path):
    """JSON lines of a file or of all in a folder."""
    files = [path] if path.is_file() else sorted(path.iterdir())
    return sum(1 for f in files for _ in open(f, "rb"))


def arrow_rows(path):
    import pyarrow

    return sum(pyarrow.ipc.open_stream(f).read_all().num_rows for f in path.glob("*.arrow"))


def ours(bin, source, how):
    return ["sh", "-c", f"""set -e
        {bin}/corpus ingest {source} --workers 1 --quiet --json
        {bin}/corpus dedup --near {NEAR} --similarity {how} --workers 1 --quiet --json
        {bin}/corpus cat dedup > out.jsonl"""]


def our_counts(out, folder):
    found = [json.loads(line) for line in out.splitlines()]
    return ", ".join(f"{s['stage']} {s['seconds']:.1f} s" for s in found if "seconds" in s) + f", {rows(folder / 'out.jsonl')} texts stay"


def removed(partition):
    """All but the first document of each cluster, by number."""
    seen, out = set(), set()
    for doc, cluster in enumerate(partition):
        if cluster in seen:
            out.add(doc)
        seen.add(cluster)
    return out


def their_clusters(source, folder, count, seed):
    with contextlib.redirect_stdout(sys.stderr):
        datatrove(source, folder, ids=True, seed=seed)
    partition = [("alone", doc) for doc in range(count)]
    for doc, cluster in struct.iter_unpack("<2I", Path(folder, "remove", "000000.clusters").read_bytes()):
        partition[doc] = cluster
    return partition


def our_clusters(bin, source, folder, docs, near):
    pairs.workspace(folder)
    subprocess.run(["sh", "-ec", f"{bin}/corpus ingest {source} --quiet; {bin}/corpus dedup --near {near} --quiet; {bin}/corpus cat dedup > out; {bin}/corpus cat dedup --dropped >> out"],
                   cwd=folder, check=True)
    found = {doc["url"]: doc for doc in map(json.loads, open(f"{folder}/out"))}
    assert len(found) == len(docs), "documents are lost"
    return [found[doc["url"]]["dedup"]["survivor"] if "dedup" in found[doc["url"]] else found[doc["url"]]["id"] for doc in docs]


def agree():
    """How far the removed documents agree, and what the others are."""
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig

    bin, source = pairs.build(), documents()
    docs = [json.loads(line) for line in open(source)]
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b, tempfile.TemporaryDirectory() as c, tempfile.TemporaryDirectory() as d:
        theirs, again = their_clusters(source, a, len(docs), 1), their_clusters(source, b, len(docs), 2)
        ours, same = our_clusters(bin, source, c, docs, "fineweb"), our_clusters(bin, source, d, docs, "datatrove")
        shingler = MinhashDedupSignature(c, MinhashConfig(n_grams=SHINGLE))
    number = {doc["id"]: n for n, doc in enumerate(docs)}
    copies = [(number[doc["id"].removesuffix("-copy")], n) for n, doc in enumerate(docs) if doc["id"].endswith("-copy")]
    sets = {}

    def similarity(x, y):
        x, y = (sets.setdefault(d, set(shingler.get_shingles(docs[d]["text"]).ravel().tolist())) for d in (x, y))
        return len(x & y) / len(x | y) if x and y else -1

    copies = [pair for pair in copies if similarity(*pair) >= 0.9]
    together = lambda partition: {pair for pair in copies if partition[pair[0]] == partition[pair[1]]}
    alike = {d for d in removed(theirs) | removed(ours) for x in [theirs, ours]
             if any(x[o] == x[d] and similarity(o, d) >= 0.9 for o in range(d))}
    print("| | both | first alone | second alone | agreement |\n|---|---|---|---|---|")
    for what, x, y in [
        (f"of {len(copies)} edited copies of similarity 0.9 or more, found: datatrove, corpus", together(theirs), together(ours)),
        ("documents removed that are 0.9 or more like an earlier one of their cluster: datatrove, corpus", removed(theirs) & alike, removed(ours) & alike),
        ("all documents removed: datatrove, corpus", removed(theirs), removed(ours)),
        ("all documents removed: datatrove, corpus --near datatrove", removed(theirs), removed(same)),
        ("all documents removed: datatrove, datatrove with another seed", removed(theirs), removed(again)),
    ]:
        print(f"| {what} | {len(x & y)} | {len(x - y)} | {len(y - x)} | {len(x & y) / len(x | y):.2%} |")

    print("\nOf the documents that one removes alone, the similarity (by datatrove's shingles) of the most similar two that the other does not join:")
    print("\n| similarity | datatrove, not corpus | corpus, not datatrove | datatrove, not with another seed |\n|---|---|---|---|")
    table = defaultdict(Counter)
    for column, (x, y) in enumerate([(theirs, ours), (ours, theirs), (theirs, again)]):
        for link in links(x, y, similarity):
            table["no shingles" if link < 0 else f"{link // 0.1 / 10:.1f}–"][column] += 1
    for row in sorted(table):
        print(f"| {row} | " + " | ".join(str(table[row][column]) for column in range(3)) + " |")


def links(x, y, similarity):
    """For each document removed in x alone, what joins its cluster of y to the rest of its cluster of x."""
    members = defaultdict(list)
    for doc, cluster in enumerate(x):
        members[cluster].append(doc)
    for doc in sorted(removed(x) - removed(y)):
        own = [d for d in members[x[doc]] if y[d] == y[doc]]
        rest = [d for d in members[x[doc]] if y[d] != y[doc]]
        yield max(similarity(a, b) for a in own for b in rest)


RIVALS = {
    "datatrove": (datatrove, "datatrove", lambda out, to: ", ".join(out.splitlines()) + f", {rows(to / 'out')} texts stay", 20),
    "text-dedup": (text_dedup, "text-dedup", lambda _, to: f"{arrow_rows(to / 'out')} texts stay", 1),
    "rensa": (rensa, "rensa", lambda _, to: f"{rows(to / 'out.jsonl')} texts stay", 1),
}


def main(names):
    bin, source = pairs.build(), documents()
    what = f"{source.stat().st_size / 1e6:.0f} MB of JSON lines, {rows(source)} documents: duplicates found, the others written"
    how = os.environ.get("DEDUP_SIMILARITY", "exact")
    for name in names or RIVALS:
        _, package, counts, need = RIVALS[name]
        pairs.compare(
            what, (f"{name} {version(package)}", lambda to: [sys.executable, __file__, "--rival", name, source, to], counts),
            (f"corpus, near {NEAR}, similarity {how}", lambda to: ours(bin, source, how), our_counts), need)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rival"]:
        RIVALS[sys.argv[2]][0](Path(sys.argv[3]), sys.argv[4])
    elif sys.argv[1:] == ["agree"]:
        agree()
    else:
        main(sys.argv[1:])
