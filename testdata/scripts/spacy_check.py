"""Writes texts with datatrove's own tokens and sentences, for TestAgainstSpaCy.

Needs spacy==3.8.18 and datatrove==0.10.1 (Python 3.11):

    python3 testdata/scripts/spacy_check.py fixture internal/spacy/testdata/golden.json.gz
    python3 testdata/scripts/spacy_check.py files LANG OUT.gz MAXBYTES FILE...
    python3 testdata/scripts/spacy_check.py lines OUT.gz LANG FILE.txt.gz [LANG FILE ...]
    python3 testdata/scripts/spacy_check.py random OUT.gz SEED N LANG...

A line of the output is {"lang", "text", "tokens", "sentences"}, the last two
strings in order. Files are cut into documents of at most 4,000 characters at
empty lines; lines are joined by tens; random texts are put together from what rules are about.
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


ATOMS = (
    ". .. ... …… , : ; ! ? ¿ ( ) [ ] { } < > _ # * & % = + - -- --- – — —— ~ ' \" ” “ ` ‘ ´ ’ ‚ „ » « 「 （ 【 《 "
    "$ £ € ¥ US$ C$ ₽ § ° ° °C °F ² ³ ½ @ / // \\ | ^ © ™ ① ⓪ ✓ 😀 👍🏽 🇩🇪 ‽ 。 ？ ！ · ، ؟ । ۔ ። "
    "a b A B I X é É ß ñ я Я ж α Ω 中 日本 한국 ا م ש א ก ა e\u0301 \u0301 \u200b \u200d \u00ad \ufeff \ufffd \U00020000 \U0001d400 "
    "0 1 7 10 12 99 100 1999 3.14 1,000 ٣ १ km kg m cm % MB mg/l km/h "
    "the The don n't 's 'S ’s 're 'll 've I'm he'd can't cannot gonna o'clock d'un l'eau qu'il aujourd'hui -t-il -la 'ls és "
    "http:// https:// www. mailto: foo bar.com user@ example.org :8080 /path ?q=1 #x 10.0.0.1 192.168.1.1 223.255.1.254 .co.uk xn--p1ai _dmarc "
    "U.S. e.g. i.e. p.m. a.m. 9am Mr. Dr. z.B. u.a. St. :) :-( ;) :D xD ^_^ (-: 8) <3 C++ .NET a. ä. IV. XII MCM'e km.'e "
    "word Word WORD lower.Upper snake_case kebab-case CamelCase x=y a<b <a href> <br/> </b> -nya -mu se-X dwu- Și- -ului "
    "α-β 12' '12 1/2 2017/2/15 10.9-6 1ης-2"
).split()
SPACES = [" "] * 12 + ["  ", "\n", "\n\n", "\t", " \n", "\u00a0", "\u3000", "\u2028", "\x1c", "\r\n", "\x85"]


def randoms(seed, count, langs):
    rng = random.Random(seed)
    for lang in langs:
        own = sorted(SpaCyTokenizer(lang).tokenizer.tokenizer.rules)
        for _ in range(count):
            text = rng.choice(["", "", "", " ", "\n"])
            for _ in range(rng.randrange(1, 30)):
                for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4, 6])):
                    text += rng.choice(own) if rng.random() < 0.2 else rng.choice(ATOMS)
                text += rng.choice(SPACES)
            yield record(lang, text)


def main():
    mode = sys.argv[1]
    if mode == "files":
        lang, out, limit = sys.argv[2], sys.argv[3], int(sys.argv[4])
        write(out, (record(lang, d) for d in documents(sys.argv[5:], limit)))
    elif mode == "lines":
        pairs = sys.argv[3:]
        write(sys.argv[2], (record(l, d) for l, p in zip(pairs[::2], pairs[1::2]) for d in tens(p)))
    elif mode == "random":
        write(sys.argv[2], randoms(int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))


if __name__ == "__main__":
    main()
