"""Compare what bpe.Train and wordpiece.Train learn with the trainers of Hugging
Face `tokenizers`.

    pip install tokenizers==0.23.3
    python testdata/scripts/merges_check.py          # write the fixture of wordpiece
    python testdata/scripts/merges_check.py --big TEXT [--model bpe|wordpiece] [--vocab 32000] [--bytes 100000000]

TEXT is JSON lines with "text", of which the first --bytes are learnt from. Both
sides cut the words themselves.

BpeTrainer breaks ties by the ids of a pair. The ids of characters that go on
within a word (##a) come there in the order of a hash; told to begin with all
characters, as special tokens, in our order, the trainer is deterministic. Which of
equally frequent characters find no room in the alphabet is a matter of the hash,
too: with --big it is told, in the fixture there are none.
Counts that do not fit 32 bits are out of its reach.

Fixture, made from tokenizer_texts.json: wordpiece/testdata/learnt.json
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[2]
RESERVED = ["<pad>", "<s>", "</s>", "<unk>", "<cls>", "<sep>", "<mask>"] + ["<extra_id_%d>" % i for i in range(100)]


def characters(counts, limit):
    """The characters that get tokens, first alone, then with ##."""
    chars = collections.Counter()
    for word, n in counts.items():
        for c in word:
            chars[c] += n
    ranked = sorted(chars, key=lambda c: (-chars[c], c))
    while 0 < limit < len(ranked) and chars[ranked[limit - 1]] == chars[ranked[limit]]:
        limit -= 1  # which of equally frequent ones the trainer drops, a hash says
    kept = set(ranked[:limit])
    inner = {c for word in counts for c in word[1:] if c in kept}
    return limit, sorted(kept) + ["##" + c for c in sorted(inner)]


def wordpiece(texts, vocab, specials, limit, order, alphabet=()):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tok = Tokenizer(models.WordPiece(unk_token=specials[1]))
    tok.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=vocab, min_frequency=2, limit_alphabet=limit, initial_alphabet=list(alphabet),
        special_tokens=specials + order, show_progress=False))
    vocab = tok.get_vocab()
    return sorted(vocab, key=vocab.get)


def bpe(texts, vocab, specials):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=vocab, min_frequency=2, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return [m if isinstance(m, str) else " ".join(m) for m in json.loads(tok.to_str())["model"]["merges"]]


def fixture():
    from tokenizers import normalizers, pre_tokenizers

    norm, split = normalizers.BertNormalizer(lowercase=False, strip_accents=False), pre_tokenizers.BertPreTokenizer()
    texts = [text for _, text in json.loads((pathlib.Path(__file__).parent / "tokenizer_texts.json").read_text())]
    counts = collections.Counter(w for t in texts for w, _ in split.pre_tokenize_str(norm.normalize_str(t)) if len(w.encode()) <= 1024)
    specials = ["[PAD]", "[UNK]"]
    limit, order = characters(counts, 250)
    tokens = wordpiece((w for w, n in sorted(counts.items()) for _ in range(n)), 1000, specials, limit, order)
    (ROOT / "tokenize/wordpiece/testdata/learnt.json").write_text(json.dumps(
        {"specials": specials, "alphabet": limit, "counts": dict(sorted(counts.items())), "tokens": tokens}, ensure_ascii=False, indent=0) + "\n")


def texts_of(path, limit):
    with open(path, encoding="utf-8") as f:
        for line in f:
            if limit <= 0:
                return
            limit -= len(line.encode())
            yield json.loads(line)["text"]


def big(args):
    with tempfile.TemporaryDirectory() as tmp:
        start = time.time()
        subprocess.run(["go", "test", "./tokenize", "-count=1", "-timeout", "60m", "-run", "^TestLearnBig$", "-v"], cwd=ROOT, check=True, env={
            **os.environ, "CORPUS_LEARN_TEXT": os.path.abspath(args.big), "CORPUS_LEARN_BYTES": str(args.bytes), "CORPUS_LEARN_KIND": args.model,
            "CORPUS_LEARN_VOCAB": str(args.vocab), "CORPUS_LEARN_OUT": tmp + "/out"})
        model = json.loads(pathlib.Path(tmp, "out").read_text())["model"]
    ours = model["merges"] if args.model == "bpe" else sorted(model["vocab"], key=model["vocab"].get)
    print("ours: %d in %.1f s" % (len(ours), time.time() - start), flush=True)
    start = time.time()
    if args.model == "bpe":
        theirs = bpe(texts_of(args.big, args.bytes), args.vocab, RESERVED)
    else:
        order = [t for t in ours[len(RESERVED):] if len(t.removeprefix("##")) == 1]
        chars = [t for t in order if len(t) == 1]
        theirs = wordpiece(texts_of(args.big, args.bytes), args.vocab, [RESERVED[0], RESERVED[3]] + RESERVED[1:3] + RESERVED[4:], len(chars), order, chars)[len(RESERVED):]
        ours = ours[len(RESERVED):]
    print("tokenizers: %d in %.1f s" % (len(theirs), time.time() - start))
    differ = [i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b]
    print("%s: %d learnt, %d by tokenizers, %d different%s" % (
        args.model, len(ours), len(theirs), len(differ) + abs(len(ours) - len(theirs)),
        ", the first %d: %r, %r" % (differ[0], ours[differ[0]], theirs[differ[0]]) if differ else ""))
    raise SystemExit(bool(differ) or len(ours) != len(theirs))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--big", metavar="TEXT")
    args.add_argument("--model", choices=["bpe", "wordpiece"], default="bpe")
    args.add_argument("--vocab", type=int, default=32000)
    args.add_argument("--bytes", type=int, default=100_000_000)
    args = args.parse_args()
    if args.big:
        big(args)
    fixture()


if __name__ == "__main__":
    main()
