"""Make the golden fixtures of tokenize/bpe/testdata, tokenize/wordpiece/testdata
and tokenize/unigram/testdata with the real Hugging Face `tokenizers` (and
`tiktoken`).

    pip install tokenizers==0.23.3 tiktoken==0.14.0
    python testdata/scripts/subword_fixtures.py

bench/tokenizer_ids.py compares whole tokenizers on a larger scale.

Fixtures, made from tokenizer_texts.json:
  NAME.json         the field "model" of a tokenizer.json
  NAME-golden.json  pieces with their ids in the real model
  scores.json       numbers and what the real package takes them for
  NAME.tiktoken     a vocabulary of tiktoken's, with NAME-tiktoken.json: pieces in base64 with their ids
"""

import base64
import json
import os
import pathlib
import random

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

ROOT = pathlib.Path(__file__).parents[2]
LONG = 600  # characters of the longest piece of a fixture


def texts():
    pairs = json.loads((pathlib.Path(__file__).parent / "tokenizer_texts.json").read_text())
    return [text for _, text in pairs]


def pieces_of(tok, corpus):
    """What the model sees of the texts, each piece once, in order."""
    seen = {}
    for text in corpus:
        if tok.normalizer:
            text = tok.normalizer.normalize_str(text)
        for piece, _ in tok.pre_tokenizer.pre_tokenize_str(text):
            seen.setdefault(piece)
    return list(seen)


def wordpiece(corpus, vocab, prefix="##"):
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tok.normalizer = normalizers.BertNormalizer(lowercase=False)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.train_from_iterator(corpus, trainers.WordPieceTrainer(
        vocab_size=vocab, special_tokens=["[PAD]", "[UNK]"], show_progress=False, limit_alphabet=vocab // 3,
        continuing_subword_prefix=prefix))
    return tok


def unigram(corpus, vocab, split=True):
    tok = Tokenizer(models.Unigram())
    tok.pre_tokenizer = pre_tokenizers.Metaspace(split=split)
    tok.train_from_iterator(corpus, trainers.UnigramTrainer(
        vocab_size=vocab, special_tokens=["<pad>", "<unk>"], unk_token="<unk>", show_progress=False))
    return tok


def bpe(corpus, vocab, pre_tokenizer, **options):
    tok = Tokenizer(models.BPE(unk_token=options.pop("unk_token", None)))
    tok.pre_tokenizer = pre_tokenizer
    if isinstance(pre_tokenizer, pre_tokenizers.ByteLevel):
        options["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
    tok.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=vocab, show_progress=False, **options))
    return tok


