"""Make the golden fixtures of tokenize/split/testdata from the real Hugging Face
`tokenizers`, and compare on a larger scale, with tiktoken's patterns too.

    pip install tokenizers==0.23.3 regex==2026.11.19
    python testdata/scripts/split_fixtures.py                  # write golden.json
    python testdata/scripts/split_fixtures.py --big N [FILE…]  # N random strings for each
        # configuration, every rune in context, and the texts of JSON lines files
    --only REGEX compares those configurations, --seed S makes other strings
"""

import argparse
import hashlib
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

import regex
import tokenizers
from tokenizers import pre_tokenizers

ROOT = pathlib.Path(__file__).parents[2]
TEXTS = ROOT / "testdata" / "scripts" / "tokenizer_texts.json"
OUT = ROOT / "tokenize" / "split" / "testdata" / "golden.json"

CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
])
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPELLED = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
DEEPSEEK = [
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
]
KIMI = "|".join([
    r"[\p{Han}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
])


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(space=False, cut=False):
    return {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": True, "use_regex": cut}


def sequence(*parts):
    return {"type": "Sequence", "pretokenizers": list(parts)}


def metaspace(scheme, cut=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
CONFIGS = {
    "gpt2": byte_level(cut=True),
    "gpt2-space": byte_level(True, True),
    "r50k": sequence(split(r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"), byte_level()),
    "llama3": sequence(split(CL100K), byte_level()),
    "cl100k-removed": sequence(split(CL100K, "Removed", True), byte_level()),
    "cl100k-tail": split(CL100K.replace(r"\s*[\r\n]+|\s+(?!\S)|\s+", r"\s++$|\s*[\r\n]|\s+(?!\S)|\s")),
    "qwen2": sequence(split(CL100K.replace("{1,3}", "")), byte_level()),
    "qwen3.5": split(CL100K.replace("{1,3}", "").replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")),
    "lfm2": split(CL100K.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+")),
    "glm4": split(CL100K.replace(CONTRACTIONS, SPELLED)),
    "bailing": split(r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"),
    "o200k": sequence(split(O200K), byte_level()),
    "o200k-spelled": split(O200K.replace(CONTRACTIONS, SPELLED)),
    "tekken": sequence(split(O200K.replace(CONTRACTIONS + "?", "").replace("{1,3}", "")), byte_level()),
    "kimi": split(KIMI),
    "bloom": sequence(split(BLOOM), byte_level()),
    "bloom-found": split(BLOOM, "Removed", True),
    "deepseek": sequence(*map(split, DEEPSEEK), byte_level()),
    "starcoder": sequence({"type": "Digits", "individual_digits": True}, byte_level(cut=True)),
    "falcon": sequence({"type": "Punctuation", "behavior": "Contiguous"}, byte_level(cut=True),
                       {"type": "Digits", "individual_digits": False}, split("[0-9][0-9][0-9]")),
    "superbpe": sequence(split(r"\p{N}+"), split(r"(?=(\d{3})+(?!\d))"), byte_level()),
    "bert": {"type": "BertPreTokenizer"},
    "whitespace": {"type": "Whitespace"},
    "whitespace-split": {"type": "WhitespaceSplit"},
    "digits": {"type": "Digits", "individual_digits": False},
    "delimiter": {"type": "CharDelimiterSplit", "delimiter": "a"},
    "fixed": {"type": "FixedLength", "length": 3},
    "t5": sequence({"type": "WhitespaceSplit"}, metaspace("always")),
    "gemma": split(" ", "MergedWithPrevious", kind="String"),
    "empty-string": split("", kind="String"),
    "metaspace-behind": sequence(split("'", kind="String"), metaspace("first")),
    **{"metaspace-%s" % s: metaspace(s) for s in ("always", "first", "never")},
    "metaspace-whole": metaspace("always", False),
    **{"punctuation-%s" % b: {"type": "Punctuation", "behavior": b} for b in BEHAVIORS},
    **{"string-%s%s" % (b, i): split(" ", b, i, "String") for b in BEHAVIORS for i in (False, True)},
    **{"regex-%s%s" % (b, i): split(r"\s*'|[\p{Lu}\d]+|(?<=\s)\w(?!\w)|", b, i) for b in BEHAVIORS for i in (False, True)},
    **{"gpt2-%s%s" % (b, i): split(GPT2, b, i) for b in BEHAVIORS[2:] for i in (False, True)},
    **{"expr-%d" % i: split(e) for i, e in enumerate([
        r"a+?|b*+c|(?>\d+)x?", r"(?:ab|a)(?:bc|c)?", r"[a-c&&[^b]]+|é",
        r"\p{Lu}\p{Ll}*|\P{L}+?a|[^\W\d_]+", r"(?:[A-Za-z]{2,3}){1,2}|\p{N}{1,3}+", r"\A\s+|\s+\z|[\h]+",
        r"(?i:don't|k[aeiou])|(?<!\d)\d{2}(?!\d)", r"\x41\u0042|\x{43}|\.|[\-\]\\]|[$+^|.]", r"[^\S\r\n]+",
        r"\d+(?:[.,]\d+)*|\w+(?:['’]\w+)*|[^\w\s]", r"(a|b)*c|(?:x|y)+?z", r"\p{Cyrillic}+|\p{Greek}+|\p{Han}|\p{^L}",
    ])},
}
# tiktoken's own patterns; Python's $ is also before a last newline, \Z is not.
ENCODINGS = {
    "r50k_base": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++\Z|\s+(?!\S)|\s",
    "cl100k_base": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\Z|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k_base": O200K,
}


def bytes_of_characters():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(b): b for b in printable}
    for n, b in enumerate(b for b in range(256) if b not in printable):
        table[chr(256 + n)] = b
    return table


BYTES = bytes_of_characters()


def oracle(config):
    """The words of the real package; ByteLevel's characters made bytes again."""
    if isinstance(config, str):
        pattern = regex.compile(ENCODINGS[config], regex.V0)
        return lambda text: [m.group().encode() for m in pattern.finditer(text)]
    empty = {"type": "BPE", "vocab": {}, "merges": []}
    t = tokenizers.Tokenizer.from_str(json.dumps({"version": "1.0", "added_tokens": [], "pre_tokenizer": config, "model": empty}))
    cut = t.pre_tokenizer.pre_tokenize_str
    if "ByteLevel" in json.dumps(config):
        return lambda text: [bytes(map(BYTES.__getitem__, w)) for w, _ in cut(text)]
    return lambda text: [w.encode() for w, _ in cut(text)]


PIECES = (
    list("'’.,!?-_/\\(|)[]{}$+^`~@#\"…。，、।۔،:;")
    + "'s 't 're 've 'm 'll 'd 'S 'LL 'Ve 'rE 'ſ 'ß 'ﬆ st ss ffi s t r e v l m d S T R E V L M D".split()
    + "a b A Z ab Ab AB é É ñ ñ e\u0301 ǅ ǈ ʰ ª º ß ſ K İ ı Σ ς Ж ж ё א ب ت ٠ ١ क ि ् ก ำ ა Ა Ꭰ ꭰ ⅷ ⅻ".split()
    + "日 本 語 龥 龦 一 〇 ぁ ん ゛ ー ア ヿ ・ ㍿ 가 힣 ᄀ ᅡ 𠀀 𝐀 𝐚 𝟘 🏽 👩 \u200d 🇩 ️⃣ ⃝ \u0300 \u0345 \ufe0f".split()
    + list("0123456789") + "½ ² ³ ¹ ¼ Ⅳ ① ٣ ௰ ⓐ Ⓑ 🅰 \U00011DE0 \U00016FF4".split()
    + "\u00ad \u200b \u200c \u180e \ufeff \u0600 \ue000 \U0010ffff \u0378 \U000e0001 \x00 \x1b \x7f \x80 \x9f \u166d \U000111c9 \u17b4".split()
    + [" ", " ", " ", "  ", "   ", "\n", "\r", "\r\n", "\n\n", "\t", "\v", "\f", "\x85", "\xa0", "\u1680", "\u2028", "\u2029", "\u3000", "\u2003", "\x1c", "▁"]
    + "U+10D50 U+1C89 U+A7CB U+10EC2 U+16D40 U+1E5D0 U+116D0".split()
)
PIECES = [chr(int(p[2:], 16)) if p.startswith("U+") else p for p in PIECES]


def any_rune(rng):
    while True:
        c = rng.choice((rng.randrange(0x80), rng.randrange(0x800), rng.randrange(0x3100), rng.randrange(0x110000)))
        if not 0xD800 <= c <= 0xDFFF:
            return chr(c)


def random_texts(n, seed):
    rng = random.Random(seed)
    for _ in range(n):
        pool = PIECES if rng.random() < 0.5 else rng.sample(PIECES, 6)
        size = rng.choice((2, 3, 4, 5, 8, 12, 24))
        yield "".join(any_rune(rng) if rng.random() < 0.06 else rng.choice(pool) for _ in range(size))


def every_rune():
    """Each rune behind and before runes of each kind, many runes a text; of runs of
    one category that are long, some."""
    runes = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Lo", "Cn", "Co", "Cs")
             or c % 64 in (0, 63) and not 0xD800 <= c <= 0xDFFF]
    for context in ("a%sb", "A%sB", " %s1", "1%s2 ", "'%s", "!%s?", "\n%s\n", "%s%s ", "日%s", "\u0301%sa", " %s", "x '%sA"):
        for i in range(0, len(runes), 400):
            yield "".join(context.replace("%s", c) for c in runes[i : i + 400])


def texts_of(files):
    for name in files:
        with open(name) as f:
            for line in f:
                yield json.loads(line)["text"]


def ours(command, config, texts):
    """The words of package split, text by text."""
    arg = config if isinstance(config, str) else json.dumps(config)
    with tempfile.TemporaryFile("w+") as f:
        for t in texts:
            f.write(json.dumps(t) + "\n")
        f.seek(0)
        with subprocess.Popen([command, arg], stdin=f, stdout=subprocess.PIPE, text=True) as p:
            yield from map(json.loads, p.stdout)


def known_by_regex():
    """Runes of which the module `regex` and tokenizers say the same; Unicode 17 has more."""
    table = (ROOT / "tokenize" / "split" / "class_table.go").read_text()
    runs = regex.findall(r"\{0x([0-9A-F]+), (\w\w)\}", table[: table.index("}\n\n")])
    same = set()
    for (start, cat), (end, _) in itertools.zip_longest(runs, runs[1:], fillvalue=("110000", "")):
        if cat != "cs":
            pattern = regex.compile(r"\p{%s}" % cat.title())
            same.update(c for c in map(chr, range(int(start, 16), int(end, 16))) if pattern.match(c))
    return same


def compare(command, name, config, texts):
    cut, count, size, words = oracle(config), 0, 0, 0
    a, b = itertools.tee(texts)
    for text, got in zip(a, ours(command, config, b), strict=True):
        want = cut(text)
        if got != [w.decode("latin-1") for w in want]:
            sys.exit("%s: %r\nwant %r\ngot  %r" % (name, text, want, got))
        count, size, words = count + 1, size + len(text.encode()), words + len(want)
    print("%-28s %9d texts %12d bytes %12d words, no difference" % (name, count, size, words), flush=True)


def big(args):
    with tempfile.TemporaryDirectory() as tmp:
        command = tmp + "/split_pieces"
        subprocess.run(["go", "build", "-o", command, "./testdata/scripts/split_pieces"], cwd=ROOT, check=True)
        same = known_by_regex()
        for name, config in {**CONFIGS, **{e: e for e in ENCODINGS}}.items():
            if args.only and not regex.fullmatch(args.only, name):
                continue
            keep = (lambda t: "".join(c for c in t if c in same)) if isinstance(config, str) else str
            texts = itertools.chain(random_texts(args.big, args.seed), every_rune(), texts_of(args.files))
            compare(command, name, config, map(keep, texts))


def golden():
    texts = [t for _, t in json.loads(TEXTS.read_text())] + list(random_texts(60, 1))
    out = {"tokenizers": tokenizers.__version__, "texts": texts, "configs": []}
    for name, config in CONFIGS.items():
        cut = oracle(config)
        sums = [hashlib.sha256(b"\xff".join(cut(t))).hexdigest()[:8] for t in texts]
        out["configs"].append({"name": name, "config": config, "sums": sums})
    OUT.write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--big", type=int)
    ap.add_argument("--only")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("files", nargs="*")
    args = ap.parse_args()
    if args.big is not None:
        big(args)
    else:
        golden()


if __name__ == "__main__":
    main()
