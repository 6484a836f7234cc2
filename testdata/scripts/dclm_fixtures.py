#!/usr/bin/env python3
"""What DCLM measures in a text, cuts out of it and decides about it; makes
filter/recipe/testdata/dclm.jsonl of random texts.

    git clone https://github.com/mlfoundations/dclm && git -C dclm checkout 361714b
    pip install uniseg==0.10.1 retrie==0.3.1 fasttext-numpy2-wheel==0.9.2 nltk Unidecode pyyaml
    python3 testdata/scripts/dclm_fixtures.py dclm > filter/recipe/testdata/dclm.jsonl

The steps and their arguments are those of dclm_baseline_refinedweb.yaml, without
those of addresses of pages and of language. A value is what a filter compares with
its limit, which is given to it as a number that takes note.
"""
import json
import os
import random
import sys
from pathlib import Path
from unittest.mock import MagicMock

import yaml

ABSENT = ("justext", "lxml", "lxml.etree", "bs4", "transformers", "blingfire", "jsonlines", "boto3", "cloudpathlib", "zstandard", "simdjson", "langdetect", "kenlm", "sentencepiece", "s3fs", "pandas", "tqdm", "botocore", "smart_open")  # what the steps do not call
RULES = {"page_length_filter": {"min_length": "min_words", "max_length": "max_words"},
         "word_length_filter": {"min_length": "min_mean_word_length", "max_length": "max_mean_word_length"},
         "symbol_ratio_filter": {"max_symbol_to_word_ratio": "symbols"}, "bullet_count_filter": {"max_bullet_start_ratio": "bullet_lines"},
         "ellipsis_count_filter": {"max_ellipsis_end_ratio": "ellipsis_lines"}, "alphabetic_word_ratio_filter": {"max_ratio": "non_alpha_words"},
         "stop_word_filter": {"min_stop_word": "stop_words"}, "word_removal_ratio_filter": {"max_removed_ratio": "removed_words"}}
ATTRIBUTES = {"min_words": "words", "max_words": "words", "min_mean_word_length": "mean_word_length", "max_mean_word_length": "mean_word_length"}
WITHOUT = {"symbols": 1, "non_alpha_words": 1, "removed_words": 1, "dup_lines": 1, "dup_paragraphs": 1}  # where a filter drops before it compares
REPETITION = [("line", False, 0.3, "dup_lines"), ("paragraph", False, 0.3, "dup_paragraphs"), ("line", True, 0.2, "dup_line_chars"),
              ("paragraph", True, 0.2, "dup_paragraph_chars"), (2, True, 0.2, "top_2_gram"), (3, True, 0.18, "top_3_gram"), (4, True, 0.16, "top_4_gram"),
              (5, True, 0.15, "dup_5_gram"), (6, True, 0.14, "dup_6_gram"), (7, True, 0.13, "dup_7_gram"), (8, True, 0.12, "dup_8_gram"),
              (9, True, 0.11, "dup_9_gram"), (10, True, 0.10, "dup_10_gram")]


class Probe(float):
    """A limit that is never reached and notes what it is compared with."""

    def __new__(cls, notes, scale=1):
        p = super().__new__(cls, 0)
        p.notes, p.scale = notes, scale
        return p

    def __mul__(self, n):
        return Probe(self.notes, n)

    def note(self, value):
        self.notes.append(value / self.scale if self.scale else 0)
        return False

    __gt__ = __lt__ = __ge__ = note

    def __le__(self, value):
        self.note(value)
        return False


