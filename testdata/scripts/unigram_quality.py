"""Compare what unigram.Train learns with the UnigramTrainer of Hugging Face
`tokenizers`: bytes per token on text that neither has seen.

    pip install tokenizers==0.23.3
    python testdata/scripts/unigram_quality.py [--vocab 8000,32000] [--bytes 4000000] LANG.txt…

Each file has one paragraph a line in one language; one line in ten, by its hash,
is held out, and of the others as many are learnt from as --bytes allows. Both
learn from the same words, cut by Metaspace, without a normalizer; both
vocabularies are run by `tokenizers`. Times are of the wall, with as many threads
as --workers says.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).parents[2]


def read(path, limit):
    learn, held, size, out = [], [], 0, 0
    for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n"):
        n = len(line.encode())
        if not line or max(len(w.encode()) for w in line.split(" ")) > 1000:
            continue
        if zlib.crc32(line.encode()) % 10 == 0:
            if out < limit // 5:
                held.append(line)
                out += n
        elif size < limit:
            learn.append(line)
            size += n
    return learn, held


def uvarint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def write_counts(path, words):
    last = b""
    with open(path, "wb") as f:
        f.write(b"corpus counts 1\n")
        for word, n in sorted((w.encode(), n) for w, n in words.items()):
            shared = len(os.path.commonprefix([last, word]))
            f.write(uvarint(shared) + uvarint(len(word) - shared) + word[shared:] + uvarint(n))
            last = word
        f.write(b"\0\0" + uvarint(len(words)))


def tokenizer(model):
    from tokenizers import Tokenizer

    return Tokenizer.from_str(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": None, "decoder": None, "model": model}))


def ours(words, vocabs, workers):
    with tempfile.TemporaryDirectory() as tmp:
        write_counts(pathlib.Path(tmp) / "counts", words)
        subprocess.run(
            ["go", "test", "./tokenize/unigram", "-count=1", "-timeout", "60m", "-run", "^TestTrainBig$", "-v"], cwd=ROOT, check=True,
            env={**os.environ, "CORPUS_UNIGRAM_TRAIN": tmp, "CORPUS_UNIGRAM_SIZES": ",".join(map(str, vocabs)), "CORPUS_UNIGRAM_WORKERS": str(workers)})
        return [json.loads((pathlib.Path(tmp) / ("model-%d.json" % v)).read_text()) for v in vocabs]


def theirs(learn, vocab):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tok = Tokenizer(models.Unigram())
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    start = time.time()
    tok.train_from_iterator(learn, trainers.UnigramTrainer(
        vocab_size=vocab, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False))
    print("tokenizers learnt %d tokens in %.1f s" % (tok.get_vocab_size(), time.time() - start), flush=True)
    return json.loads(tok.to_str())["model"]


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--vocab", default="8000,32000")
    args.add_argument("--bytes", type=int, default=4_000_000)
    args.add_argument("--workers", type=int, default=1)
    args.add_argument("--theirs", metavar="FOLDER", help="keep what tokenizers learns here, and use it the next time")
    args.add_argument("files", nargs="+")
    args = args.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if args.workers > 1 else "false"
    os.environ["RAYON_NUM_THREADS"] = str(args.workers)
    from tokenizers import pre_tokenizers

    split = pre_tokenizers.Metaspace()
    learn, held, words = [], {}, collections.Counter()
    for path in args.files:
        more, held[pathlib.Path(path).stem] = read(path, args.bytes)
        learn += more
    for line in learn:
        words.update(w for w, _ in split.pre_tokenize_str(line))
    print("%.1f MB, %d different words of %.1f MB" % (
        sum(len(t.encode()) for t in learn) / 1e6, len(words), sum(len(w.encode()) for w in words) / 1e6), flush=True)
    vocabs = [int(v) for v in args.vocab.split(",")]
    for vocab, mine in zip(vocabs, ours(words, vocabs, args.workers)):
        kept = args.theirs and pathlib.Path(args.theirs) / ("theirs-%d.json" % vocab)
        if kept and kept.exists():
            other = json.loads(kept.read_text())
        else:
            other = theirs(learn, vocab)
            if kept:
                kept.write_text(json.dumps(other))
        a, b = tokenizer(mine), tokenizer(other)
        print("%d tokens (%d and %d)   bytes per token: ours  tokenizers  ratio" % (vocab, a.get_vocab_size(), b.get_vocab_size()))
        total = [0, 0, 0]
        for lang, lines in held.items():
            size = sum(len(t.encode()) for t in lines)
            n = [sum(len(e.ids) for e in tok.encode_batch(lines)) for tok in (a, b)]
            print("  %-10s %8d bytes %26.4f %9.4f %+8.2f %%" % (lang, size, size / n[0], size / n[1], 100 * (n[1] / n[0] - 1)))
            total = [x + y for x, y in zip(total, [size, *n])]
        print("  all %15d bytes %26.4f %9.4f %+8.2f %%" % (total[0], total[0] / total[1], total[0] / total[2], 100 * (total[2] / total[1] - 1)), flush=True)


if __name__ == "__main__":
    main()
