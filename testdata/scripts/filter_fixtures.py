#!/usr/bin/env python3
"""What datatrove measures in a text and decides about it; makes
filter/recipe/testdata/datatrove.jsonl of random texts.

    pip install datatrove==0.10.1 spacy==3.8.18 regex pyyaml
    python3 testdata/scripts/filter_fixtures.py > filter/recipe/testdata/datatrove.jsonl

Values are put together from the functions that datatrove's filters call; what a
rule decides is the answer of the filter itself with all other rules off, and what
a recipe decides is the answers of its filters one after the other. Limits and stop
words of other languages than English are read from filter/recipe/fineweb2.tsv.
"""
import json
import random
import sys
from pathlib import Path

from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.filters import c4_filters
from datatrove.pipeline.filters.gopher_quality_filter import PUNCTUATION_SET, STOP_WORDS
from datatrove.pipeline.filters.gopher_repetition_filter import find_all_duplicate, find_duplicates, find_top_duplicate, get_n_grams
from datatrove.utils.text import split_into_words

TABLE = Path(__file__).parents[2] / "filter/recipe/fineweb2.tsv"
TUNED = {}
for row in TABLE.read_text().splitlines():
    if not row.startswith("#"):
        cells = row.split("\t")
        n = list(map(float, cells[2:-1]))
        TUNED[cells[0]] = {
            "language": cells[1].split("+")[0], "dup_line_frac": n[0], "top": n[1:4], "dup": n[4:10], "line_punct_thr": n[10],
            "max_avg_word_length": n[11], "min_avg_word_length": n[12], "max_non_alpha_words_ratio": n[13], "new_line_ratio": n[14],
            "stop_words": cells[-1].split(" ")}
TUNED["en"] = {"language": "eng_Latn", "dup_line_frac": 0.3, "top": [0.2, 0.18, 0.16], "dup": [0.15, 0.14, 0.13, 0.12, 0.11, 0.1],
               "line_punct_thr": 0.12, "max_avg_word_length": 10, "min_avg_word_length": 3, "max_non_alpha_words_ratio": 0.8,
               "new_line_ratio": 0.3, "stop_words": STOP_WORDS}


def gopher_limits(c):
    return {"min_doc_words": 50, "max_doc_words": 100000, "min_avg_word_length": c["min_avg_word_length"],
            "max_avg_word_length": c["max_avg_word_length"], "max_symbol_word_ratio": 0.1, "max_bullet_lines_ratio": 0.9,
            "max_ellipsis_lines_ratio": 0.3, "max_non_alpha_words_ratio": c["max_non_alpha_words_ratio"], "min_stop_words": 2}


def repetition_limits(c):
    return {"dup_para_frac": 0.3, "dup_para_char_frac": 0.2, "dup_line_frac": c["dup_line_frac"], "dup_line_char_frac": 0.2,
            "top_n_grams": tuple(zip((2, 3, 4), c["top"])), "dup_n_grams": tuple(zip(range(5, 11), c["dup"]))}


def fineweb_limits(c):
    return {"line_punct_thr": c["line_punct_thr"], "short_line_thr": 0.67, "char_duplicates_ratio": 0.01, "new_line_ratio": c["new_line_ratio"]}


def answer(f, text):
    """Why f drops the text, or "", and the text behind it."""
    doc = Document(text=text, id="0")
    a = f.filter(doc)
    return ("" if a is True else a[1] if isinstance(a, tuple) else "dropped"), doc.text


# Each rule of ours, and the filter with that rule alone.
GOPHER_OFF = {k: None for k in gopher_limits(TUNED["en"])}
GOPHER_RULES = {"gopher.min_words": "min_doc_words", "gopher.max_words": "max_doc_words", "gopher.min_mean_word_length": "min_avg_word_length",
                "gopher.max_mean_word_length": "max_avg_word_length", "gopher.hash_ratio": "max_symbol_word_ratio",
                "gopher.ellipsis_ratio": "max_symbol_word_ratio", "gopher.bullet_lines": "max_bullet_lines_ratio",
                "gopher.ellipsis_lines": "max_ellipsis_lines_ratio", "gopher.alpha_words": "max_non_alpha_words_ratio",
                "gopher.stop_words": "min_stop_words"}