class Rival:
    """In an empty text every filter drops something; such ones are not compared."""

    def __init__(self, home):
        home = Path(home).resolve()
        for module in ABSENT:
            sys.modules.setdefault(module, MagicMock())
        sys.path[:0] = [str(home), str(home / "baselines")]
        os.chdir(home)  # its list of domains is found from there
        from baselines.mappers import modifiers
        from baselines.mappers.enrichers import enrichers
        from baselines.mappers.filters import content_filters
        self.steps, self.repetition = [], content_filters.repetition_filter
        for step in yaml.safe_load(open("baselines/baselines_configs/dclm_baseline_refinedweb.yaml"))[0]["steps"]:
            name = step.pop("func")
            if name in ("move_url_modifier", "url_substring_filter", "detect_lang_whole_page_enricher", "language_filter"):
                continue
            f = next(getattr(m, name) for m in (modifiers, enrichers, content_filters) if hasattr(m, name))
            if name.endswith("line_modifier") and name.startswith(("substring", "counter")) or name in ("url_removal_modifier", "newline_removal_modifier"):
                f, step = f(**step), {}  # a factory
            self.steps.append((name, f, step))

    def measure(self, text, repetition=True):
        """repetition=False leaves out what takes long."""
        page, values, fails, keep = {"text": text}, {}, [], True
        for name, f, args in self.steps:
            if name == "massive_web_repetition_filters":
                if repetition:
                    keep &= self.repetitions(page, values, fails)
            elif name in RULES:
                keep &= bool(f(dict(page), **args))
                self.rules(page, name, f, args, values, fails)
            elif not f(page, **args):
                page["text"], keep = "", False
        return {"values": {f"dclm.{k}": v for k, v in values.items()}, "left": page["text"], "fails": sorted(f"dclm.{f}" for f in fails), "keep": keep}

    def rules(self, page, name, f, args, values, fails):
        """Each limit of a filter alone."""
        for arg, rule in RULES[name].items():
            others = {k: {"min_length": 0, "max_length": float("inf")}[k] for k in RULES[name] if k != arg}
            if not f(dict(page), **(args | others)):
                fails.append(rule)
            self.value(rule, values, lambda probe: f(dict(page), **(args | others | {arg: probe})))

    def repetitions(self, page, values, fails):
        """What massive_web_repetition_filters asks, with one cache for limits and probes."""
        cache, had = {}, len(fails)
        for granularity, characters, limit, rule in REPETITION:
            if not self.repetition(page, granularity, limit, count_characters=characters, cache=cache):
                fails.append(rule)
            self.value(rule, values, lambda probe: self.repetition(page, granularity, probe, count_characters=characters, cache=cache))
        return len(fails) == had

    def value(self, rule, values, ask):
        notes = []
        kept = ask(Probe(notes))
        name = ATTRIBUTES.get(rule, rule)
        if notes:
            values[name] = float(notes[-1])
        elif kept or name not in WITHOUT:
            values.setdefault(name, 0.0)
        else:
            values[name] = float(WITHOUT[name])


LINES = ["The committee will meet again on Thursday, and have a look at the old bridge.", "It's 3.14 o'clock in the naïve 漢字 café.", "READ ALL OF THIS NOW", "12345", "3 likes",
         "  12,345 Views !", "1.2k followers", "5 likes and more", "word", " ", "3 items in cart", "Items in Cart", "See Items in carts and items in cart here today", "Read more...",
         "Go on there Read moreabc", "Sign-in", "sign-in to go on", "* point", "• point of it", "- a line with an end...", "wait . . .", "# # #", "…",
         "see http://example.com/a(b)?c=d&e, foo.org and x.y.co.uk", "mail a.b@example.com.", "at 10.0.0.1:80/x or http://192.168.1.1 or 1.2.3.4.5 v300.1.1.1 1.2.3.4x", "see  \t  ftp://a.b.net/x\u00a0y foo.comx foo.com_ foo.测试 b.com.测试x",
         "ÀÉÎ Ⅷ Ⓐ x", "①②③", "the the the the the the", "# \u2003Ünïcode 9 shares…", "漢字カタカナ foo_bar א\"ב can't 🏳️‍🌈🇩🇪🇫"]


def texts(rng):
    for _ in range(70):
        kinds = rng.sample(LINES, rng.randint(1, 12)) + LINES[:1] * rng.choice([0, 2, 12])
        sep = rng.choice([["\n"], ["\n", "\n\n"], ["\n", "\n\n\n", "\n\n\n\n\n"], [" ", "\n"]])
        yield rng.choice(["", "", "In ", "zq ", "\n", "COM "]) + "".join(rng.choice(kinds) + rng.choice(sep) for _ in range(rng.choice([2, 8, 20])))
    yield "\n".join(f"* point {i}" for i in range(9))
    yield from ["a", "READ", "com foo.com", "İn foo.com b"]


if __name__ == "__main__":
    rival = Rival(sys.argv[1])
    for text in texts(random.Random(6)):
        print(json.dumps({"lang": "en", "text": text} | rival.measure(text), ensure_ascii=False))
