#!/usr/bin/env python3
"""What Dolma measures in a text, replaces in it and decides about it; makes
filter/recipe/testdata/dolma.jsonl of random texts.

    pip install --no-deps dolma==1.2.1      (and what it imports)
    python3 testdata/scripts/dolma_fixtures.py > filter/recipe/testdata/dolma.jsonl

Limits are read as in configs/dolma-v1_5/mixing/cc-head.yaml of allenai/dolma at
669f534; the mixer, which is native code, is done here as it does it: documents are
dropped by the attributes of the whole text, and of spans that overlap that which
begins first is replaced.
"""
import json
import random
import sys
from unittest.mock import MagicMock

for module in ("boto3", "botocore", "s3fs"):
    sys.modules.setdefault(module, MagicMock())
from dolma.core.data_types import Document  # noqa: E402
from dolma.taggers.gopher import GopherTagger  # noqa: E402
from dolma.taggers.pii import FastPiiRegex  # noqa: E402

NAMES = {"word_count": "words", "median_word_length": "median_word_length", "symbol_to_word_ratio": "symbol_words",
         "fraction_of_words_with_alpha_character": "alpha_words", "required_word_count": "stop_words",
         "fraction_of_lines_starting_with_bullet_point": "bullet_lines", "fraction_of_lines_ending_with_ellipsis": "ellipsis_lines",
         "fraction_of_duplicate_lines": "dup_lines", "fraction_of_characters_in_duplicate_lines": "dup_line_chars"}
NAMES |= {f"fraction_of_characters_in_most_common_{n}grams": f"top_{n}_gram" for n in (2, 3, 4)}
NAMES |= {f"fraction_of_characters_in_duplicate_{n}grams": f"dup_{n}_gram" for n in range(5, 11)}
BELOW = {"min_words": ("words", 50), "min_median_word_length": ("median_word_length", 3), "alpha_words": ("alpha_words", 0.8), "stop_words": ("stop_words", 2)}
ABOVE = {"max_words": ("words", 100000), "max_median_word_length": ("median_word_length", 10), "symbol_words": ("symbol_words", 0.1),
         "bullet_lines": ("bullet_lines", 0.9), "ellipsis_lines": ("ellipsis_lines", 0.3), "dup_lines": ("dup_lines", 0.3),
         "dup_line_chars": ("dup_line_chars", 0.3), "pii": ("pii", 5)}
ABOVE |= {f"top_{n}_gram": (f"top_{n}_gram", x) for n, x in ((2, 0.2), (3, 0.18), (4, 0.16))}
ABOVE |= {f"dup_{n}_gram": (f"dup_{n}_gram", x) for n, x in zip(range(5, 11), (0.15, 0.14, 0.13, 0.12, 0.11, 0.10))}
KINDS = ["EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS"]
GOPHER, PII = GopherTagger(), FastPiiRegex()


def replaced(text, spans):
    spans = sorted((s for s in spans if s.type in KINDS), key=lambda s: (s.start, KINDS.index(s.type)))
    out, at = "", 0
    for s in spans:
        if s.start >= at:
            out += text[at:s.start] + f" |||{s.type}||| "
            at = s.end
    return out + text[at:]


def measure(text):
    doc = Document(source="", id="0", text=text)
    values = {}
    for s in GOPHER.predict(doc).spans:
        values[NAMES.get(s.type, "")] = s.score
    spans = PII.predict(doc).spans
    values["pii"] = next(s.score for s in spans if s.type == "doc_count")
    fails = [rule for rule, (a, limit) in BELOW.items() if a in values and values[a] < limit]
    fails += [rule for rule, (a, limit) in ABOVE.items() if a in values and values[a] > limit]
    values.pop("", None)
    return {"values": {f"dolma.{k}": float(v) for k, v in values.items()}, "left": replaced(text, spans),
            "fails": sorted(f"dolma.{f}" for f in fails), "keep": not fails}


WORDS = "the be to of and that have with The bridge river committee #tag … wait… (see) 12 3.14 naïve 漢字 don't\u00a0go * - -x Über".split(" ")
MARKS = [" john@example.org, ", " (jane.doe@mail.example.com)\n", " call 202-555-0143 now", " (202) 555.0143\n", " at 192.168.10.254 or", "10.0.0.256 ", " @ a@b c@d.e.\n",
         " \x1c+1 202 555 0143", "...@x@foo.org \n", " a@b.c!d \t", "2025550143", " \u0661\u0662\u0663-456-7890 ", "\u2003mail:x@y.zz;\u2003\u2003"]


def texts(rng):
    for _ in range(60):
        kinds = rng.sample(WORDS, rng.randint(2, len(WORDS)))
        out, breaks = "", rng.choice([0.02, 0.1, 0.4])
        for _ in range(rng.choice([3, 20, 60, 90])):
            out += rng.choice(kinds) + ("\n" * rng.randint(1, 3) if rng.random() < breaks else " ")
            if rng.random() < 0.05:
                out += rng.choice(MARKS)
        yield out
        if rng.random() < 0.2:
            yield "\n".join([out] * 2)
    yield from ["", " \n", "a", "* x\n* y\n- z", "…\n…", "bridges-and-rivers and committees-on-bridges"]


if __name__ == "__main__":
    for text in texts(random.Random(5)):
        print(json.dumps({"lang": "en", "text": text} | measure(text), ensure_ascii=False))
