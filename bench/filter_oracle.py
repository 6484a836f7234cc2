"""The recipes of package filter/recipe beside datatrove on the same documents.

    venv/bin/python bench/filter_oracle.py      (inputs: bench/data.py; venv: pip install -r bench/requirements.txt)

At least 20,000 documents are put together from Debian's documentation, manual pages
and change logs, the Go distribution, logs, the visible text of web pages and the
public data sets in $BENCH_SHARED, and from such documents damaged so that every rule
fires; they lie in $BENCH_DATA/filter_oracle, as does what datatrove says of them,
which takes some ten minutes of CPU. ORACLE_DOCS=2000 takes so many documents only,
ORACLE_JOBS=4 processes.

For every attribute: documents in which both values are within 1e-6 of each other
(relative above one); for every rule and recipe: documents that it drops, and in
which both decide the same; how many words and texts after editing are equal.
"""

import contextlib
import functools
import gzip
import hashlib
import itertools
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import pairs

sys.path.insert(0, str(pairs.ROOT / "testdata/scripts"))
HOME = pairs.DATA / "filter_oracle"
DOCS = int(os.environ.get("ORACLE_DOCS", 20404))
LONGEST = 1600  # characters of most documents
LANGS = ["de", "fr", "es", "it", "pt", "nl", "ru", "pl", "sv", "tr", "el", "uk", "ar", "fa"]  # of the documents that are not English: one in twenty
RECIPES = ["gopher", "c4", "fineweb", "fineweb2"]


def read(path):
    raw = gzip.open(path).read() if str(path).endswith(".gz") else Path(path).read_bytes()
    return raw.decode("utf-8", "ignore").replace("\0", "")


def sample(paths, n):
    """n of the files, by the hash of their paths."""
    return sorted(map(str, paths), key=lambda p: hashlib.sha256(p.encode()).digest())[:n]


def piece(rng, text):
    """A run of lines of some LONGEST characters."""
    lines = text.splitlines(keepends=True)
    start = rng.randrange(max(1, len(lines) - 20))
    out, most = "", rng.randint(300, LONGEST)
    for line in lines[start:]:
        if len(out) + len(line) > most and out:
            break
        out += line
    return out[: 4 * LONGEST]


def visible(page):
    import lxml.html
    tree = lxml.html.fromstring(page)
    for e in tree.xpath("//script|//style"):
        e.drop_tree()
    return re.sub(r"[ \t]+", " ", re.sub(r"\n\s*\n+", "\n\n", tree.text_content()))


def real(rng):
    """Yields (source, text) of real English documents without end in a fixed order, sources in turn."""
    shared, share = pairs.SHARED, 2020  # of each source
    go = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    pages = [json.loads(line)["text"] for line, _ in zip(open(pairs.DATA / "text.jsonl"), range(4 * share))]
    html = [visible(gzip.open(p).read().decode("utf-8", "ignore")) for p in sorted((shared / "extraction/html").glob("*.gz"))]
    dsir = [json.loads(line) for f in sorted((shared / "dsir").glob("*.gz")) for line in gzip.open(f, "rt")]
    sentences = read(shared / "langid/en.txt.gz").splitlines()
    logs = [p for p in Path("/var/log").rglob("*.log") if p.stat().st_size and os.access(p, os.R_OK)]
    pools = {
        "pages": pages, "navigation": html,
        "manual": [read(p) for p in sample(Path("/usr/share/man/man1").glob("*.gz"), share)],
        "documents": [read(p) for p in sample((p for p in Path("/usr/share/doc").rglob("*") if p.is_file() and p.stat().st_size < 1 << 20), share)],
        "Go": [read(p) for p in sample(Path(go, "src").rglob("*.go"), share)],
        "data sets": [d.get("text") or d.get("contents") or "" for d in dsir],
        "sentences": ["\n".join(" ".join(rng.sample(sentences, rng.randint(1, 5))) for _ in range(12)) for _ in range(share)],
        "logs": [read(p) for p in sorted(logs)],
    }
    weights = {"pages": 6, "navigation": 3, "manual": 1, "documents": 2, "Go": 1, "data sets": 1, "sentences": 3, "logs": 1}
    order = [name for name, w in weights.items() for _ in range(w)]
    while True:
        name = rng.choice(order)
        if pools[name]:
            text = piece(rng, rng.choice(pools[name]))
            if text.strip():
                yield name, text


