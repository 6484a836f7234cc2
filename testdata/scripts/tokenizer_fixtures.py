"""Make the golden fixtures of tokenize/testdata from the real Hugging Face
`tokenizers`, and compare on a larger scale.

    pip install tokenizers==0.23.3
    python testdata/scripts/tokenizer_fixtures.py            # write the fixtures
    python testdata/scripts/tokenizer_fixtures.py --big DIR…  # compare on the text files in DIRs
    python testdata/scripts/tokenizer_fixtures.py --bench DIR…  # speed; also needs tiktoken

Fixtures, all made from tokenizer_texts.json:
  texts.json    the texts
  merges.json   the merges that BpeTrainer learns from them
  trained.json  what Train makes of them (written by Go: go test -run TestTrained -update)
  golden.json   ids and decoded text of trained.json in the real tokenizers
  gpt2.json     a file as BpeTrainer and GPT-2's configuration save it, with its ids in gpt2-golden.json
  ways.json     random merges in which several make the same token, with ways-golden.json
"""

import argparse
import json
import os
import pathlib
import random
import struct
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).parents[2]
DATA = ROOT / "tokenize" / "testdata"
VOCAB = 1000
RESERVED = ["<pad>", "<s>", "</s>", "<unk>", "<cls>", "<sep>", "<mask>"]
RESERVED += ["<extra_id_%d>" % i for i in range(100)]


def texts():
    pairs = json.loads((pathlib.Path(__file__).parent / "tokenizer_texts.json").read_text())
    return [text for _, text in pairs]


def save(name, value):
    lines = [json.dumps(v, separators=(",", ":")) for v in value]
    (DATA / name).write_text("[\n" + ",\n".join(lines) + "\n]\n")


def byte_level():
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    tok.decoder = decoders.ByteLevel()
    return tok


def train(corpus, vocab, specials=RESERVED, minimum=2):
    tok = byte_level()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tok.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=vocab, min_frequency=minimum, special_tokens=specials,
            initial_alphabet=alphabet, show_progress=False,
        ),
    )
    return tok


def merges_of(tok):
    return [" ".join(m) if isinstance(m, list) else m for m in json.loads(tok.to_str())["model"]["merges"]]


def golden(tok, strings):
    out = []
    for text in strings:
        tok.encode_special_tokens = True
        plain = tok.encode(text).ids
        tok.encode_special_tokens = False
        prompt = tok.encode(text).ids
        out.append({
            "text": text, "ids": plain, "prompt": prompt,
            "decoded": tok.decode(prompt, skip_special_tokens=False),
            "skipped": tok.decode(prompt, skip_special_tokens=True),
            "half": tok.decode(plain[1::2], skip_special_tokens=False),
        })
    return out


def go_test(run, **env):
    subprocess.run(
        ["go", "test", "./tokenize", "-count=1", "-timeout", "60m", "-run", run] + env.pop("args", []),
        cwd=ROOT, env={**os.environ, **env}, check=True,
    )


def several_ways(seed=7):
    """A model whose tokens can be made in several ways and in any rank order."""
    rng = random.Random(seed)
    vocab = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokens, merges, seen = list("abc"), [], set()
    while len(merges) < 120:
        a, b = rng.choice(tokens), rng.choice(tokens)
        if len(a + b) > 6 or (a, b) in seen:
            continue
        seen.add((a, b))
        merges.append((a, b))
        if a + b not in vocab:
            vocab[a + b] = len(vocab)
            tokens.append(a + b)
    rng.shuffle(merges)
    tok = byte_level()
    tok.model = models.BPE(vocab=vocab, merges=merges)
    strings = ["".join(rng.choice("abc") for _ in range(rng.randint(2, 90))) for _ in range(60)]
    return tok, strings


def fixtures():
    DATA.mkdir(exist_ok=True)
    corpus = texts()
    save("texts.json", corpus)
    save("merges.json", merges_of(train(corpus, VOCAB)))
    go_test("TestTrained", args=["-update"])
    save("golden.json", golden(Tokenizer.from_file(str(DATA / "trained.json")), corpus))

    gpt2 = train(corpus, 400, specials=[])
    gpt2.add_special_tokens(["<|endoftext|>", AddedToken("<|im start|>", rstrip=True, normalized=True)])
    gpt2.save(str(DATA / "gpt2.json"), pretty=False)
    marks = ["a<|endoftext|> b <|im start|>  c<|im start|>\n<|endoftext|>", "<|endoftext|", "x<|im start|>"]
    save("gpt2-golden.json", golden(gpt2, marks + corpus[:8]))

    ways, strings = several_ways()
    ways.save(str(DATA / "ways.json"), pretty=False)
    save("ways-golden.json", golden(ways, strings))


