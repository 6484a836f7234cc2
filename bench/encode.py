"""Encoding a file of documents, the whole job, beside tiktoken, tokenizers and gigatoken, on one core.

    venv/bin/python bench/encode.py NAME.tiktoken [text.jsonl [MB]] [--rivals tiktoken tokenizers gigatoken]
    venv/bin/python bench/encode.py NAME.tiktoken [text.jsonl [MB]] --worst    texts made to be slow
    venv/bin/python bench/encode.py NAME.tiktoken [text.jsonl [MB]] --cores    one worker and two
    venv/bin/python bench/encode.py FILE.json text.jsonl MB                    a tokenizer.json, beside tokenizers

NAME is one of tiktoken's encodings; the file is the published one (tiktoken checks its
hash in tests of its own; here the ids are compared). Every side is a cold process that
reads the tokenizer and JSON lines and writes the ids of all documents end to end, of two
bytes where the vocabulary allows, and the number of ids of each: files that must be equal
to the last byte. tiktoken, tokenizers and gigatoken are libraries; the loop around them is
below, json as Python has it (gigatoken reads JSON lines itself). tiktoken encodes with
encode_to_numpy, which spares it lists; tokenizers with encode_batch_fast over batches of 512 and
one thread, from a tokenizer.json with the merges that the ranks make; gigatoken with
encode_files and one thread. Wall and CPU seconds; five alternating pairs; the worst counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pairs

END = "<|endoftext|>"
BATCH = 512


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("tokenizer", type=Path)
    args.add_argument("text", type=Path, nargs="?", default=pairs.DATA / "text.jsonl")
    args.add_argument("mb", type=float, nargs="?", default=500)
    args.add_argument("--rivals", nargs="+")
    args.add_argument("--worst", action="store_true")
    args.add_argument("--cores", action="store_true")
    args.add_argument("--side", help=argparse.SUPPRESS)
    args.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    args = args.parse_args()
    args.tokenizer, args.text = args.tokenizer.resolve(), args.text.resolve()
    if args.side:
        return SIDES[args.side](args)
    corpus = pairs.build() / "corpus"
    text = cut(args.text, args.mb * 1e6)
    if args.cores:
        return cores(corpus, args.tokenizer, text)
    if args.worst:
        return worst(corpus, args.tokenizer, args.mb * 1e6)
    hf = huggingface(args.tokenizer)
    rivals = args.rivals or (["tokenizers"] if args.tokenizer.suffix == ".json" else ["tiktoken", "tokenizers", "gigatoken"])
    for rival in rivals:
        beside(rival, corpus, args.tokenizer, hf if rival == "tokenizers" else args.tokenizer, text)


def cut(path, size):
    """The first lines of a file, in a file of their own."""
    part = pairs.DATA / f"encode-{size / 1e6:.0f}.jsonl"
    if not part.exists():
        with open(path, "rb") as f, open(part.with_suffix(".part"), "wb") as out:
            for line in f:
                if (size := size - len(line)) < 0:
                    break
                out.write(line)
        part.with_suffix(".part").rename(part)
    return part


def beside(rival, corpus, tokenizer, theirs, text):
    """Alternating pairs of a rival and corpus, and whether their files are equal."""
    first = {}

    def counts(side):
        def look(_, folder):
            ids, lengths = ((folder / (text.stem + ending)).read_bytes() for ending in (".bin", ".len"))
            first.setdefault(side, (ids, lengths))
            same = "; ".join(sorted({differ(first[side], other) for name, other in first.items() if name != side}))
            return f"{len(lengths) // 4:,} documents, {len(ids) / 1e6:.1f} MB of ids{', ' + same if same else ''}"

        return look

    def run_rival(folder):
        return [sys.executable, Path(__file__), theirs, text, "--side", rival, "--out", folder]

    def run_corpus(folder):
        return [corpus, "encode", "-q", "--workers", "1", "--tokenizer", tokenizer, "--out", folder, text]

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["RAYON_NUM_THREADS"] = "1"
    size = text.stat().st_size / 1e6
    pairs.compare(f"{tokenizer.stem}, {size:.0f} MB of JSON lines", (f"{rival} {version(rival)}", run_rival, counts(rival)), ("corpus", run_corpus, counts("corpus")),
                  {"gigatoken": 1}.get(rival, 5 if tokenizer.suffix == ".json" else 10))


def differ(a, b):
    """In how many documents two files of ids differ."""
    import numpy as np

    if a == b:
        return "the same bytes"
    lengths = [np.frombuffer(x[1], "<u4") for x in (a, b)]
    if len(lengths[0]) != len(lengths[1]):
        return f"{len(lengths[0])} and {len(lengths[1])} documents"
    width = len(a[0]) // max(int(lengths[0].sum()), 1)
    ends = [np.concatenate([[0], np.cumsum(x, dtype=np.int64)]) * width for x in lengths]
    return "%d documents differ" % sum(
        a[0][ends[0][i] : ends[0][i + 1]] != b[0][ends[1][i] : ends[1][i + 1]] for i in range(len(lengths[0])))


def texts(args):
    with open(args.text, encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)["text"]


def files(args):
    return open(args.out / (args.text.stem + ".bin"), "wb"), open(args.out / (args.text.stem + ".len"), "wb")


def with_tiktoken(args):
    import numpy as np
    import tiktoken
    import tiktoken_ext.openai_public as public
    from tiktoken.load import load_tiktoken_bpe

    ranks = load_tiktoken_bpe(str(args.tokenizer))
    public.load_tiktoken_bpe = lambda *_, **__: ranks  # the encodings' own code, with the file that is here
    enc = tiktoken.Encoding(**getattr(public, args.tokenizer.stem)())
    kind = np.uint16 if enc.n_vocab <= 1 << 16 else np.uint32
    ids, lengths = files(args)
    for text in texts(args):
        one = enc.encode_to_numpy(text, disallowed_special=())
        ids.write(one.astype(kind).tobytes())
        lengths.write(np.uint32(len(one)).tobytes())


def with_tokenizers(args):
    import itertools

    import numpy as np
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(str(args.tokenizer))
    tok.encode_special_tokens = True
    kind = np.uint16 if tok.get_vocab_size() <= 1 << 16 else np.uint32
    ids, lengths = files(args)
    all_texts = texts(args)
    while batch := list(itertools.islice(all_texts, BATCH)):
        encoded = [e.ids for e in tok.encode_batch_fast(batch, add_special_tokens=False)]
        ids.write(np.fromiter(itertools.chain.from_iterable(encoded), kind).tobytes())
        lengths.write(np.array([len(e) for e in encoded], np.uint32).tobytes())


def with_gigatoken(args):
    import awkward as ak
    import gigatoken
    import numpy as np

    tok = gigatoken.Tokenizer.from_tiktoken(args.tokenizer)
    kind = np.uint16 if tok.vocab_size <= 1 << 16 else np.uint32
    all_ids = tok.encode_files(gigatoken.JsonlFileSource([str(args.text)], field="text"), parallel=False)
    ids, lengths = files(args)
    ids.write(np.asarray(ak.flatten(all_ids)).astype(kind, copy=False).data)
    lengths.write(np.asarray(ak.num(all_ids)).astype(np.uint32).data)


SIDES = {"tiktoken": with_tiktoken, "tokenizers": with_tokenizers, "gigatoken": with_gigatoken}


def huggingface(tokenizer):
    """The tokenizer.json of an encoding; its merges are what each token is made of by those before it."""
    if tokenizer.suffix == ".json":
        return tokenizer
    path = pairs.DATA / (tokenizer.stem + ".json")
    if path.exists():
        return path
    import tiktoken_ext.openai_public as public
    from tiktoken.load import load_tiktoken_bpe
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    ranks = load_tiktoken_bpe(str(tokenizer))
    public.load_tiktoken_bpe = lambda *_, **__: ranks
    pattern = getattr(public, tokenizer.stem)()["pat_str"].replace("{1,3}+", "{1,3}")  # possessive in Rust, a repeat in Oniguruma
    chars = dict(zip(range(256), byte_chars()))
    spell = lambda token: "".join(chars[b] for b in token)
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda x: x[1]):
        if len(token) > 1:
            parts = parts_of(token, ranks, rank)
            assert len(parts) == 2, (token, parts)
            merges.append(tuple(map(spell, parts)))
    tok = Tokenizer(models.BPE(vocab={spell(t): r for t, r in ranks.items()}, merges=merges, ignore_merges=True))
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tok.decoder = decoders.ByteLevel()
    tok.save(str(path))
    return path


def parts_of(token, ranks, limit):
    """What a token is merged from by ranks below its own."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while True:
        best = min(((ranks.get(a + b, limit), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))), default=(limit, 0))
        if best[0] >= limit:
            return parts
        i = best[1]
        parts[i : i + 2] = [parts[i] + parts[i + 1]]