# Damage: each takes a document and how bad it is to be, from 0 to 1.
def shorter(rng, t, x): return " ".join(t.split()[: 20 + int(60 * x)])
def repeat_lines(rng, t, x): return "\n".join(line for line in t.split("\n") for _ in range(1 + (rng.random() < x)))
def repeat_paragraphs(rng, t, x): return "\n\n".join(p for p in re.split(r"\n{2,}", t) for _ in range(1 + (rng.random() < x)))
def repeat_a_line(rng, t, x):
    lines = t.split("\n")
    return "\n".join(lines + [max(lines[:5], key=len)] * int(6 * x + 1))
def repeat_words(rng, t, x):
    words, out = t.split(" "), []
    k = rng.randint(1, 4)
    for i in range(0, len(words), k):
        out += words[i:i + k] + (words[:k] if rng.random() < x * 0.6 else [])
    return " ".join(out)
def repeat_sentences(rng, t, x):
    s = re.split(r"(?<=\.) ", t)
    return " ".join(y for y in s for _ in range(1 + (rng.random() < x)))
def bullets(rng, t, x): return "\n".join(("- " if rng.random() < 0.5 else "  • ") + line if rng.random() < 0.8 + x / 4 else line for line in t.splitlines())
def ellipses(rng, t, x): return "\n".join(line + rng.choice(["...", "…", "... "]) if rng.random() < 0.6 * x else line for line in t.splitlines())
def hashes(rng, t, x): return " ".join(("#" if rng.random() < 0.2 * x else "") + w for w in t.split(" "))
def dots(rng, t, x): return " ".join(w + ("..." if rng.random() < 0.2 * x else "") for w in t.split(" "))
def short_words(rng, t, x): return re.sub(r"\w+", lambda m: m[0][:2 if rng.random() < 0.3 + 0.7 * x else 9], t)
def long_words(rng, t, x): return re.sub(r"(\w) (\w)", lambda m: m[1] + ("" if rng.random() < x else " ") + m[2], t)
def figures(rng, t, x): return re.sub(r"[^\W\d]+", lambda m: str(len(m[0]) * 37) if rng.random() < 0.4 * x else m[0], t)
def stopless(rng, t, x): return re.sub(r"\b(the|be|to|of|and|that|have|with)\b", lambda m: m[0].upper() if rng.random() < 0.8 + 0.25 * x else m[0], t)
def broken(rng, t, x): return re.sub(r" ", lambda m: "\n" if rng.random() < 0.6 * x else " ", t)
def pointless(rng, t, x): return re.sub(r"[.!?](\n|$)", lambda m: m[1] if rng.random() < 0.7 + 0.3 * x else m[0], t)
def pointed(rng, t, x): return re.sub(r"(\w)\n", lambda m: m[1] + rng.choice([".", "!", "?", '."', ".'", "..."]) + "\n" if rng.random() < x else m[0], t)
def boilerplate(rng, t, x):
    extra = ["Please read our Privacy Policy before you go on.", "This site uses cookies to do what it does.", "Enable JavaScript to see all of this page.",
             "By going on you accept the use of Cookies here.", "See the Terms of Use for what that means.", "[1] [2] [3]", "x" * 1200 + " and more words", "\u2028Two words",
             "As shown before.[12] It is so.[citation needed] History[edit]"]
    return "\n".join(y for line in t.splitlines() for y in ([line, rng.choice(extra)] if rng.random() < 0.3 * x else [line]))
def lorem(rng, t, x): return t + "\nLorem ipsum dolor sit amet, consectetur adipiscing elit." + (" {}" if x > 0.5 else "")
def braces(rng, t, x): return re.sub(r"(\.)(\n|$)", lambda m: " {}" + m[0] if rng.random() < x / 3 else m[0], t + "\nCall it as f() {...} and look.")
def threes(rng, t, x): return re.sub(r"(\S+ \S+ \w+)\W+", lambda m: m[1] + (" " if rng.random() < x / 8 else "\n"), t)
def bare_threes(rng, t, x): return re.sub(r"(\w+ \w+ \w+) ", r"\1\n", re.sub(r"[\W_]+", " ", t)).strip()
def crlf(rng, t, x): return t.replace("\n", rng.choice(["\r\n", "\r", "\n\n\n", "\x0b", "\u2029", " \n\t"]))


