"""Are the ids those of the real packages? Ten million tokens for each family, one by one.

    venv/bin/python bench/tokenizer_ids.py [--tokens N] [--family NAME…] [--ranks FILE.tiktoken…]
        (Debian or Ubuntu; venv: pip install tokenizers==0.23.3 sentencepiece==0.2.3 tiktoken==0.14.0)

Text: Debian's installation guide and handbook and manual pages in some 30
languages, the kernel's and PostgreSQL's documentation, C and Python sources;
each document once, languages in turn. Packages are downloaded with apt-get and
unpacked below $BENCH_DATA (default /tmp/corpus-bench), nothing is installed.

For each family (testdata/scripts/tokenizer_families.py) a tokenizer of 32,000
ids is trained by the real package on a part of the text, T5's with SentencePiece's
own charsmap. Then all documents are encoded by it and by bench/ids, as documents
are: special tokens spelled in them are text. --ranks compares with tiktoken
instead, on its own vocabularies (cl100k_base.tiktoken …).

Ends with status 1 if one id differs.
"""

import argparse
import gzip
import hashlib
import html
import itertools
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "testdata" / "scripts"), str(ROOT / "bench")]

import tokenizer_families as families  # noqa: E402  (it keeps the package to one thread)
from tokenizers import Tokenizer  # noqa: E402

HOME = pathlib.Path(os.environ.get("BENCH_DATA", "/tmp/corpus-bench"))
MANUALS = ["cs", "da", "de", "el", "es", "fi", "fr", "hu", "id", "it", "ja", "ko", "mk", "nb", "nl", "pl", "pt-br", "ro", "ru",
           "sr", "sv", "tr", "uk", "vi", "zh"]
PACKAGES = ["installation-guide-amd64", "debian-handbook", "postgresql-doc-15", "linux-doc-6.1", "libpython3.11-stdlib",
            "linux-headers-6.1.0-41-common"] + ["manpages-" + code for code in MANUALS]
VOCAB = 32000
TRAINED_ON = 6 << 20  # bytes of text


def unpack(package):
    """The folder with a package's files, or none where the release has no such package."""
    tree = HOME / "tree" / package
    if not tree.exists():
        debs = HOME / "deb"
        debs.mkdir(parents=True, exist_ok=True)
        if subprocess.run(["apt-get", "download", "-q", package], cwd=debs, capture_output=True).returncode:
            return None
        deb, = debs.glob(package + "_*.deb")
        subprocess.run(["dpkg-deb", "-x", deb, tree], check=True)
    return tree


LANGUAGES = {code[:2] for code in MANUALS} | {"ar", "ca", "fa", "hr"}


