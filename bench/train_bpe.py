"""Training of tokenizers beside Hugging Face `tokenizers`: time and memory of the whole job.

    venv/bin/python bench/train_bpe.py [BYTES] [VOCAB] [bpe|wordpiece|unigram] [TEXT.jsonl…]

(venv: pip install tokenizers==0.23.3; default 100 MB of bench/data.py's text.jsonl, 32,000 ids, bpe.)

A job is a cold process from text on disk to tokenizer.json: `corpus tokenize`, which also
encodes all of the text for its report, on documents that ingest, dedup and filter have let
through (which is not timed), and a program in Python with train_from_iterator on the same
documents as JSON lines. Each runs on one core, then on two, with as many threads; ours under
a ceiling of 2 GiB. Memory is the largest proportional set size of the process tree, seen every
20 ms. BENCH_PAIRS=3 runs each three times; the worst pair counts. In the end what both have
learnt is compared.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import memory
import pairs

SPECIALS = ["<pad>", "<s>", "</s>", "<unk>", "<cls>", "<sep>", "<mask>"] + [f"<extra_id_{i}>" for i in range(100)]
CONFIG = """ingest: {}
dedup: {near: "off"}
filter: {recipe: none, keep: 1, select: random, pii: "off"}
"""


def rival(kind, vocab, text, out):
    """The job in tokenizers."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    def texts():
        with open(text, encoding="utf-8") as f:
            for line in f:
                yield json.loads(line)["text"]

    if kind == "bpe":
        tok = Tokenizer(models.BPE())
        tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(vocab_size=vocab, min_frequency=2, special_tokens=SPECIALS,
                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    elif kind == "wordpiece":
        tok = Tokenizer(models.WordPiece(unk_token="<unk>"))
        tok.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
        tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=vocab, min_frequency=2, special_tokens=SPECIALS, limit_alphabet=1000, show_progress=False)
    else:
        from tokenizers import Regex
        tok = Tokenizer(models.Unigram())
        tok.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Strip(left=False), normalizers.Replace(Regex(" {2,}"), " ")])
        tok.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=vocab, special_tokens=SPECIALS, unk_token="<unk>", show_progress=False)
    tok.train_from_iterator(texts(), trainer)
    tok.save(out)


def prepare(size, sources):
    """A workspace with the documents, and the same as JSON lines."""
    corpus = pairs.build() / "corpus"
    folder = pairs.DATA / f"train-{size}"
    if not (folder / "kept.jsonl").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "corpus.yaml").write_text(CONFIG)
        left = size
        with open(folder / "text.jsonl", "wb") as out:
            for source in sources:
                with open(source, "rb") as f:
                    for line in f:
                        if left <= 0:
                            break
                        left -= len(json.loads(line)["text"].encode())
                        out.write(line)
        for stage in (["ingest", "text.jsonl"], ["dedup"], ["filter"]):
            subprocess.run([corpus, *stage, "--quiet"], cwd=folder, check=True)
        with open(folder / "part", "wb") as out:
            subprocess.run([corpus, "cat", "kept"], cwd=folder, check=True, stdout=out)
        (folder / "part").rename(folder / "kept.jsonl")
    with open(folder / "kept.jsonl", encoding="utf-8") as f:
        bytes = sum(len(json.loads(line)["text"].encode()) for line in f)
    print(f"{bytes / 1e6:.0f} MB of text", file=sys.stderr)
    return corpus, folder


def measure(command, folder, threads):
    """(wall s, CPU s, peak bytes) of a command on so many cores."""
    cores = set(sorted(os.sched_getaffinity(0))[:threads])
    env = os.environ | {"GOMAXPROCS": str(threads), "RAYON_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false"}
    with open(folder / "log", "wb") as log:
        start = time.perf_counter()
        p = subprocess.Popen([str(c) for c in command], cwd=folder, env=env, stdout=log, stderr=log, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        peak, done = 0, threading.Event()

        def watch():
            nonlocal peak
            while not done.wait(0.02):
                peak = max(peak, sum(map(memory.resident, memory.tree(p.pid))))
        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, use = os.wait4(p.pid, 0)
        wall = time.perf_counter() - start
        p.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        watcher.join()
    if p.returncode:
        sys.exit(f"{command}: exit {p.returncode}\n{(folder / 'log').read_text()}")
    return wall, use.ru_utime + use.ru_stime, peak


def same(kind, ours, theirs):
    a, b = (json.loads(Path(f).read_text())["model"] for f in (ours, theirs))
    if kind == "bpe":
        a, b = ([" ".join(m) if isinstance(m, list) else m for m in model["merges"]] for model in (a, b))
        differ = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
        return f"{len(a)} and {len(b)} merges, {len(differ)} different" + (f", the first {differ[0]}" if differ else "")
    a, b = (set(t if kind == "wordpiece" else t[0] for t in model["vocab"]) for model in (a, b))
    return f"{len(a)} and {len(b)} tokens, {len(a & b)} in both"


def main():
    if sys.argv[1:2] == ["--rival"]:
        return rival(sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
    given = dict(enumerate(sys.argv[1:]))
    size, vocab, kind = int(given.get(0, 100_000_000)), int(given.get(1, 32000)), given.get(2, "bpe")
    corpus, folder = prepare(size, sys.argv[4:] or [pairs.DATA / "text.jsonl"])
    print("| threads | tokenizers | corpus | worst pair, wall | worst pair, CPU |\n|---|---|---|---|---|")
    for threads in 1, 2:
        rows = []
        for _ in range(int(os.environ.get("BENCH_PAIRS", "1"))):
            shutil.rmtree(folder / "out", ignore_errors=True)
            theirs = measure([sys.executable, __file__, "--rival", kind, vocab, "kept.jsonl", "theirs.json"], folder, threads)
            ours = measure([corpus, "tokenize", "--model", kind, "--vocab", vocab, "--workers", threads, "--memory", "2GiB", "--out", "out"], folder, threads)
            rows.append((theirs, ours))
        cells = ["–".join(sorted({f"{r[i][0]:.1f}" for r in rows}, key=float)) + " s wall, " + "–".join(sorted({f"{r[i][1]:.1f}" for r in rows}, key=float))
                 + f" s CPU, {max(r[i][2] for r in rows) / 1e6:.0f} MB" for i in (0, 1)]
        ratios = [min(r[0][i] / r[1][i] for r in rows) for i in (0, 1)]
        print(f"| {threads} | {cells[0]} | {cells[1]} | {ratios[0]:.1f}× | {ratios[1]:.1f}× |", flush=True)
    print(same(kind, folder / "out/tokenize/tokenizer.json", folder / "theirs.json"))


if __name__ == "__main__":
    main()