DAMAGE = [shorter, repeat_lines, repeat_paragraphs, repeat_a_line, repeat_words, repeat_sentences, bullets, ellipses, hashes, dots, short_words, long_words,
          figures, stopless, broken, pointless, pointed, boilerplate, lorem, braces, threes, crlf]


def documents():
    """Yields (lang, kind, text)."""
    rng = random.Random(4)
    source, seen = real(rng), set()
    foreign = {code: read(pairs.SHARED / f"langid/{code}.txt.gz").splitlines() for code in LANGS}
    long_ones = min(111, DOCS // 180)
    for i in itertools.count():
        if len(seen) + long_ones >= DOCS:
            return
        if i < long_ones:
            text, words = "", 0
            while words < 99_000 + 40 * i:
                short = re.sub(r"\w{4,}", lambda m: m[0][:3], next(source)[1])
                text, words = text + short, words + len(short.split())
            yield "en", "long", text
            continue
        kind, text = next(source)
        lang = "en"
        if i % 20 == 0:
            lang = LANGS[i // 20 % len(LANGS)]
            kind, text = lang, "\n".join(" ".join(rng.sample(foreign[lang], rng.randint(1, 4))) for _ in range(rng.randint(2, 14)))
        last = len(seen) + long_ones >= DOCS - DOCS // 100  # few lists of others are as bad as that
        if i % 2 or last:
            damage = bare_threes if last else DAMAGE[i // 2 % len(DAMAGE)]
            kind, text = kind + "+" + damage.__name__, damage(rng, text, rng.random())
        if text.strip() and text not in seen:
            seen.add(text)
            yield lang, kind, text


def build(path):
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "w") as f:
        for lang, kind, text in documents():
            f.write(json.dumps({"lang": lang, "kind": kind, "text": text}, ensure_ascii=False) + "\n")
    part.rename(path)


RIVALS = {}


def remember():
    """Lets datatrove's pure functions remember their answers for the text at hand: its own memory is of five texts."""
    from datatrove.pipeline.filters import gopher_repetition_filter as g
    from datatrove.utils import text
    from spacy.language import Language

    import filter_fixtures as f
    known = {}

    def once(function):
        def call(words, n=0):
            if (function, id(words), n) not in known:
                known[function, id(words), n] = words, function(words, n) if n else function(words)
            return known[function, id(words), n][1]
        return call

    Language.memory_zone = contextlib.nullcontext  # or every call would forget the words of the last
    text.split_into_parts = functools.lru_cache(4096)(text.split_into_parts.__wrapped__)
    for module in (g, f):
        for name in ("get_n_grams", "find_top_duplicate", "find_all_duplicate"):
            setattr(module, name, once(getattr(module, name)))
    return known


def rival(line):
    from datatrove.utils.text import split_into_words

    from filter_fixtures import Rival, answer
    if not RIVALS:
        RIVALS["known"] = remember()
    RIVALS["known"].clear()
    d = json.loads(line)
    if d["lang"] not in RIVALS:
        RIVALS[d["lang"]] = Rival(d["lang"])
    r, text = RIVALS[d["lang"]], d["text"]
    if d["kind"] == "long":  # only how many words there are: the rest would take hours
        fails = [rule for rule in ("gopher.max_words",) if answer(r.rules[rule], text)[0]]
        return json.dumps({"recipes": {"gopher": {"values": r.gopher(text), "fails": fails, "keep": None}}, "tokens": split_into_words(text, r.lang)}, ensure_ascii=False) + "\n"
    out = r.measure(text)
    for name, o in out.items():
        fails = [] if name == "c4" else r.fails(text, [k for k in r.rules if not k.startswith("fineweb.")])
        if name in ("c4", "fineweb"):
            fails += [k for k, f in r.c4_rules[name == "c4"].items() if answer(f, text)[0]]
        if name == "fineweb":
            fails += r.fails(o["text"], [k for k in r.rules if k.startswith("fineweb.")])
            if not o["text"].strip():  # it says "empty" of such, which here is that no line ends well
                fails.append("fineweb.line_punct")
        if name == "fineweb2":
            fails += [k for k, f in r.fineweb2_rules.items() if answer(f, text)[0]]
        o["fails"] = fails
        if o["text"] == text:
            del o["text"]
    return json.dumps({"recipes": out, "tokens": split_into_words(text, r.lang)}, ensure_ascii=False) + "\n"


def rivals(docs, path):
    if path.exists():
        return
    part = path.with_suffix(".part")
    with multiprocessing.Pool(int(os.environ.get("ORACLE_JOBS", 2))) as pool, open(part, "a+") as f:
        f.seek(0)
        done = sum(1 for line in f)  # before it was interrupted
        for n, line in enumerate(pool.imap(rival, itertools.islice(open(docs), done, None), chunksize=4)):
            f.write(line)
            if n % 250 == 0:
                print(n, file=sys.stderr, flush=True)
    part.rename(path)


def ours(docs, path):
    test = pairs.DATA / "bin/recipe.test"
    env = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "ORACLE_DOCUMENTS": str(docs), "ORACLE_VALUES": str(path)}
    subprocess.run(["go", "test", "-c", "-o", test, "./filter/recipe"], cwd=pairs.ROOT, env=env, check=True)
    subprocess.run([test, "-test.run", "^$", "-test.bench", "^BenchmarkOracle$", "-test.benchtime", "1x"], env=env, check=True)


def near(a, b):
    if a is None or b is None or a != a or b != b:
        return (a is None or a != a) == (b is None or b != b)
    return abs(a - b) <= 1e-6 * max(1, abs(b))


class Table:
    def __init__(self):
        self.docs, self.whole, self.seen, self.equal, self.fired, self.same, self.joint, self.edited, self.texts, self.asked, self.values = (Counter() for _ in range(11))
        self.tokens = [0, 0]
        self.odd = []

    def add(self, d, theirs, mine):
        a, b = theirs["tokens"], mine["tokens"].split("\n") if mine["tokens"] else []
        same = len(a) if a == b else 0 if len(a) > 20000 else sum(m.size for m in SequenceMatcher(None, a, b, False).get_matching_blocks())
        self.tokens[0] += same
        self.tokens[1] += max(len(a), len(b))
        for name in theirs["recipes"]:
            t, m = theirs["recipes"][name], mine["recipes"][name]
            if d["kind"] == "long":
                m["rules"] = ["gopher.max_words"]
            self.docs[name] += 1
            for k, v in t["values"].items():
                ok = near(m["values"].get(k), v)
                self.values[name, k] += 1
                self.equal[name, k] += ok
                if not ok:
                    self.odd.append((name, k, m["values"].get(k), v, d["kind"], d["text"]))
            for rule in m["rules"]:
                dropped, ours = rule in t["fails"], rule in m["fails"]
                self.asked[name, rule] += 1
                self.fired[name, rule] += dropped
                self.same[name, rule] += dropped == ours
            if t["keep"] is None:
                continue
            self.whole[name] += 1
            self.joint[name] += t["keep"] == (not m["fails"])
            self.seen[name] += t["keep"]
            left = t.get("text", d["text"])
            self.edited[name] += left != d["text"]
            self.texts[name] += left == m["text"]

    def print(self):
        print(f"{self.docs['gopher']} documents; words equal: {self.tokens[0]} of {self.tokens[1]} ({100 * self.tokens[0] / self.tokens[1]:.4f} %)")
        print("| recipe | rule | fires in | values within 1e-6 | decisions equal |\n|---|---|---|---|---|")
        for name in RECIPES:
            for (r, rule), fired in self.fired.items():
                if r == name:
                    attribute = {"gopher.min_words": "gopher.words", "gopher.max_words": "gopher.words", "gopher.min_mean_word_length": "gopher.mean_word_length",
                                 "gopher.max_mean_word_length": "gopher.mean_word_length"}.get(rule, rule)
                    print(f"| {name} | {rule} | {fired} | {100 * self.equal[name, attribute] / self.values[name, attribute]:.3f} % | {100 * self.same[name, rule] / self.asked[name, rule]:.3f} % |")
            n = self.whole[name]
            print(f"| {name} | all | {n - self.seen[name]} dropped, {self.edited[name]} edited | texts equal {100 * self.texts[name] / n:.3f} % | {100 * self.joint[name] / n:.3f} % |")


def main():
    docs, theirs, mine = HOME / f"documents-{DOCS}.jsonl", HOME / f"datatrove-{DOCS}.jsonl", HOME / f"corpus-{DOCS}.jsonl"
    build(docs)
    rivals(docs, theirs)
    ours(docs, mine)
    table = Table()
    for d, t, m in zip(open(docs), open(theirs), open(mine), strict=True):
        table.add(json.loads(d), json.loads(t), json.loads(m))
    table.print()
    with open(HOME / "odd.jsonl", "w") as f:
        for o in table.odd:
            f.write(json.dumps(o, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
