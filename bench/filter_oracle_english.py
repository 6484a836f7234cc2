"""The recipes dolma and dclm of package filter/recipe beside their own code on the
same documents.

    venv/bin/python bench/filter_oracle_english.py dolma
    venv/bin/python bench/filter_oracle_english.py dclm DCLM    (a checkout of mlfoundations/dclm at 361714b)

The venv is that of testdata/scripts/dolma_fixtures.py or dclm_fixtures.py. Documents
are pieces of web pages (bench/data.py), manuals, documentation and source code, and
as many that are damaged so that the rules of these two recipes fire; they lie in
$BENCH_DATA/filter_oracle_english, as does what the rival says of them, which takes
half an hour. ORACLE_FILE=FILE takes the documents of a JSONL file, by their "text".

For every attribute: documents in which both values are within 1e-6 of each other
(relative above one); for every rule: documents that it drops, and in which both
decide the same; then how many decisions and edited texts are equal.
"""

import gzip
import json
import multiprocessing
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pairs

sys.path.insert(0, str(pairs.ROOT / "testdata/scripts"))
HOME = pairs.DATA / "filter_oracle_english"
WHOLE, EXTRA, MANY, PARAGRAPHS = 8000, 12500, 120, 200  # documents as they are, damaged, of very many words, of repeated paragraphs
LONG = 20_000  # words; of longer documents the rivals count no n-grams, which takes them minutes


def lines_of(rng, t, x, make):
    return "\n".join(make(line) if line and rng.random() < x else line for line in t.split("\n"))


def inserted(rng, t, x, kinds):
    return "\n".join(y for line in t.split("\n") for y in ([line, rng.choice(kinds)() if rng.random() < x else line][: 1 + (rng.random() < x)]))


# Damage: each takes a document and how bad it is to be, from 0 to 1.
def capitals(rng, t, x): return lines_of(rng, t, x, str.upper)
def stars(rng, t, x): return lines_of(rng, t, 0.8 + x / 4, lambda s: rng.choice("*-●•") + " " + s.lstrip())
def stars_only(rng, t, x): return "\n".join(rng.choice("*-") + " " + s for s in t.split("\n") if s.strip())
def trailing(rng, t, x): return lines_of(rng, t, x, lambda s: s.rstrip() + rng.choice(["…", "...", " . . ."]))
def trailing_one(rng, t, x): return lines_of(rng, t, 0.2 + x, lambda s: s.rstrip() + "…")
def tags(rng, t, x): return " ".join(rng.choice(["#", "", "…"]) + w if rng.random() < 0.4 * x else w for w in t.split(" "))
def twice(rng, t, x): return "\n".join(s for s in t.split("\n") for _ in range(1 + (rng.random() < x)))
def whole_twice(rng, t, x): return t + "\n\n" + t[: int(len(t) * x)]
def long_words(rng, t, x): return "".join("" if c == " " and rng.random() < x else c for c in t)
def short_words(rng, t, x): return " ".join(w[:2] if rng.random() < 0.3 + x else w for w in t.split(" "))
def cut(rng, t, x): return " ".join(t.split(" ")[: int(20 + 60 * x)])
def digits(rng, t, x): return inserted(rng, t, x, [lambda: str(rng.randrange(10**6)), lambda: "①②③", lambda: "12 34", lambda: "١٢٣"])
def figures(rng, t, x): return " ".join(str(len(w) * 37) if rng.random() < 0.5 * x else w for w in t.split(" "))
def stopless(rng, t, x):
    out = [w for w in t.split(" ") if w.lower() not in ("the", "be", "to", "of", "and", "that", "have", "with")]
    return " ".join(out + rng.choice([[], ["The"], ["of"], ["THE", "of"], ["the", "the"], ["to."]]))
def counters(rng, t, x):
    nouns = ["likes", "shares", "Comments", "retweets", "reposts", "quotes", "bookmarks", "upvotes", "downvotes", "downloads", "VIEWS", "followers", "friends"]
    return inserted(rng, t, x, [lambda: rng.choice(["", "  ", "• ", "("]) + rng.choice(["3", "1,234", "1.2K", "7m", "2b", "٣", "1.2KK"]) + rng.choice([" ", "\t ", "\u2003", ""]) + rng.choice(nouns) + rng.choice(["", "!", " )", "\u00a0", "x"])])
def shop(rng, t, x):
    kinds = ["3 items in cart", "Items In Cart", "You have 2 items in cart and items in cart", "12items in cart ", "one two three four five six seven eight nine items in cart",
             "Read more...", "Go there: read MORE...", "Read moreabc ", "read more…", "READ MORE here", "Sign-in", "sign-in now", "Sign-in\u00a0to see", " Sign-in", "Please Sign-in", "items in\u00a0cart"]
    return inserted(rng, t, x, [lambda: rng.choice(kinds)])