REPETITION_OFF = {"dup_para_frac": 0, "dup_para_char_frac": 0, "dup_line_frac": 0, "dup_line_char_frac": 0, "top_n_grams": (), "dup_n_grams": ()}
REPETITION_RULES = {"repetition.dup_paragraphs": "dup_para_frac", "repetition.dup_paragraph_chars": "dup_para_char_frac",
                    "repetition.dup_lines": "dup_line_frac", "repetition.dup_line_chars": "dup_line_char_frac"}
FINEWEB_OFF = {"line_punct_thr": -1, "short_line_thr": 999, "char_duplicates_ratio": 999, "new_line_ratio": 999}
FINEWEB_RULES = {"fineweb.line_punct": "line_punct_thr", "fineweb.short_lines": "short_line_thr",
                 "fineweb.dup_line_chars": "char_duplicates_ratio", "fineweb.list_ratio": "new_line_ratio"}
C4_OFF = {"min_num_sentences": -1, "filter_lorem_ipsum": False, "filter_curly_bracket": False}
C4_RULES = {"c4.sentences": ("min_num_sentences", 5), "c4.lorem_ipsum": ("filter_lorem_ipsum", True), "c4.curly_bracket": ("filter_curly_bracket", True)}


def rules(code):
    """By rule the filter that has no other. Both symbols share one limit: the filter's reason tells them apart."""
    c = TUNED[code]
    lang = c["language"]
    out = {}
    for rule, key in GOPHER_RULES.items():
        limit = gopher_limits(c)[key]
        if rule == "gopher.stop_words":
            f = GopherQualityFilter(**{**GOPHER_OFF, key: limit}, stop_words=c["stop_words"], language=lang)
        else:
            f = GopherQualityFilter(**{**GOPHER_OFF, key: limit}, language=lang)
        out[rule] = f
    for rule, key in REPETITION_RULES.items():
        out[rule] = GopherRepetitionFilter(**{**REPETITION_OFF, key: repetition_limits(c)[key]}, language=lang)
    for key, name in (("top_n_grams", "top"), ("dup_n_grams", "dup")):
        for n, limit in repetition_limits(c)[key]:
            out[f"repetition.{name}_{n}_gram"] = GopherRepetitionFilter(**{**REPETITION_OFF, key: ((n, limit),)}, language=lang)
    for rule, key in FINEWEB_RULES.items():
        out[rule] = FineWebQualityFilter(**{**FINEWEB_OFF, key: fineweb_limits(c)[key]}, language=lang)
    return out


def c4_rules(code, terminal):
    return {rule: C4QualityFilter(**{**C4_OFF, key: on}, filter_no_terminal_punct=terminal, language=TUNED[code]["language"])
            for rule, (key, on) in C4_RULES.items()}


def joint(code, recipe):
    """The filters of a recipe in the order of its pipeline."""
    c = TUNED[code]
    lang = c["language"]
    quality = GopherQualityFilter(**gopher_limits(c), stop_words=c["stop_words"], language=lang)
    if recipe == "fineweb2":
        limits = {**repetition_limits(c), "dup_para_frac": 0, "dup_line_char_frac": 0, "dup_para_char_frac": 0}
        return [GopherRepetitionFilter(**limits, language=lang),
                FineWebQualityFilter(language=lang, short_line_thr=999, char_duplicates_ratio=0.1, line_punct_thr=c["line_punct_thr"], new_line_ratio=c["new_line_ratio"]),
                quality]
    if recipe == "c4":
        return [C4QualityFilter(language=lang)]
    gopher = [GopherRepetitionFilter(**repetition_limits(c), language=lang), quality]
    if recipe == "gopher":
        return gopher
    return gopher + [C4QualityFilter(filter_no_terminal_punct=False, language=lang), FineWebQualityFilter(language=lang, **fineweb_limits(c))]


