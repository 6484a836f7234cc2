"""Make the golden values of tokenize/normal and tokenize/decoding from the real
Hugging Face `tokenizers`, and compare on a larger scale, with SentencePiece's
charsmap too.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3
    python testdata/scripts/normal_fixtures.py          # write the fixtures
    python testdata/scripts/normal_fixtures.py --big [SEED]
        # every code point, alone and in company, and random strings
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

import sentencepiece
from tokenizers import Regex, Tokenizer, decoders as D, models, normalizers as N

ROOT = pathlib.Path(__file__).parents[2]
NORMAL, DECODING = ROOT / "tokenize" / "normal", ROOT / "tokenize" / "decoding"
TEXTS = [t for _, t in json.loads((pathlib.Path(__file__).parent / "tokenizer_texts.json").read_text())]


def go_test(package, run, **env):
    args = ["go", "test", package, "-count=1", "-timeout", "60m", "-run", run, "-v"]
    subprocess.run(args, cwd=ROOT, env={**os.environ, "CGO_ENABLED": "0", **env}, check=True)


def compiled(folder):
    """Our own charsmap, as Go compiles it."""
    path = pathlib.Path(folder) / "nmt_nfkc.bin"
    go_test("./tokenize/normal", "^TestCharsmapFile$", CORPUS_NORMAL_CHARSMAP=str(path))
    return path.read_bytes()


def spec(key, value):
    t = Tokenizer(models.BPE())
    setattr(t, key, value)
    return json.loads(t.to_str())[key]


def bert(clean, chinese, accents, lower):
    return N.BertNormalizer(clean_text=clean, handle_chinese_chars=chinese, strip_accents=accents, lowercase=lower)


def plain():
    """Normalizers without a charsmap."""
    yield from [N.NFC(), N.NFD(), N.NFKC(), N.NFKD(), N.Nmt(), N.Lowercase(), N.StripAccents(), N.ByteLevel()]
    yield from [N.Strip(), N.Strip(left=True, right=False), N.Strip(left=False, right=True)]
    yield from [bert(True, True, None, True), bert(True, True, None, False), bert(False, False, True, False)]
    yield from [bert(True, False, False, True), bert(False, True, True, True), bert(True, True, True, False)]
    yield from [N.Prepend("▁"), N.Replace(" ", "▁"), N.Replace("ab", ""), N.Replace(Regex(" {2,}"), "▁")]
    yield from [N.Replace(Regex(r"\s+"), " "), N.Replace(Regex(r"^\s"), ""), N.Replace(Regex(r"[\n\r]+$"), "x")]
    yield N.Replace(Regex("(?:a|ab)[b-e]?c*?|é{2}|.́"), "#")
    yield N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")])
    yield N.Sequence([N.NFD(), N.StripAccents(), N.Lowercase(), N.Strip()])
    yield N.Sequence([N.Nmt(), N.NFKC(), N.Strip(left=False, right=True), N.Replace(Regex(" {2,}"), "▁")])
    yield N.Sequence([N.NFC(), N.Replace(Regex(r"\s+"), " "), N.Lowercase()])
    yield N.Sequence([])


def t5(charsmap):
    pre = N.Precompiled(charsmap)
    return N.Sequence([pre, N.Strip(left=False, right=True), N.Replace(Regex(" {2,}"), "▁")])


def line(given, want, written=None, **more):
    wants = [None if a == b else b for a, b in zip(given, want)]
    case = {"normalizer": written, **more, "want": wants}
    if written is None:
        del case["normalizer"]
    return json.dumps(case, ensure_ascii=False, separators=(",", ":")) + "\n"


def run(normalizer, texts):
    return [normalizer.normalize_str(t) for t in texts]


def regexes(rng, n):
    """Patterns of what means the same everywhere, or that Go has to refuse."""
    atoms = ["a", "b", " ", "é", "\n", ".", r"\s", r"\S", r"\n", r"\.", "[ab]", "[^a]", r"[\sa-c]", "[^é ]", "ab", "(a|b)", "(?:ab|a)", r"\t"]
    after = ["", "", "", "*", "+", "?", "+?", "*?", "??", "{2}", "{2,}", "{1,2}", "{1,2}?", "{2,}?"]

    def piece(depth):
        atom = rng.choice(atoms)
        if depth and rng.random() < 0.3:
            atom = rng.choice(["(", "(?:"]) + "|".join(sequence(depth - 1) for _ in range(rng.choice([1, 2]))) + ")"
        elif len(atom) == 2 and atom == "ab":
            atom = "(?:ab)"
        return atom + rng.choice(after)

    def sequence(depth):
        return "".join(piece(depth) for _ in range(rng.choice([1, 1, 2, 3])))

    for _ in range(n):
        yield rng.choice(["", "", "", "^"]) + sequence(2) + rng.choice(["", "", "", "$", "|" + sequence(1)])


def regex_cases(rng, n):
    texts = ["".join(rng.choices("aabbc é\n\t. ", k=rng.choice([1, 3, 8, 20]))) for _ in range(300)]
    for pattern in regexes(rng, n):
        replace = N.Replace(Regex(pattern), "<>")
        kept, want = safe(replace, texts)
        yield line(kept, want, spec("normalizer", replace), texts=kept, refusable=True)


# --- SentencePiece


def fields(blob):
    at = 0

    def number():
        nonlocal at
        n = shift = 0
        while True:
            b = blob[at]
            at += 1
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                return n

    while at < len(blob):
        key = number()
        if key & 7 == 2:
            size = number()
            yield key >> 3, blob[at : at + size]
            at += size
        elif key & 7 == 0:
            yield key >> 3, number()
        else:
            at += 4


def spm_charsmap():
    """SentencePiece's own nmt_nfkc."""
    model = sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    return dict(fields(dict(fields(model))[3]))[2]