def words_alone(rng, t, x): return inserted(rng, t, x, [lambda: rng.choice(["Home", "About", " ", "\t", "Contact us", "»"])])
def addresses(rng, t, x):
    kinds = ["http://example.com/a?b=c#d", "https://www.foo-bar.co.uk/x_(y)", "foo.org", "ftp://ftp.example.net:21/pub", "a@b.io", "e.g.this", "Example.COM", "node.js", "foo.com_bar", "xn--a.com",
             "10.0.0.1", "http://192.168.1.1:80/x", "1.2.3.4.5", "v1.2.3.4", "1.2.3", "300.1.2.3", "1.2.3.400", "x" * 300 + ".com", "例.测试", "a.b.测试", "a.测试/x", "http://例え.com", "ftp.com", "é1.2.3.4"]
    spaces = ["", " ", "  ", "\n", "\t\t", " " * 15, "\u2003"]
    body = " ".join(rng.choice(spaces) + rng.choice(kinds) + rng.choice(["", ",", ".", ")", "é", ";"]) if rng.random() < x / 2 else w for w in t.split(" "))
    return rng.choice(["In ", "The ", "com ", "", "zq", "\n", "測试 ", "测试 ", "İn "]) + body
def private(rng, t, x):
    kinds = ["john@example.org", "<jane.doe@mail.example.com>", "(x@y.z)", "(@foo.org", "a@b", "a@b@c.de", "..x@foo.org..", "202-555-0143", "(202) 555-0143", "202.555.0143", "2025550143", "+1 202 555 0143",
             "192.168.10.254", "10.0.0.256", "1.2.3.4.5", "999.1.2.3", "٢٠٢-555-0143", "x@foo.org,", "x@foo.org!?", "me@a.b;c"]
    return " ".join(rng.choice(kinds) + rng.choice(["", "", ",", ".", "\n", "\u00a0", "\u2028"]) + " " + w if rng.random() < 0.12 * x else w for w in t.split(" "))
def white(rng, t, x): return rng.choice(["\n\n ", "\t", "\x1c", ""]) + t.replace("\n", rng.choice(["\n\n\n\n", " \n", "\r\n", "\n\u2003\n", "\x85", "\n\n"])) + rng.choice(["\n \n", "", "\u00a0"])
def scripts(rng, t, x):
    kinds = ["漢字", "カタカナ", "א\"ב", "can't", "naïve", "e\u0301te\u0301", "🏳️‍🌈", "🇩🇪🇫🇷", "foo_bar", "3,14", "l'été", "ไทย", "हिन्दी", "a:b", "1\u2024", "Ⅷ", "½", "\u200dx", "a\u00adb"]
    return " ".join(w + rng.choice(kinds) + rng.choice(["", " "]) if rng.random() < 0.3 * x else w for w in t.split(" "))


DAMAGE = [capitals, stars, stars_only, trailing, trailing_one, tags, twice, whole_twice, long_words, short_words, cut, digits, figures, stopless, counters, shop, words_alone,
          addresses, addresses, private, private, white, scripts]


def real(rng):
    """Pieces of pages, manuals, documentation and source code, without end."""
    pages = [json.loads(line)["text"] for line, _ in zip(open(pairs.DATA / "text.jsonl"), range(6000))]
    go = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    files = [*Path("/usr/share/man/man1").glob("*.gz"), *Path("/usr/share/doc").rglob("*.gz"), *Path("/usr/share/doc").rglob("copyright"), *Path(go, "src").rglob("*.go")]
    files = [read(p) for p in rng.sample(sorted(files), min(len(files), 1500))]
    while True:
        text = rng.choice(rng.choice([pages, pages, pages, files]))
        start = rng.randrange(len(text) + 1)
        text = text[start:start + rng.randint(300, rng.choice([700, 700, 3000]))]
        if text.strip():
            yield text


def read(path):
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    return raw.decode("utf-8", "ignore").replace("\0", "")


def paragraphs(rng, text, x):
    lines = [s for s in text.split("\n") if s.strip()]
    return "\n\n".join(p for i in range(0, len(lines), 2) for p in ["\n".join(lines[i:i + 2])] * (1 + (rng.random() < x)))


def documents():
    rng = random.Random(7)
    source = real(rng)
    for i in range(WHOLE):
        yield next(source)
    for i in range(EXTRA):
        yield DAMAGE[i % len(DAMAGE)](rng, next(source), rng.random())
    for i in range(MANY):
        yield " ".join(next(source) for _ in range(40)) + " " + "on and on " * (33_340 - 3 * i % 100)
    for _ in range(PARAGRAPHS):
        yield paragraphs(rng, next(source), rng.random())


