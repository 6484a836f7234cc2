"""Compares the documents that corpus drops for evaluation sets with datatrove's.

    python -m venv v && v/bin/pip install datatrove==0.10.1 spacy==3.8.14 nltk==3.10.4 xxhash==3.8.2 numpy
    v/bin/python testdata/scripts/dedup_against_check.py corpus WORK SOURCE...

corpus is the program, WORK an empty directory, SOURCE what corpus reads. The set is
made of stretches of 10 to 60 words of every third document, with other case and
punctuation. datatrove's filter gets the same n-grams of 13 words by its own
indexer's functions (an example's text as label), and every document; its tokenizer
is spaCy's blank English one. Examples below 13 words are corpus's alone: the
documents that it drops for those only are counted apart.
"""

import json
import pathlib
import random
import subprocess
import sys

from datatrove.data import Document
from datatrove.pipeline.decont import n_grams


def documents(corpus, work, *args):
    out = subprocess.run([corpus, "cat", *args, "-C", work], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def examples(docs):
    """Stretches of words as they might stand in a set."""
    r = random.Random(1)
    for doc in docs[::3]:
        words = doc["text"].split()
        if len(words) < 80:
            continue
        n = r.randint(10, 60)
        at = r.randrange(len(words) - n)
        text = " ".join(words[at:at + n])
        yield {"question": text.upper() if r.random() < 0.3 else text + "?"}


def dropped_by_datatrove(docs, texts):
    config = n_grams.NGramsDecontConfig(n_grams=13)
    for step in (n_grams.NGramsDecontIndexer, n_grams.NGramsDecontFilter):
        step._requires_dependencies = []
    indexer = n_grams.NGramsDecontIndexer("unused", config=config)
    step = n_grams.NGramsDecontFilter("unused", config=config)
    step._index_hashes = {h: "set" for text in texts for h in indexer.compute_hashes(text)}
    return {doc["id"] for doc in docs if step.filter(Document(text=doc["text"], id=doc["id"])) is not True}


def main():
    corpus, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    (work / "corpus.yaml").write_text("")
    run = lambda *args: subprocess.run([corpus, *args, "-C", work, "--quiet"], check=True)
    run("ingest", "--extract", "raw", *[pathlib.Path(s).resolve() for s in sys.argv[3:]])
    docs = documents(corpus, work, "ingest")
    texts = [e["question"] for e in examples(docs)]
    for name, some in [("all", texts), ("long", [t for t in texts if len(t.split()) >= 13])]:
        (work / f"{name}.jsonl").write_text("".join(json.dumps({"question": t}) + "\n" for t in some))
    ours = {}
    for name in ["all", "long"]:
        run("dedup", "--against", work / f"{name}.jsonl")
        ours[name] = {doc["id"] for doc in documents(corpus, work, "dedup", "--dropped", "--rule", "dedup.against")}
    theirs = dropped_by_datatrove(docs, texts)
    print(f"{len(docs)} documents, {len(texts)} examples: {len(ours['all'])} dropped by corpus, {len(theirs)} by datatrove, "
          f"{len(ours['all'] & theirs)} by both; {len(ours['all'] - ours['long'])} for short examples alone")
    for who, only in [("corpus", ours["long"] - theirs), ("datatrove", theirs - ours["all"])]:
        print(f"{len(only)} by {who} alone:", *sorted(only)[:5])


main()