def read_files(dirs, limit=64 << 20):
    """Distinct UTF-8 texts below the directories, in path order."""
    out, seen, size = [], set(), 0
    for d in dirs:
        for path in sorted(pathlib.Path(d).rglob("*")):
            if not path.is_file() or path.is_symlink() or path.stat().st_size > 1 << 20:
                continue
            data = path.read_bytes()
            if path.suffix == ".gz":
                import gzip
                data = gzip.decompress(data)
            if b"\0" in data or data in seen or size + len(data) > limit:
                continue
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                continue
            seen.add(data)
            out.append(text)
            size += len(data)
    print("%d files, %.1f MB" % (len(out), size / 1e6), flush=True)
    return out


def has_long_word(text, longest=1024):
    """Whether Go's MaxWordBytes skips a word of the text in training."""
    words = pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str(text)
    return any(len(word) > longest for word, _ in words)


def big(dirs):
    corpus = read_files(dirs)
    used = [not has_long_word(text) for text in corpus]
    print("not used in training, for a word beyond MaxWordBytes: %d" % used.count(False))
    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        with open(tmp / "texts", "wb") as f:
            for text, use in zip(corpus, used):
                data = text.encode()
                f.write(struct.pack("<IB", len(data), use) + data)
        go_test("TestBig", CORPUS_TOKENIZE_BIG=str(tmp), args=["-v"])
        tok = Tokenizer.from_file(str(tmp / "tokenizer.json"))
        compare_ids(tok, corpus, (tmp / "ids").read_bytes())
        vocab = tok.get_vocab_size()
        start = time.process_time()
        theirs = merges_of(train([text for text, use in zip(corpus, used) if use], vocab))
        print("tokenizers trained %d merges in %.1f s" % (len(theirs), time.process_time() - start))
        ours = merges_of(tok)
        print("merges that differ: %d" % (sum(a != b for a, b in zip(ours, theirs)) + abs(len(ours) - len(theirs))))


def compare_ids(tok, corpus, data):
    tok.encode_special_tokens = True
    at = total = differ = 0
    start = time.process_time()
    for text in corpus:
        (n,) = struct.unpack_from("<I", data, at)
        ours = list(struct.unpack_from("<%dI" % n, data, at + 4))
        at += 4 + 4 * n
        theirs = tok.encode(text).ids
        total += len(theirs)
        if ours != theirs:
            differ += sum(a != b for a, b in zip(ours, theirs)) + abs(len(ours) - len(theirs))
    assert at == len(data)
    print("ids: %d, differ: %d (%.1f s)" % (total, differ, time.process_time() - start), flush=True)


def bench(dirs):
    """Single-threaded speed of tokenizers and tiktoken, one vocabulary, in time of the processor."""
    corpus = read_files(dirs, limit=16 << 20)
    size = sum(len(t.encode()) for t in corpus)
    tok = train(corpus, 32000)
    start = time.process_time()
    for text in corpus:
        tok.encode(text)
    print("tokenizers: %.1f MB/s" % (size / 1e6 / (time.process_time() - start)))
    start = time.process_time()
    tok.encode("a" * (1 << 20))
    print("tokenizers, a million times a: %.2f MB/s" % (1.048576 / (time.process_time() - start)))
    import tiktoken

    chars = {c: b for b, c in zip(*byte_chars())}
    ranks = {}
    for token, i in sorted(tok.get_vocab().items(), key=lambda p: p[1]):
        if i >= len(RESERVED):
            ranks[bytes(chars[c] for c in token)] = i - len(RESERVED)
    enc = tiktoken.Encoding(
        "bench", mergeable_ranks=ranks, special_tokens={},
        pat_str=r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    )
    start = time.process_time()
    for text in corpus:
        enc.encode_ordinary(text)
    print("tiktoken: %.1f MB/s" % (size / 1e6 / (time.process_time() - start)))


def byte_chars():
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in keep]
    return keep + rest, [chr(b) for b in keep] + [chr(256 + i) for i in range(len(rest))]


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--big", nargs="+", metavar="DIR")
    args.add_argument("--bench", nargs="+", metavar="DIR")
    args = args.parse_args()
    if args.big:
        big(args.big)
    elif args.bench:
        bench(args.bench)
    else:
        fixtures()


if __name__ == "__main__":
    main()