def random_bpe(letters, count, seed, prefix="", suffix="", **options):
    """Random merges, in which a token is often made in more than one way."""
    rng = random.Random(seed)
    tokens = [p + c + s for c in letters for p in {"", prefix} for s in {"", suffix}]
    merges = []
    while len(merges) < count:
        a, b = rng.choice(tokens), rng.choice(tokens)
        if b.startswith(prefix) and len(a + b) < 12:
            merges.append([a, b])
            tokens += [t for t in [a + b[len(prefix):]] if t not in tokens]
    vocab = {t: 3 * i for i, t in enumerate(tokens)}
    return dict(
        {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": prefix, "end_of_word_suffix": suffix,
         "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocab, "merges": merges}, **options)


def with_tokens(model, tokens, **options):
    """The model with more tokens."""
    vocab = dict(model["vocab"])
    for t in tokens:
        vocab.setdefault(t, max(vocab.values()) + 1)
    return dict(model, vocab=vocab, **options)


def bpes(corpus, odd):
    tok = bpe(corpus * 2, 1200, pre_tokenizers.ByteLevel(add_prefix_space=False), special_tokens=["<s>"])
    save("bpe", "bytes", model_of(tok), pieces_of(tok, corpus)[::4] + odd)
    tok = bpe(corpus * 2, 1500, pre_tokenizers.Metaspace(), special_tokens=["<unk>"], unk_token="<unk>", limit_alphabet=400)
    plain, pieces = model_of(tok), pieces_of(tok, corpus)[::4]
    save("bpe", "unknown", plain, pieces + odd)
    # as Llama 2: whole texts, bytes of what is unknown
    spelled = ["<0x%02X>" % b for b in range(256)]
    save("bpe", "fallback", with_tokens(plain, spelled, byte_fallback=True, fuse_unk=True), pieces[::2] + odd)
    tok = bpe(corpus, 800, pre_tokenizers.BertPreTokenizer(), special_tokens=["<unk>"], unk_token="<unk>",
              end_of_word_suffix="</w>", limit_alphabet=300)
    save("bpe", "suffix", model_of(tok), pieces_of(tok, corpus)[::4] + odd)
    tok = bpe(corpus, 800, pre_tokenizers.BertPreTokenizer(), continuing_subword_prefix="##", limit_alphabet=300)
    save("bpe", "prefix", model_of(tok), pieces_of(tok, corpus)[::4] + odd)

    mixed = lambda seed: random_pieces("abcé字😀xy", 150, 60, seed) + random_pieces("abcé字", 100, 12, seed + 1) + odd[-14:]
    save("bpe", "ways", random_bpe("abcé字😀", 60, 11), mixed(12))
    both = random_bpe("abcé字", 80, 13, prefix="##", suffix="</w>", unk_token="a")
    save("bpe", "both", both, mixed(14))
    save("bpe", "fused", with_tokens(random_bpe("abc", 20, 15), ["é字"], unk_token="b", fuse_unk=True), mixed(16))
    some = [t for t in spelled if t not in ("<0xF0>", "<0x78>")]
    odds = with_tokens(random_bpe("abc", 20, 17, prefix="é"), some, byte_fallback=True, unk_token="c")
    save("bpe", "somebytes", odds, mixed(18))
    ignore = random_bpe("abc字", 40, 19, ignore_merges=True)
    ignore["merges"] = [" ".join(m) for m in ignore["merges"][::2] + ignore["merges"][:20]]
    save("bpe", "ignore", ignore, mixed(20) + list(ignore["vocab"]))
    tiktokens(corpus)


def tiktokens(corpus):
    """Vocabularies of tiktoken's: of merges, and of random tokens, of which many are never merged."""
    import tiktoken

    model = model_of(bpe(corpus * 2, 900, pre_tokenizers.ByteLevel(add_prefix_space=False)))
    back = {c: b for b, c in bytes_to_unicode().items()}
    learnt = {bytes(back[c] for c in t): i for t, i in model["vocab"].items()}
    rng = random.Random(21)
    tokens = random_pieces("abc", 400, 8, 22) + random_pieces(" -", 20, 40, 23) + ["-" * n for n in range(60)]
    tokens = [t.encode() for t in tokens]
    tokens = list(dict.fromkeys([bytes([b]) for b in range(256)] + [t for t in tokens if len(t) > 1]))
    rng.shuffle(tokens)
    pieces = [p.encode() for p in corpus[::3] + random_pieces("abc", 300, 40, 24) + random_pieces(" -a", 60, 200, 25)]
    pieces = [p for p in pieces if p] + tokens[::3] + [bytes(rng.randrange(256) for _ in range(40)) for _ in range(20)]
    for name, ranks in (("learnt", learnt), ("random", {t: i + i // 7 for i, t in enumerate(tokens)})):
        enc = tiktoken.Encoding(name, pat_str=r"[\s\S]+", mergeable_ranks=ranks, special_tokens={})
        folder = ROOT / "tokenize" / "bpe" / "testdata"
        lines = sorted((rank, base64.b64encode(t).decode()) for t, rank in ranks.items())
        (folder / (name + ".tiktoken")).write_text("".join("%s %d\n" % (t, rank) for rank, t in lines))
        lines = [json.dumps({"piece": base64.b64encode(p[:LONG]).decode(), "ids": enc._encode_single_piece(p[:LONG])},
                            separators=(",", ":")) for p in pieces]
        (folder / (name + "-tiktoken.json")).write_text("[\n" + ",\n".join(lines) + "\n]\n")


def bytes_to_unicode():
    """GPT-2's printable characters for bytes."""
    printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    other = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(other)}}


def model_of(tok):
    return json.loads(tok.to_str())["model"]


def load(model):
    """A tokenizer of nothing but the model."""
    return Tokenizer.from_str(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": None, "post_processor": None, "decoder": None, "model": model}))


def ids_of(tok, piece):
    return [t.id for t in tok.model.tokenize(piece)]


def save(package, name, model, pieces):
    folder = ROOT / "tokenize" / package / "testdata"
    folder.mkdir(exist_ok=True)
    (folder / (name + ".json")).write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n")
    tok = load(model)
    lines = [json.dumps({"piece": p, "ids": ids_of(tok, p)}, separators=(",", ":")) for p in pieces]
    (folder / (name + "-golden.json")).write_text("[\n" + ",\n".join(lines) + "\n]\n")


def random_pieces(letters, count, longest, seed):
    rng = random.Random(seed)
    return ["".join(rng.choice(letters) for _ in range(rng.randint(1, longest))) for _ in range(count)]


def odd_pieces(corpus):
    """Pieces that no pre-tokenizer makes: whole texts, long runs, prefixes, unknown characters."""
    runs = [c * n for c in "a-字😀" for n in (2, 99, 100, 101, LONG)]
    odd = ["", "#", "##", "##a", "##the", "a##b", "▁", "▁▁", "<unk>", "a<unk>b", "<0x41>", "\0", "a\0b", "\U0010FFFF\u0378"]
    return [t[:LONG] for t in corpus] + runs + odd


def fixtures():
    corpus = texts()
    odd = odd_pieces(corpus)
    bpes(corpus, odd)

    tok = wordpiece(corpus * 2, 1200)
    save("wordpiece", "bert", model_of(tok), pieces_of(tok, corpus)[::3] + odd)
    few = dict(model_of(tok), max_input_chars_per_word=7, continuing_subword_prefix="")
    few["vocab"] = {t: i for i, t in enumerate(["[UNK]", "a", "aa", "aab", "bab", "é", "éa", "[", "ba", "字", "a字b"])}
    save("wordpiece", "noprefix", few, random_pieces("aabé字", 150, 9, 1) + odd[-14:])
    hashes = dict(few, max_input_chars_per_word=40, continuing_subword_prefix="##")
    words = ["[UNK]", "a", "##a", "##aab", "ab", "##b", "#", "##", "###", "##ab#", "##字", "aaaa字", "####a"]
    hashes["vocab"] = {t: i for i, t in enumerate(words)}
    save("wordpiece", "hashes", hashes, random_pieces("aab#字", 250, 24, 2) + odd[-14:])

    scores()
    tok = unigram(corpus * 2, 1500)
    save("unigram", "t5", model_of(tok), pieces_of(tok, corpus)[::3] + odd)
    # near ties: few scores, so that sums differ in their last bits alone
    rng = random.Random(3)
    vocab = [["<unk>", 0.0]] + [["".join(rng.choice("abc") for _ in range(rng.randint(1, 5))), rng.choice(
        [-1.1, -2.2, -3.3, -rng.random() * 3])] for _ in range(80)]
    ties = {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": False}
    save("unigram", "ties", ties, random_pieces("abc", 200, 60, 4) + random_pieces("abcé", 60, 40, 5) + odd[-14:])
    # unknown characters: as bytes, as bytes of which some lack, and as tokens
    # that stand together only
    known = [[c, -3.0 - i / 7] for i, c in enumerate("▁abcdefgh")] + [["ab", -2.5], ["éü", -40.0], ["xy", -300.0]]
    fallback = [["<unk>", 0.0]] + [["<0x%02X>" % b, 0.0] for b in range(256)] + known
    mixed = random_pieces("abéüxyz字😀<", 250, 16, 6)
    save("unigram", "bytes", {"type": "Unigram", "unk_id": 0, "vocab": fallback, "byte_fallback": True}, mixed + odd)
    some = [t for t in fallback if t[0] not in ("<0xF0>", "<0xE5>")]
    save("unigram", "somebytes", {"type": "Unigram", "unk_id": 0, "vocab": some, "byte_fallback": True}, mixed)
    high = [["a", 30.5], ["<unk>", 25.0], ["xyz", 26.0], ["xyz", 25.5], ["b", 28.0]]
    save("unigram", "highscores", {"type": "Unigram", "unk_id": 1, "vocab": high, "byte_fallback": False},
         mixed + random_pieces("abxyz", 100, 20, 7))


def scores(seed=8):
    """How the real package reads numbers: not always as the nearest float."""
    rng = random.Random(seed)
    digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
    texts = ["0", "-0", "-0.0", "0e9999", "1e308", "-1e-400", "5e-324", "1.7976931348623157e308", "1E+2", "-12e-0",
             "0.000" + digits(400), "1" + digits(300), "18446744073709551615", "18446744073709551616e-3", "1." + "0" * 30 + "1"]
    texts += ["-%d.%s" % (rng.randint(0, 20), digits(rng.choice([1, 6, 12, 14, 15, 16, 17, 18, 19, 25]))) for _ in range(300)]
    texts += ["%d%s.%se%d" % (rng.randint(1, 9), digits(rng.randint(0, 24)), digits(rng.randint(1, 24)), rng.randint(-330, 250)) for _ in range(200)]
    raw = '{"version":"1.0","added_tokens":[],"model":{"type":"Unigram","unk_id":0,"vocab":[%s]}}'
    raw = raw % ",".join('["t%d",%s]' % (i, text) for i, text in enumerate(texts))
    read = [score for _, score in json.loads(Tokenizer.from_str(raw).to_str())["model"]["vocab"]]
    lines = [json.dumps([text, repr(score)]) for text, score in zip(texts, read)]
    (ROOT / "tokenize" / "unigram" / "testdata" / "scores.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    fixtures()