# --- texts


def nfd_texts():
    return [unicodedata.normalize("NFD", t) for t in TEXTS]


def code_points():
    """Every code point, alone in a line and between letters and marks."""
    every = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    codes = [c for c in every if unicodedata.category(c) not in ("Cn", "Co") or ord(c) < 0x20000]
    for i in range(0, len(every), 512):
        yield "\n".join(every[i : i + 512])
    for around in ["a%s", "%sa", "e%s\u0301", "\u0915%s\u094d\u0915\u0301", "\u1100%s\u11a8\u0301", "%s\u0323\u0307"]:
        for i in range(0, len(codes), 512):
            yield "\n".join(around.replace("%s", c) for c in codes[i : i + 512])


def pools():
    assigned = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    marks = [c for c in assigned if unicodedata.category(c)[0] == "M"]
    changing = [c for c in assigned if unicodedata.normalize("NFKD", c) != c and not "\uac00" <= c <= "\ud7a3"]
    bases = sorted({unicodedata.normalize("NFKD", c)[0] for c in changing})
    jamo = [chr(c) for c in [*range(0x1100, 0x1200), *range(0x3131, 0x3190), *range(0xFFA0, 0xFFDD)]] + list("가각힣뷁")
    emoji = list("👩👨👧❤©®™🏽🏿\u200d\ufe0f\u20e3🇩🇪🏴\U000e0067\U000e007f1#")
    white = [c for c in assigned if c.isspace()] + list("\u200b\u200c\u200d\ufeff\ufffd\u2581\0\x01\x7f\x8f\x9f\u00ad")
    upper = [c for c in assigned if c.lower() != c]
    indic = [chr(c) for c in range(0x900, 0xE00) if unicodedata.category(chr(c)) != "Cn"]
    return [assigned, marks, changing, bases, jamo, emoji, white, upper, indic, list("abcXYZ 012  \r\n\t.,'")]


def random_texts(rng, n):
    every = pools()
    for _ in range(n):
        some = rng.sample(every, rng.choice([1, 2, 2, 3]))
        yield "".join(rng.choice(rng.choice(some)) for _ in range(rng.choice([2, 3, 4, 6, 10, 40])))


def safe(normalizer, texts):
    """The texts that the real one can take: it gives up on patterns that backtrack
    too much."""
    out = []
    for t in texts:
        try:
            out.append((t, normalizer.normalize_str(t)))
        except BaseException:
            pass
    return [t for t, _ in out], [w for _, w in out]