class Rival:
    """datatrove in one language."""

    def __init__(self, code):
        self.code, self.lang, self.stops = code, TUNED[code]["language"], set(TUNED[code]["stop_words"])
        self.rules = rules(code)
        self.c4_rules = {t: c4_rules(code, t) for t in (True, False)}
        self.joint = {r: joint(code, r) for r in ("gopher", "c4", "fineweb", "fineweb2")}
        self.fineweb2_rules = {rule: FineWebQualityFilter(**{**FINEWEB_OFF, key: limit}, language=self.lang) for rule, key, limit in (
            ("fineweb.line_punct", "line_punct_thr", TUNED[code]["line_punct_thr"]), ("fineweb.dup_line_chars", "char_duplicates_ratio", 0.1),
            ("fineweb.list_ratio", "new_line_ratio", TUNED[code]["new_line_ratio"]))}
        self.repetition = GopherRepetitionFilter(language=self.lang)

    def gopher(self, text):
        words = split_into_words(text, self.lang)
        plain = [w for w in words if any(ch not in PUNCTUATION_SET for ch in w)]
        lines, n = text.splitlines(), max(1, len(words))
        return {
            "gopher.words": len(plain), "gopher.mean_word_length": sum(map(len, plain)) / len(plain) if plain else float("nan"),
            "gopher.hash_ratio": text.count("#") / n, "gopher.ellipsis_ratio": (text.count("...") + text.count("…")) / n,
            "gopher.bullet_lines": sum(s.lstrip().startswith(("•", "-")) for s in lines) / max(1, len(lines)),
            "gopher.ellipsis_lines": sum(s.rstrip().endswith(("...", "…")) for s in lines) / max(1, len(lines)),
            "gopher.alpha_words": sum(any(c.isalpha() for c in w) for w in words) / n,
            "gopher.stop_words": len(self.stops & set(words))}

    def repeated(self, text):
        n, words = max(1, len(text)), split_into_words(text, self.lang)
        v = {}
        for name, pieces in (("paragraph", self.repetition.paragraph_exp.split(text.strip())), ("line", self.repetition._line_splitter.split(text))):
            dups, chars = find_duplicates(pieces)
            v[f"repetition.dup_{name}s"], v[f"repetition.dup_{name}_chars"] = dups / len(pieces), chars / n
        for k in (2, 3, 4):
            grams = get_n_grams(words, k)
            v[f"repetition.top_{k}_gram"] = find_top_duplicate(grams) / n if grams else 0
        for k in range(5, 11):
            v[f"repetition.dup_{k}_gram"] = find_all_duplicate(words, k) / n
        return v

    def fineweb(self, text):
        lines = [line for line in text.split("\n") if line.strip() != ""]
        n, stops = max(1, len(lines)), FineWebQualityFilter().stop_chars
        return {
            "fineweb.line_punct": sum(line.endswith(stops) for line in lines) / n, "fineweb.short_lines": sum(len(line) <= 30 for line in lines) / n,
            "fineweb.dup_line_chars": find_duplicates(lines)[1] / max(1, len(text.replace("\n", ""))),
            "fineweb.list_ratio": text.count("\n") / max(1, len(split_into_words(text, self.lang)))}

    def c4(self, text, terminal):
        """The values of C4 and the text that its line rules leave, with the rules for pages off."""
        found, split = 0, c4_filters.split_into_sentences

        def counted(*args):
            nonlocal found
            out = split(*args)
            found += len(out)
            return out

        c4_filters.split_into_sentences = counted
        off = C4QualityFilter(**{**C4_OFF, "min_num_sentences": 0}, filter_no_terminal_punct=terminal, language=self.lang)
        _, left = answer(off, text)
        c4_filters.split_into_sentences = split
        lines = text.splitlines()
        per = {rule: sum(answer(self.c4_rules[terminal]["c4." + rule], line)[0] != "" for line in lines if rule.split("_")[0] in line.lower() or "{" in line)
               for rule in ("lorem_ipsum", "curly_bracket")}
        return {"c4.lorem_ipsum": per["lorem_ipsum"], "c4.curly_bracket": per["curly_bracket"], "c4.sentences": found}, left

    def fails(self, text, wanted):
        out = []
        for rule in wanted:
            why, _ = answer(self.rules[rule], text)
            if why in ("", "empty") or rule == "gopher.hash_ratio" and "hash" not in why:
                continue
            if rule == "gopher.ellipsis_ratio" and "ellipsis" not in why and self.gopher(text)[rule] <= 0.1:
                continue
            out.append(rule)
        return out

    def measure(self, text):
        """By recipe: values, the text left, and what the whole recipe decides; and the rules failed of the text as it is."""
        quality, repeated = self.gopher(text), self.repeated(text)
        c4, left = self.c4(text, True)
        c4_fineweb, left_fineweb = self.c4(text, False)
        out = {
            "gopher": ({**repeated, **quality}, text), "c4": (c4, left),
            "fineweb": ({**repeated, **quality, **c4_fineweb, **self.fineweb(left_fineweb)}, left_fineweb),
            "fineweb2": ({**repeated, **self.fineweb(text), **quality}, text)}
        return {name: {"values": v, "text": left, "keep": self.keeps(name, text)} for name, (v, left) in out.items()}

    def keeps(self, recipe, text):
        for f in self.joint[recipe]:
            why, text = answer(f, text)
            if why:
                return False
        return True


