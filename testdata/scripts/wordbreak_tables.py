"""Write what package internal/wordbreak embeds and is tested against, from uniseg:
classes.txt, the ranges of the property Word_Break with "+" where a character is
Extended_Pictographic too, and testdata/words.jsonl, texts and their words.

    pip install uniseg==0.10.1
    python testdata/scripts/wordbreak_tables.py

With a JSONL file of documents it prints instead, a line each, how many words
uniseg finds and a hash of where they end (see TestDocuments).
"""

import json
import pathlib
import random
import sys
import zlib

from uniseg.emoji import extended_pictographic
from uniseg.wordbreak import word_break, words

OUT = pathlib.Path(__file__).parents[2] / "internal" / "wordbreak"


def class_of(code):
    c = chr(code)
    return word_break(c).value + ("+" if extended_pictographic(c) else "")


def classes():
    ranges = []
    for code in range(0x110000):
        name = class_of(code)
        if ranges and ranges[-1][2] == name:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, name])
    lines = [f"{a:X} {b:X} {name}\n" for a, b, name in ranges if name != "Other"]
    (OUT / "classes.txt").write_text("".join(lines))
    return ranges


def samples(ranges):
    """Random strings of one character a class: each pair of classes meets often."""
    rng = random.Random(1)
    by_class = {}
    for a, b, name in ranges:
        by_class.setdefault(name, []).append((a, b))
    names = sorted(by_class)

    def char():
        while True:
            c = chr(rng.randint(*rng.choice(by_class[rng.choice(names)])))
            if not 0xD800 <= ord(c) <= 0xDFFF:
                return c

    for _ in range(1500):
        yield "".join(char() for _ in range(rng.randint(1, 12)))
    yield "The committee can't meet at 3.14 o'clock, foo_bar's e-mail: a.b@c.org\r\n\r\n 1,000,000"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for line in open(sys.argv[1]):
            found = list(words(json.loads(line)["text"]))
            at, ends = 0, []
            for w in found:
                at += len(w.encode())
                ends.append(at)
            print(len(found), zlib.crc32(" ".join(map(str, ends)).encode()))
        sys.exit()
    table = classes()
    (OUT / "testdata").mkdir(exist_ok=True)
    with open(OUT / "testdata" / "words.jsonl", "w") as f:
        for s in samples(table):
            f.write(json.dumps(list(words(s))) + "\n")
