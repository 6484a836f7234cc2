"""Cutting lines and looking for evaluation sets, beside Dolma and datatrove.

    python -m venv v && v/bin/pip install datatrove==0.10.1 spacy==3.8.14 nltk==3.10.4 xxhash==3.8.2 numpy
    v/bin/pip install --no-deps dolma==1.2.1
    v/bin/python bench/dedup_lines.py corpus WORK [DOCUMENTS]

corpus is the program, WORK an empty directory. Documents (20,000 if not said) of
1.8 kB are made: a fifth of their lines come again, each of 50 sites has four lines
of its own; the evaluation set has 200 examples, one in every hundredth document.
Times are processor seconds. Of corpus they are those of `dedup` with the option less
those without: exact and near duplicates are not what is compared. Dolma's deduper
reads gzipped JSON lines and marks lines of 8 words or more by a Bloom filter of the
same error; datatrove's decontamination filter gets the documents in memory and the
n-grams of its own indexer.
"""

import glob
import gzip
import importlib.util
import json
import pathlib
import random
import resource
import subprocess
import sys


def cpu(who):
    u = resource.getrusage(who)
    return u.ru_utime + u.ru_stime


def make(work, count):
    r = random.Random(3)
    words = ["".join(r.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(r.randint(2, 9))) for _ in range(5000)]
    sentence = lambda n: " ".join(r.choices(words, k=n)).capitalize() + "."
    pool = [sentence(r.randint(8, 20)) for _ in range(3000)]
    sites = [[sentence(3) for _ in range(4)] for _ in range(50)]
    examples = [sentence(20) for _ in range(200)]
    texts = []
    for i in range(count):
        lines = []
        for _ in range(14):
            lines.append(r.choice(pool) if r.random() < 0.2 else sentence(r.randint(8, 30)))
            if r.random() < 0.3:
                lines.append("")
        if i % 100 == 0:
            lines.append("Q: " + r.choice(examples).upper())
        texts.append("\n".join(lines + sites[i % 50]))
    with open(work / "docs.jsonl", "w") as out:
        for i, text in enumerate(texts):
            out.write(json.dumps({"url": f"https://www.site{i % 50}.example/{i}", "text": text}) + "\n")
    (work / "set.jsonl").write_text("".join(json.dumps({"question": e}) + "\n" for e in examples))
    return texts, examples


def corpus_seconds(corpus, work, out, *options):
    before = cpu(resource.RUSAGE_CHILDREN)
    subprocess.run([corpus, "dedup", "-C", work, "--quiet", "--out", work / out, "--memory", "1GiB", *options], check=True)
    return cpu(resource.RUSAGE_CHILDREN) - before


def dolma_seconds(work, texts):
    path = glob.glob(str(pathlib.Path(sys.prefix, "lib", "python*", "site-packages", "dolma", "dolma.*.so")))[0]
    spec = importlib.util.spec_from_file_location("dolma.dolma", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ["documents", "work"]:
        (work / name).mkdir()
    with gzip.open(work / "documents" / "0.json.gz", "wt", compresslevel=1) as out:
        for i, text in enumerate(texts):
            out.write(json.dumps({"id": str(i), "text": text, "source": "x"}) + "\n")
    before = cpu(resource.RUSAGE_SELF)
    module.deduper_entrypoint(json.dumps({
        "documents": [str(work / "documents" / "*.gz")],
        "work_dir": {"input": str(work / "work"), "output": str(work / "work")},
        "dedupe": {"name": "lines", "paragraphs": {"attribute_name": "spans"}, "skip_empty": True, "min_words": 8},
        "bloom_filter": {"file": str(work / "bloom.bin"), "size_in_bytes": 0, "read_only": False,
                         "estimated_doc_count": 20 * len(texts), "desired_false_positive_rate": 1e-6},
        "processes": 1,
    }))
    return cpu(resource.RUSAGE_SELF) - before


def datatrove_seconds(texts, examples):
    from datatrove.data import Document
    from datatrove.pipeline.decont import n_grams
    config = n_grams.NGramsDecontConfig(n_grams=13)
    for step in (n_grams.NGramsDecontIndexer, n_grams.NGramsDecontFilter):
        step._requires_dependencies = []
    indexer, step = n_grams.NGramsDecontIndexer("unused", config=config), n_grams.NGramsDecontFilter("unused", config=config)
    step._index_hashes = {h: "set" for e in examples for h in indexer.compute_hashes(e)}
    before, dropped = cpu(resource.RUSAGE_SELF), 0
    for i, text in enumerate(texts):
        dropped += step.filter(Document(text=text, id=str(i))) is not True
    return cpu(resource.RUSAGE_SELF) - before, dropped


def main():
    corpus, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    texts, examples = make(work, int(sys.argv[3]) if len(sys.argv) > 3 else 20000)
    megabytes = sum(len(t) for t in texts) / 1e6
    (work / "corpus.yaml").write_text("")
    subprocess.run([corpus, "ingest", "-C", work, "--quiet", work / "docs.jsonl"], check=True)
    alone = corpus_seconds(corpus, work, "alone")
    print(f"{len(texts)} documents, {megabytes:.1f} MB; exact and near alone {alone:.2f} s")

    def tell(name, seconds):
        print(f"{name}: {seconds:.2f} s, {megabytes / max(seconds, 1e-3):.0f} MB/s", flush=True)

    for name, options in [("lines, on disk", ["--lines", "line"]), ("lines, Bloom filter", ["--lines", "line", "--lines-in", "bloom"]),
                          ("lines and paragraphs", ["--lines", "both"]), ("boilerplate", ["--boilerplate", "0.1"]),
                          ("evaluation set", ["--against", work / "set.jsonl"])]:
        tell("corpus, " + name, corpus_seconds(corpus, work, name.replace(" ", "-"), *options) - alone)
    tell("Dolma, lines", dolma_seconds(work, texts))
    some = texts[: len(texts) // 10]
    seconds, dropped = datatrove_seconds(some, examples)
    tell(f"datatrove, evaluation set ({dropped} dropped of {len(some)}, times ten)", 10 * seconds)


main()
