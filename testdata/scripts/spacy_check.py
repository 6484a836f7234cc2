"""Writes texts with datatrove's own tokens and sentences, for TestAgainstSpaCy.

Needs spacy==3.8.18 and datatrove==0.10.1 (Python 3.11):

    python3 testdata/scripts/spacy_check.py fixture internal/spacy/testdata/golden.json.gz
    python3 testdata/scripts/spacy_check.py files LANG OUT.gz MAXBYTES FILE...
    python3 testdata/scripts/spacy_check.py lines OUT.gz LANG FILE.txt.gz [LANG FILE ...]

A line of the output is {"lang", "text", "tokens", "sentences"}, the last two
strings in order. Files are cut into documents of at most 4,000 characters at
empty lines; lines are joined by tens.
"""

import glob
import gzip
import json
import random
import sys

from datatrove.utils.word_tokenizers import SpaCyTokenizer

TOKENIZERS = {}


def record(lang, text):
    if lang not in TOKENIZERS:
        TOKENIZERS[lang] = SpaCyTokenizer(lang)
    t = TOKENIZERS[lang]
    return {"lang": lang, "text": text, "tokens": t.word_tokenize(text), "sentences": t.sent_tokenize(text)}


def write(out, records):
    with open(out, "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", mtime=0, filename="", compresslevel=6) as z:
        n = size = 0
        for r in records:
            z.write((json.dumps(r, ensure_ascii=False) + "\n").encode())
            n, size = n + 1, size + len(r["text"].encode())
    print(f"{out}: {n} documents, {size} bytes")


def read(path):
    data = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
    return data.decode("utf-8", "ignore")


def documents(files, limit):
    total, seen = 0, set()
    for path in files:
        doc = ""
        for block in read(path).replace("\r\n", "\n").split("\n\n"):
            if doc and len(doc) + len(block) > 4000:
                if doc not in seen:
                    seen.add(doc)
                    total += len(doc.encode())
                    yield doc
                doc = ""
            doc += ("\n\n" if doc else "") + block
            if total > limit:
                return
        if doc and doc not in seen:
            seen.add(doc)
            total += len(doc.encode())
            yield doc


def tens(path):
    lines = read(path).splitlines()
    for i in range(0, len(lines), 10):
        yield "\n".join(lines[i : i + 10])


def main():
    mode = sys.argv[1]
    if mode == "files":
        lang, out, limit = sys.argv[2], sys.argv[3], int(sys.argv[4])
        write(out, (record(lang, d) for d in documents(sys.argv[5:], limit)))
    elif mode == "lines":
        pairs = sys.argv[3:]
        write(sys.argv[2], (record(l, d) for l, p in zip(pairs[::2], pairs[1::2]) for d in tens(p)))


if __name__ == "__main__":
    main()
