#!/usr/bin/env python3
"""Make filter/recipe/testdata/gopher.jsonl: texts with what datatrove measures in them.

    pip install datatrove==0.10.0 spacy nltk
    python3 testdata/scripts/filter_fixtures.py > filter/recipe/testdata/gopher.jsonl

The values come out of datatrove's own filters: each is found by bisection of the
one limit at which GopherQualityFilter or GopherRepetitionFilter, with all other
limits off, changes its answer. Texts are random English whose tokens are the same
for spaCy's English tokenizer and for package words (the script cannot check the
latter; the test does).
"""
import json
import random
import sys

from datatrove.data import Document
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.utils.text import split_into_words

QUALITY = dict(min_doc_words=None, max_doc_words=None, min_avg_word_length=None, max_avg_word_length=None,
               max_symbol_word_ratio=None, max_bullet_lines_ratio=None, max_ellipsis_lines_ratio=None,
               max_non_alpha_words_ratio=None, min_stop_words=None)
REPETITION = dict(dup_line_frac=None, dup_para_frac=None, dup_line_char_frac=None, dup_para_char_frac=None,
                  top_n_grams=(), dup_n_grams=())


def passes(cls, base, text, **limit):
    answer = cls(**{**base, **limit}).filter(Document(text=text, id="0"))
    return answer is True or answer is not False and answer[0] is True


def upper(cls, base, text, key, wrap=lambda x: x):
    """The value v of a rule that passes when v <= limit; limits in (0, 4]."""
    lo, hi = 0.0, 4.0
    for _ in range(50):
        mid = (lo + hi) / 2
        if passes(cls, base, text, **{key: wrap(mid)}):
            hi = mid
        else:
            lo = mid
    return hi


def lower(text, key, top):
    """The value v of a rule that passes when v >= limit."""
    lo, hi = 1e-12, top
    if not passes(GopherQualityFilter, QUALITY, text, **{key: lo}):
        return 0.0
    for _ in range(50):
        mid = (lo + hi) / 2
        if passes(GopherQualityFilter, QUALITY, text, **{key: mid}):
            lo = mid
        else:
            hi = mid
    return lo


def measure(text):
    q, r = GopherQualityFilter, GopherRepetitionFilter
    # datatrove's list of punctuation lacks the bullet, which it so takes for a word
    plain = text.replace("•", "-")
    v = {
        "gopher.words": lower(plain, "min_doc_words", 1e6),
        "gopher.mean_word_length": lower(plain, "min_avg_word_length", 100),
        "gopher.bullet_lines": upper(q, QUALITY, text, "max_bullet_lines_ratio"),
        "gopher.ellipsis_lines": upper(q, QUALITY, text, "max_ellipsis_lines_ratio"),
        "gopher.alpha_words": lower(text, "max_non_alpha_words_ratio", 2),
        "gopher.stop_words": lower(text, "min_stop_words", 100),
        "repetition.dup_lines": upper(r, REPETITION, text, "dup_line_frac"),
        "repetition.dup_line_chars": upper(r, REPETITION, text, "dup_line_char_frac"),
        "repetition.dup_paragraphs": upper(r, REPETITION, text, "dup_para_frac"),
        "repetition.dup_paragraph_chars": upper(r, REPETITION, text, "dup_para_char_frac"),
    }
    # one limit serves both symbols: its value is the larger of hash_ratio and ellipsis_ratio
    v["gopher.symbols"] = upper(q, QUALITY, text, "max_symbol_word_ratio")
    for n in (2, 3, 4):
        v[f"repetition.top_{n}_gram"] = upper(r, REPETITION, text, "top_n_grams", lambda x, n=n: ((n, x),))
    for n in range(5, 11):
        v[f"repetition.dup_{n}_gram"] = upper(r, REPETITION, text, "dup_n_grams", lambda x, n=n: ((n, x),))
    return {k: round(x, 9) for k, x in v.items()}


WORDS = ("the be to of and that have with river garden window letter Committee story café naïve 12 3,000 4.5 2024 "
         "quickly The Of mountain harbour engine a I question").split()
ENDS = [" .", " .", " ,", " ;", " !", " ...", " …", "", "", " #", " ( why ) ", " \" so \" ", " — then", " ?"]


def sentence(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 12))) + rng.choice(ENDS)


def text(seed):
    rng = random.Random(seed)
    stock = [sentence(rng) for _ in range(rng.randint(2, 30))]
    lines = []
    for _ in range(rng.randint(6, 24)):
        line = rng.choice(stock) if rng.random() < 0.6 else sentence(rng)
        lines.append(rng.choice(["", "", "", "- ", "• ", "  - "]) + line + rng.choice(["", "", " ", "  "]))
    breaks = ["\n\n", "\n\n\n"] if seed % 3 == 0 else ["\n", "\n", "\n", "\n\n", "\n\n\n", "\r\n"]
    out = "".join(line + rng.choice(breaks) for line in lines)
    return rng.choice(["", "", "\n", "\n\n"]) + out + rng.choice(["", "x"])


def main():
    for seed in range(24):
        t = text(seed)
        tokens = split_into_words(t, "eng")
        json.dump({"text": t, "tokens": len(tokens),
                   "values": measure(t)}, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