def language(path):
    """The language or kind of a file: de in handbook/de-DE/x.html and man/de/man1, else its ending."""
    for part in path.parts[:-1]:
        if re.split("[-_]", part)[0] in LANGUAGES and len(part) in (2, 5):
            return part[:2]
    return path.suffix if path.suffix in (".c", ".h", ".html", ".py", ".rst", ".txt") else "other"


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if not 500 <= len(data) <= 1 << 20:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if ".html" in path.suffixes:
        text = html.unescape(re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", "", text))
    return text


def documents():
    """Distinct documents, of each language and kind in turn."""
    groups, seen = {}, set()
    for package in PACKAGES:
        tree = unpack(package)
        for path in sorted(tree.rglob("*")) if tree else []:
            if path.is_file() and not path.is_symlink():
                groups.setdefault(language(path.relative_to(tree)), []).append(path)
    print("%d languages and kinds: %s" % (len(groups), " ".join(sorted(groups))))
    for turn in itertools.zip_longest(*(groups[k] for k in sorted(groups))):
        for path in filter(None, turn):
            text = read(path)
            key = hashlib.sha256(text.encode()).digest() if text else None
            if key and key not in seen:
                seen.add(key)
                yield text


def ours(tokenizer, texts):
    with tempfile.TemporaryDirectory() as tmp:
        binary, given = pathlib.Path(tmp, "ids"), pathlib.Path(tmp, "texts")
        subprocess.run(["go", "build", "-o", binary, "./bench/ids"], cwd=ROOT, check=True, env={**os.environ, "CGO_ENABLED": "0"})
        with open(given, "wb") as f:
            for text in texts:
                data = text.encode()
                f.write(struct.pack("<I", len(data)) + data)
        with open(given, "rb") as f:
            out = subprocess.run([binary, tokenizer], stdin=f, check=True, capture_output=True)
        print("  corpus: " + out.stderr.decode().strip())
        return np.frombuffer(out.stdout, np.uint32)


def compare(tokenizer, texts, encode):
    """How many documents have other ids; texts until there are enough tokens of theirs."""
    got = ours(tokenizer, texts)
    at = tokens = differ = size = 0
    start = time.process_time()
    for text in texts:
        want = encode(text)
        n = int(got[at])
        mine = got[at + 1 : at + 1 + n]
        at += 1 + n
        tokens, size = tokens + len(want), size + len(text.encode())
        if n != len(want) or (mine != np.array(want, np.uint32)).any():
            differ += 1
            if differ < 4:
                first = next((i for i, (a, b) in enumerate(zip(mine, want)) if a != b), min(n, len(want)))
                print("  differs at token %d: %s, want %s, in %r" % (first, mine[first:first + 8], want[first:first + 8], text[:60]))
    assert at == len(got)
    print("  %d tokens of %d documents, %.1f MB: %d documents differ; theirs took %.1f s of the processor" % (
        tokens, len(texts), size / 1e6, differ, time.process_time() - start), flush=True)
    return differ


def enough(texts, encode, tokens):
    """As many of the texts as make so many tokens, told from the first ones."""
    sample = texts[:200]
    per_byte = sum(len(encode(t)) for t in sample) / sum(len(t.encode()) for t in sample)
    taken, size = [], 0
    for text in texts:
        if size * per_byte > 1.15 * tokens:
            break
        taken.append(text)
        size += len(text.encode())
    return taken


def family(name, texts, tokens):
    corpus, size = [], 0
    for text in texts[::7]:
        corpus.append(text[:20000])
        size += len(corpus[-1].encode())
        if size > TRAINED_ON:
            break
    make = families.FAMILIES[name]
    tok = make(corpus, VOCAB, rules=None) if name == "t5" else make(corpus, VOCAB)
    print("%s: %d ids" % (name, tok.get_vocab_size()), flush=True)
    with tempfile.TemporaryDirectory() as tmp:
        path = pathlib.Path(tmp, "tokenizer.json")
        tok.save(str(path))
        theirs = families.without_specials(Tokenizer.from_file(str(path)))
        encode = lambda text: theirs.encode(text, add_special_tokens=False).ids  # noqa: E731
        return compare(path, enough(texts, encode, tokens), encode)


def ranks(path, texts, tokens):
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    name = path.stem
    enc = tiktoken.Encoding(name, pat_str=families.tiktoken_patterns()[name], mergeable_ranks=load_tiktoken_bpe(str(path)), special_tokens={})
    print("%s: %d ids" % (name, enc.n_vocab), flush=True)
    return compare(path, enough(texts, enc.encode_ordinary, tokens), enc.encode_ordinary)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--tokens", type=int, default=10_000_000)
    args.add_argument("--family", nargs="*", default=[])
    args.add_argument("--ranks", nargs="*", type=pathlib.Path, default=[])
    args = args.parse_args()
    texts = list(documents())
    print("%d documents, %.1f MB" % (len(texts), sum(len(t.encode()) for t in texts) / 1e6), flush=True)
    differ = sum(ranks(path, texts, args.tokens) for path in args.ranks)
    differ += sum(family(name, texts, args.tokens) for name in args.family or ([] if args.ranks else families.FAMILIES))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