WORDS = {
    "en": "the be to of and that have with river garden window letter Committee story café naïve 12 3,000 4.5 2024 quickly don't Dr. "
          "The Of mountain harbour engine a I question u.s. well-known e.g. JavaScript {x} cookies $5.99".split(),
    "de": "der die das und in von zu mit Fluss Garten Fenster Brief z.B. größe 12 3.000 2024 schnell Hauptstadt Straße ist nicht".split(),
    "ru": "и в не на что с река сад окно письмо 12 2024 быстро город улица это был как".split(),
    "fr": "le la l'eau et en du une que rivière jardin fenêtre aujourd'hui 12 2024 vite ville est dans qu'il".split(),
}
ENDS = [".", ".", ".", " .", ",", ";", "!", " ...", "…", "", "", " #", " ( why ) ", ' "so."', " — then", "?", " [1].", "[edit]", ".[citation needed]", ". [2] [3]"]
EXTRA = ["Please read our privacy policy and terms of use.", "This site uses cooKies to work.", "Enable JAVASCRIPT to see this.", "Lorem ipsum dolor sit amet.",
         "[1] [2] [3]", "Home", "Next page", "if (x) { return; }", "x" * 1001 + " is a long word", "One. Two! Three? Four.  Five (six). Seven.\u2028Eight and nine."]


def sentence(rng, code):
    return " ".join(rng.choice(WORDS[code]) for _ in range(rng.randint(2, 12))) + rng.choice(ENDS)


def text(seed, code):
    rng = random.Random(seed)
    stock = [sentence(rng, code) for _ in range(rng.randint(2, 30))]
    lines = []
    for _ in range(rng.randint(4, 20)):
        line = rng.choice(stock) if rng.random() < 0.5 else sentence(rng, code)
        line = " ".join([line] + [sentence(rng, code) for _ in range(rng.choice([0, 0, 1, 3]))])
        if rng.random() < 0.08 and seed % 2:
            line = rng.choice(EXTRA)
        lines.append(rng.choice(["", "", "", "", "- ", "• ", "  - "]) + line + rng.choice(["", "", "", " ", "  "]))
    breaks = ["\n\n", "\n\n\n"] if seed % 3 == 0 else ["\n", "\n", "\n", "\n\n", "\n\n\n", "\r\n"]
    out = "".join(line + rng.choice(breaks) for line in lines)
    return rng.choice(["", "", "\n", "\n\n"]) + out + rng.choice(["", "x", "[1]\n \n"])


def main():
    rivals = {code: Rival(code) for code in WORDS}
    for seed in range(40):
        code = "en" if seed < 28 else ("de", "ru", "fr")[seed % 3]
        t = text(seed, code)
        r = rivals[code]
        out = r.measure(t)
        for name, o in out.items():
            o["values"] = {k: round(x, 10) for k, x in o["values"].items()}
            if o["text"] == t:
                del o["text"]
        json.dump({"lang": code, "text": t, "recipes": out, "fails": r.fails(t, r.rules)}, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
