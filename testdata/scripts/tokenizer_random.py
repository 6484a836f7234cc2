"""Compares tokenizers of random configurations with the real Hugging Face `tokenizers`.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3
    python testdata/scripts/tokenizer_random.py [SEED [COUNT]]

Each has a model of one of the three kinds, trained on tokenizer_texts.json, and
draws its normalizers, pre-tokenizers and added tokens. What differs first is
printed; ends with status 1 if anything does, or is refused here.
"""

import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import tokenizer_families as families
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

ADDED = ["Human", "été", "ÉTÉ", "  ", " x", "<Left>", "the", "Ａ", "a b", "12"]
TEXTS = families.texts() + [
    " the Human été ÉTÉ  x<Left> the a b12 x  ", " <s></s> ", "Human", "  ", "the", "x</s>  y", " \n\t  a  \n  b   "]


def normalizer(rng):
    def flip():
        return rng.random() < 0.5

    choices = [
        normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Lowercase, normalizers.StripAccents,
        normalizers.Nmt, lambda: normalizers.Strip(flip(), flip()), lambda: normalizers.Prepend("▁"),
        lambda: normalizers.Replace(" ", "▁"), lambda: normalizers.Replace(Regex(" {2,}"), "▁"),
        lambda: normalizers.BertNormalizer(flip(), flip(), rng.choice([None, True, False]), flip())]
    steps = [rng.choice(choices)() for _ in range(rng.choice([0, 0, 1, 1, 2, 3]))]
    return steps[0] if len(steps) == 1 else normalizers.Sequence(steps) if steps else None


def pre_tokenizer(rng):
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    patterns = [" ", "-", "a", *map(Regex, [r"\s+", r"\d", r"\p{L}+", families.LLAMA3, families.BLOOM])]
    choices = [
        lambda: pre_tokenizers.Metaspace(prepend_scheme=rng.choice(["always", "first", "never"]), split=rng.random() < 0.8),
        pre_tokenizers.WhitespaceSplit, pre_tokenizers.Whitespace, pre_tokenizers.BertPreTokenizer,
        lambda: pre_tokenizers.Punctuation(rng.choice(behaviors)), lambda: pre_tokenizers.Digits(rng.random() < 0.5),
        lambda: pre_tokenizers.Split(rng.choice(patterns), rng.choice(behaviors), rng.random() < 0.3),
        lambda: pre_tokenizers.CharDelimiterSplit(rng.choice(" ,e"))]
    steps = [rng.choice(choices)() for _ in range(rng.choice([0, 1, 1, 2, 2]))]
    byte_level = rng.random() < 0.4
    if byte_level:
        steps.append(pre_tokenizers.ByteLevel(rng.random() < 0.5, use_regex=rng.random() < 0.5))
    return steps[0] if len(steps) == 1 else pre_tokenizers.Sequence(steps) if steps else None, byte_level


def model(rng, byte_level):
    how = {"special_tokens": ["<unk>", "<s>", "</s>"], "show_progress": False}
    kind = rng.choice(["BPE", "WordPiece", "Unigram"])
    if kind == "BPE":
        unk = {"unk_token": "<unk>", "fuse_unk": rng.random() < 0.5} if not byte_level and rng.random() < 0.7 else {}
        alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
        return models.BPE(**unk), trainers.BpeTrainer(vocab_size=700, limit_alphabet=300, initial_alphabet=alphabet, **how)
    if kind == "WordPiece":
        longest = rng.choice([5, 100])
        return models.WordPiece(unk_token="<unk>", max_input_chars_per_word=longest), trainers.WordPieceTrainer(
            vocab_size=700, limit_alphabet=300, **how)
    return models.Unigram(), trainers.UnigramTrainer(vocab_size=1500, unk_token="<unk>", **how)


def make(rng):
    pre, byte_level = pre_tokenizer(rng)
    of, trainer = model(rng, byte_level)
    tok = Tokenizer(of)
    n = normalizer(rng)
    if n:
        tok.normalizer = n
    if pre:
        tok.pre_tokenizer = pre
    tok.train_from_iterator([t[:200] for t in families.texts()], trainer)
    if rng.random() < 0.6:
        flags = ["single_word", "lstrip", "rstrip", "normalized"]
        tok.add_tokens([AddedToken(name, **{f: rng.random() < 0.45 for f in flags}) for name in rng.sample(ADDED, 3)])
    data = tok.to_str()
    return data, families.without_specials(Tokenizer.from_str(data))


def first_difference(binary, path, theirs):
    """The first text with other ids, as a line; None if there is none."""
    given = b"".join(struct.pack("<I", len(t.encode())) + t.encode() for t in TEXTS)
    out = subprocess.run([binary, path], input=given, capture_output=True)
    if out.returncode:
        return "refused: " + out.stderr.decode()[:500]
    at = 0
    for text in TEXTS:
        (n,) = struct.unpack_from("<I", out.stdout, at)
        ids = list(struct.unpack_from("<%dI" % n, out.stdout, at + 4))
        at += 4 + 4 * n
        want = theirs.encode(text, add_special_tokens=False).ids
        if ids != want:
            i = next((i for i, (a, b) in enumerate(zip(ids, want)) if a != b), min(len(ids), len(want)))
            return "%r at %d: %s, want %s" % (text[:60], i, ids[i:i + 6], want[i:i + 6])
    return None


def main(seed=1, count=100):
    bad = made = 0
    with tempfile.TemporaryDirectory() as tmp:
        binary, path = pathlib.Path(tmp, "ids"), pathlib.Path(tmp, "tokenizer.json")
        subprocess.run(["go", "build", "-o", binary, "./bench/ids"], cwd=families.ROOT, check=True, env={**os.environ, "CGO_ENABLED": "0"})
        for i in range(seed, seed + count):
            try:
                data, theirs = make(random.Random(i))
            except Exception:  # the real package does not train or read this one
                continue
            made += 1
            path.write_text(data)
            what = first_difference(binary, path, theirs)
            if what:
                bad += 1
                shown = {k: v for k, v in json.loads(data).items() if k in ("normalizer", "pre_tokenizer", "added_tokens")}
                print("%d: %s\n    %s" % (i, what, json.dumps(shown, ensure_ascii=False)[:1500]), flush=True)
    print("%d tokenizers, %d differ" % (made, bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