def byte_chars():
    """GPT-2's printable characters for bytes."""
    other = 0x100
    for b in range(256):
        if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174:
            yield chr(b)
        else:
            yield chr(other)
            other += 1


def cores(corpus, tokenizer, text):
    """One worker and two: wall time, the bytes equal."""
    print("| workers | wall s | CPU s |\n|---|---|---|")
    outs = set()
    for _ in range(3):
        for workers in 1, 2:
            folder = Path(tempfile.mkdtemp(dir=pairs.DATA))
            before = os.sched_getaffinity(0)
            start = os.times()
            subprocess.run([corpus, "encode", "-q", "--workers", str(workers), "--tokenizer", tokenizer, "--out", folder, text], check=True)
            end = os.times()
            assert os.sched_getaffinity(0) == before
            outs.add((folder / (text.stem + ".bin")).read_bytes())
            subprocess.run(["rm", "-r", folder], check=True)
            cpu = end.children_user + end.children_system - start.children_user - start.children_system
            print(f"| {workers} | {end.elapsed - start.elapsed:.2f} | {cpu:.2f} |", flush=True)
    assert len(outs) == 1, "the workers change what is written"


def worst(corpus, tokenizer, size):
    """Texts made to be slow, at three sizes: seconds a megabyte must not grow."""
    import random

    rng = random.Random(1)
    word = lambda n: "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(n))
    kinds = {
        "one letter": lambda n: "a" * n,
        "blanks": lambda n: " " * n,
        "random letters without a space": word,
        "minified code": lambda n: ";".join(f"{word(2)}.{word(3)}({word(1)},{rng.randrange(1000)})" for _ in range(n // 12))[:n],
        "Chinese without spaces": lambda n: "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(n // 3)),
        "digits": lambda n: "".join(rng.choice("0123456789") for _ in range(n)),
        "dashes": lambda n: "-" * n,
    }
    print("| one document of | MB | CPU s | MB/s |\n|---|---|---|---|")
    for name, make in kinds.items():
        for mb in 1, 4, 16:
            folder = Path(tempfile.mkdtemp(dir=pairs.DATA))
            path = folder / "text.jsonl"
            path.write_text(json.dumps({"text": make(mb << 20)}, ensure_ascii=False) + "\n", encoding="utf-8")
            none = folder / "none.jsonl"
            none.write_text("")
            command = lambda f: [corpus, "encode", "-q", "--workers", "1", "--tokenizer", tokenizer, "--out", folder, f]
            cpu = min(pairs.run(command(path), folder)[1] for _ in range(2)) - min(pairs.run(command(none), folder)[1] for _ in range(2))
            print(f"| {name} | {mb} | {cpu:.2f} | {mb * 1.048576 / max(cpu, 1e-3):.0f} |", flush=True)
            subprocess.run(["rm", "-r", folder], check=True)


if __name__ == "__main__":
    main()