def build(path):
    if os.environ.get("ORACLE_FILE"):
        return Path(os.environ["ORACLE_FILE"])
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path.with_suffix(".part"), "w") as f:
            for text in documents():
                if text.strip():
                    f.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
        path.with_suffix(".part").rename(path)
    return path


RIVAL = None


def start(home):
    global RIVAL
    if home:
        import dclm_fixtures
        r = dclm_fixtures.Rival(home)
        RIVAL = lambda text: r.measure(text, len(text.split()) < LONG)  # noqa: E731
    else:
        import dolma_fixtures
        from dolma.taggers import gopher
        count = gopher.all_ngram_counts
        gopher.all_ngram_counts = lambda words: count(words) if len(words) < LONG else []
        RIVAL = dolma_fixtures.measure


def rival(line):
    return json.dumps(RIVAL(json.loads(line)["text"])) + "\n"


def rivals(docs, path, home):
    if path.exists():
        return
    part = path.with_suffix(".part")
    with multiprocessing.Pool(2, start, (home,)) as pool, open(part, "w") as f:
        for n, line in enumerate(pool.imap(rival, open(docs), chunksize=8)):
            f.write(line)
            if n % 1000 == 0:
                print(n, file=sys.stderr, flush=True)
    part.rename(path)


def ours(recipe, docs, path):
    test = pairs.DATA / "bin/recipe.test"
    test.parent.mkdir(parents=True, exist_ok=True)
    env = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "RIVALS_RECIPE": recipe, "RIVALS_DOCUMENTS": str(docs), "RIVALS_OUT": str(path)}
    subprocess.run(["go", "test", "-c", "-o", test, "./filter/recipe"], cwd=pairs.ROOT, env=env, check=True)
    subprocess.run([test, "-test.run", "^$", "-test.bench", "^BenchmarkRivals$", "-test.benchtime", "1x"], env=env, check=True)


def near(a, b):
    return a is not None and abs(a - b) <= 1e-6 * max(1, abs(b))


def compare(docs, theirs, mine, odd):
    seen, equal, fired, same, total = Counter(), Counter(), Counter(), Counter(), Counter()
    rules = set()
    for line, a, b in zip(open(docs), open(theirs), open(mine)):
        text, a, b = json.loads(line)["text"], json.loads(a), json.loads(b)
        total["documents"] += 1
        whole = len(text.split()) < LONG
        for k, v in a["values"].items():
            seen[k] += 1
            if near(b["Values"].get(k), v):
                equal[k] += 1
            else:
                odd.write(json.dumps([k, v, b["Values"].get(k), text], ensure_ascii=False) + "\n")
        for rule in set(a["fails"]) | set(b["Fails"]):
            if not whole and ("gram" in rule or "dup" in rule):
                continue
            rules.add(rule)
            fired[rule] += rule in a["fails"]
            same[rule] -= (rule in a["fails"]) != (rule in b["Fails"])
        total["kept"] += a["keep"]
        total["edited"] += a["left"] != text
        total["decisions equal"] += a["keep"] == b["Keep"]
        total["texts equal"] += a["left"] == b["Left"]
        if a["left"] != b["Left"]:
            odd.write(json.dumps(["left", a["left"], b["Left"], text], ensure_ascii=False) + "\n")
    n = total["documents"]
    print(f"{'attribute':28} {'documents':>10} {'equal':>10}")
    for k in seen:
        print(f"{k:28} {seen[k]:10} {equal[k]:10} {equal[k] / seen[k]:9.4%}")
    print(f"{'rule':28} {'fired':>10} {'decisions equal':>16}")
    for rule in sorted(rules):
        print(f"{rule:28} {fired[rule]:10} {n + same[rule]:16} {(n + same[rule]) / n:9.4%}")
    for k, v in total.items():
        print(f"{k:28} {v:10} {v / n:9.4%}")


if __name__ == "__main__":
    recipe, home = sys.argv[1], (sys.argv[2:] or [""])[0]
    file = build(HOME / "documents.jsonl")
    outputs = HOME / f"{file.stem}.{recipe}.rival.jsonl", HOME / f"{file.stem}.{recipe}.ours.jsonl"
    HOME.mkdir(parents=True, exist_ok=True)
    rivals(file, outputs[0], home and str(Path(home).resolve()))
    ours(recipe, file, outputs[1])
    with open(HOME / f"{recipe}.odd.jsonl", "w") as odd:
        compare(file, *outputs, odd)