def big(seed):
    with tempfile.TemporaryDirectory() as folder:
        path = decoded(folder, seed, 100000)
        go_test("./tokenize/decoding", "^TestGolden$", CORPUS_DECODING_CASES=str(path))
    rng = random.Random(seed)
    points, mixed = list(code_points()), list(random_texts(rng, 200000)) + TEXTS + nfd_texts()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = compiled(folder), spm_charsmap()
        (pathlib.Path(folder) / "spm.bin").write_bytes(theirs)
        path = pathlib.Path(folder) / "cases.jsonl"
        with open(path, "w") as f:
            f.writelines(regex_cases(rng, 2000))
            for name, texts in (("points", points), ("mixed", mixed)):
                at = folder + "/" + name
                pathlib.Path(at).write_text(json.dumps(texts))
                for n in [*plain(), t5(ours), t5(theirs)]:
                    f.write(line(texts, run(n, texts), spec("normalizer", n), file=at))
                for blob, name in ((ours, "nmt_nfkc"), (theirs, folder + "/spm.bin")):
                    kept, want = safe(N.Precompiled(blob), texts)
                    print(name, "tokenizers took", len(kept), "of", len(texts))
                    f.write(line(kept, want, charsmap=name, texts=kept))
        go_test("./tokenize/normal", "^TestGolden$", CORPUS_NORMAL_CASES=str(path))


# --- decoding


def all_decoders():
    yield from [D.ByteLevel(), D.WordPiece(), D.WordPiece("@@", False), D.WordPiece("", True), D.Fuse(), D.ByteFallback()]
    yield from [D.Metaspace(), D.Metaspace("_", "never"), D.Metaspace("▁", "first", False)]
    yield from [D.BPEDecoder(), D.BPEDecoder("s"), D.CTC(), D.CTC("p", "|", False), D.CTC("", "", True)]
    yield from [D.Strip(" ", 1, 0), D.Strip("é", 3, 0), D.Replace("▁", " "), D.Replace(Regex(r"\s+"), "_")]
    llama = [D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)]
    yield from [D.Sequence(llama), D.Sequence([]), D.Sequence([D.Sequence([D.Fuse()]), D.Replace("a", "")])]


def token_lists(rng, n):
    """Tokens of every sort, among them bytes that are not UTF-8."""
    letters = N.ByteLevel().normalize_str
    every = pools()
    bytes_ = ["<0x%02X>" % b for b in range(256)] + ["<0xe4>", "<0x+F>", "<0xGG>", "<0x1>", "<0xé>", "<0x++>", "<0x 1>"]
    byte_chars = [chr(c) for c in [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x144)]]
    words = "do not n't 'm 's 've 're ' . ? ! , ##ing ##. ing| <pad> <pad> | a|b p s</w> </w> ▁the ▁ ▁▁x _y @@z é éé".split(" ")
    words += [" .", " do not", " ' ", " n't", "  ", "", " 's", "\n", " a", "▁ "]
    for _ in range(n):
        sort = rng.randrange(4)
        size = rng.choice([0, 1, 2, 3, 6, 12])
        if sort == 0:
            yield ["".join(rng.choices(byte_chars, k=rng.choice([1, 1, 2, 3]))) for _ in range(size)]
        elif sort == 1:
            yield [rng.choice(rng.choice([bytes_, bytes_, words])) for _ in range(size)]
        elif sort == 2:
            yield [rng.choice(words) for _ in range(size)]
        else:
            text = rng.choice(TEXTS)[:40] + rng.choice(rng.choice(every))
            text = rng.choice([text, letters(text), text.replace(" ", "▁")])
            cuts = sorted(rng.sample(range(len(text)), min(size, len(text))))
            yield [text[a:b] for a, b in zip([0] + cuts, cuts + [len(text)])]


def decoded(folder, seed, n):
    """Cases for the decoders: what each makes of the lists, with a space between
    the tokens that it gives."""
    lists = list(token_lists(random.Random(seed), n))
    path = pathlib.Path(folder) / "golden.jsonl"
    with open(path, "w") as f:
        f.write(json.dumps(lists, ensure_ascii=False, separators=(",", ":")) + "\n")
        for d in all_decoders():
            shown = D.Sequence([d, D.WordPiece("in no token", False)])
            case = {"decoder": spec("decoder", d), "want": [shown.decode(t) for t in lists]}
            f.write(json.dumps(case, ensure_ascii=False, separators=(",", ":")) + "\n")
    return path


def write():
    decoded(DECODING / "testdata", 1, 100)
    with tempfile.TemporaryDirectory() as folder:
        ours = compiled(folder)
    with open(NORMAL / "testdata" / "golden.jsonl", "w") as f:
        for n in plain():
            f.write(line(TEXTS, run(n, TEXTS), spec("normalizer", n)))
        f.write(line(TEXTS, run(N.Precompiled(ours), TEXTS), charsmap="nmt_nfkc"))


if __name__ == "__main__":
    if "--big" in sys.argv:
        big(int(sys.argv[sys.argv.index("--big") + 1 :][0]) if sys.argv[-1] != "--big" else 1)
    else:
        write()
