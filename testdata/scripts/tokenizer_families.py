"""Make the golden fixtures of tokenize/testdata/families from the real Hugging
Face `tokenizers`: a small tokenizer.json in the configuration of each family,
and what it makes of texts in 32 languages, code, and all that is odd.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 tiktoken==0.14.0
    python testdata/scripts/tokenizer_families.py
    python testdata/scripts/tokenizer_families.py --transformers   # needs transformers, 4 or 5, alone:
        # what Go writes of each family, and of each kind that it trains, opens there with the same ids and text

Fixtures, trained on and made from tokenizer_texts.json:
  NAME.json           the tokenizer
  NAME-golden.jsonl   a text a line, with its ids and what they decode to
  ranks.tiktoken      a vocabulary for tiktoken
  NAME-tiktoken.json  what tiktoken makes of texts with it and the words of its encoding NAME
  tiny/NAME.json      a smaller tokenizer
  tiny/NAME-swaps.json  all pairs of its fields whose values may be swapped so that tokenizers still
                      reads it, by their number in the file, with the ids of a text

The trainers of WordPiece and Unigram number equal tokens by chance: run again,
the script writes other files of the same kind.

bench/tokenizer_ids.py makes larger ones of the same configurations.
"""

import json
import os
import pathlib
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).parents[2]
DATA = ROOT / "tokenize" / "testdata" / "families"
VOCAB = 2000

# The patterns as the families' own files have them.
BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def special(text, **how):
    return AddedToken(text, special=True, normalized=False, **how)


def bpe(tok, corpus, vocab, specials, alphabet=True, **how):
    tok.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=vocab, special_tokens=specials, show_progress=False, min_frequency=1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if alphabet else [], **how))


def byte_level(pre, model=None):
    tok = Tokenizer(model or models.BPE())
    tok.pre_tokenizer = pre
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    tok.decoder = decoders.ByteLevel()
    return tok


def gpt2(corpus, vocab):
    tok = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    bpe(tok, corpus, vocab, [])
    tok.add_special_tokens([AddedToken("<|endoftext|>", special=True, normalized=True)])
    return tok


def roberta(corpus, vocab, prefix=False):
    tok = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=prefix))
    names = ["<s>", "<pad>", "</s>", "<unk>"]
    bpe(tok, corpus, vocab, [AddedToken(n, special=True, normalized=True) for n in names])
    tok.add_special_tokens([special("<mask>", lstrip=True)])
    tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=prefix)
    return tok


def bart(corpus, vocab):
    """With the space before the text that BART's and RoBERTa's files may ask for."""
    return roberta(corpus, vocab, prefix=True)


def bloom(corpus, vocab):
    tok = byte_level(pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(BLOOM), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]))
    bpe(tok, corpus, vocab, [special(n) for n in ["<unk>", "<s>", "</s>", "<pad>"]])
    return tok


def bert(corpus, vocab, lowercase=True):
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tok.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    # From fewer letters than there are, so that some words are unknown.
    tok.train_from_iterator(corpus, trainers.WordPieceTrainer(
        vocab_size=vocab, limit_alphabet=400, show_progress=False, min_frequency=1,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tok


def bert_cased(corpus, vocab):
    """With what came before templates, as older files have it."""
    tok = bert(corpus, vocab, lowercase=False)
    tok.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tok


def charsmap(rules=None):
    """A charsmap of SentencePiece's: of nmt_nfkc, or of a few rules, small enough for a fixture."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    with tempfile.TemporaryDirectory() as tmp:
        how = {"normalization_rule_name": "nmt_nfkc"}
        if rules:
            path = pathlib.Path(tmp, "rules.tsv")
            path.write_text("".join("%s\t%s\n" % (
                " ".join("%X" % ord(c) for c in a), " ".join("%X" % ord(c) for c in b)) for a, b in sorted(rules.items())))
            how = {"normalization_rule_tsv": str(path)}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["a b c d"] * 9), model_prefix=tmp + "/m", vocab_size=8, hard_vocab_limit=False,
            minloglevel=2, **how)
        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(pathlib.Path(tmp, "m.model").read_bytes())
        return proto.normalizer_spec.precompiled_charsmap


def few_rules():
    import unicodedata

    rules = {c: unicodedata.normalize("NFKC", c) for text in texts() for c in text if unicodedata.normalize("NFKC", c) != c}
    rules |= {unicodedata.normalize("NFD", c): c for text in texts() for c in text if unicodedata.normalize("NFD", c) != c}
    return rules | {"\t": " ", "\n": " ", "\u200b": " ", "\u3000": " "}


def t5(corpus, vocab, rules=few_rules):
    tok = Tokenizer(models.Unigram())
    tok.normalizer = normalizers.Sequence([
        normalizers.Precompiled(charsmap(rules and rules())), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "▁")])
    tok.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    sentinels = ["<extra_id_%d>" % i for i in range(99, -1, -1)]
    tok.train_from_iterator(corpus, trainers.UnigramTrainer(
        vocab_size=vocab, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
    tok.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tok.add_special_tokens([special(s) for s in sentinels])
    tok.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tok


def t5_words(corpus, vocab):
    """Without a charsmap, and with white space cut first, as some converters write T5."""
    tok = t5(corpus, vocab)
    tok.normalizer = normalizers.Sequence([
        normalizers.Nmt(), normalizers.NFKC(), normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), "▁")])
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")])
    return tok


def split_byte_level(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def llama3(corpus, vocab):
    tok = byte_level(split_byte_level(LLAMA3))
    bpe(tok, corpus, vocab, [])
    names = ["<|begin_of_text|>", "<|end_of_text|>"] + ["<|reserved_special_token_%d|>" % i for i in range(6)]
    model = json.loads(tok.to_str())
    model["model"]["ignore_merges"] = True
    tok = Tokenizer.from_str(json.dumps(model))
    tok.add_special_tokens([special(n) for n in names])
    bos = tok.token_to_id(names[0])
    tok.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
        special_tokens=[("<|begin_of_text|>", bos)])])
    return tok


def qwen(corpus, vocab):
    tok = byte_level(split_byte_level(QWEN))
    tok.normalizer = normalizers.NFC()
    bpe(tok, corpus, vocab, [])
    tok.add_special_tokens([special(n) for n in ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]])
    tok.add_tokens([AddedToken(n, special=False, normalized=False) for n in ["<tool_call>", "</tool_call>", "<think>", "</think>"]])
    return tok


def neox(corpus, vocab):
    """With all that added tokens may ask for: white space, single words, normalized, stripped."""
    tok = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    tok.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    bpe(tok, corpus, vocab, ["<|padding|>"])
    tok.add_tokens([AddedToken(" " * n, normalized=True) for n in range(4, 1, -1)])
    tok.add_tokens([
        AddedToken("Human", single_word=True, normalized=False), AddedToken("ÉTÉ", single_word=True),
        AddedToken("born", normalized=True), AddedToken("<Left>", lstrip=True, normalized=False),
        AddedToken("<Right>", rstrip=True)])
    tok.add_special_tokens([
        AddedToken("<|endoftext|>", special=True, normalized=True), special("<Both>", lstrip=True, rstrip=True),
        special("<mask>", single_word=True)])
    return tok


def llama2(corpus, vocab):
    """BPE over characters as SentencePiece has it, unknown ones spelled in bytes."""
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    names = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)]
    bpe(tok, corpus, vocab, names, alphabet=False, limit_alphabet=400)
    data = json.loads(tok.to_str())
    data["added_tokens"] = data["added_tokens"][:3]  # the bytes are tokens of the model alone
    tok = Tokenizer.from_str(json.dumps(data))
    tok.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    return tok


def odd(corpus, vocab):
    """What no family has: Unigram over ByteLevel's characters, and white space that strips white space."""
    tok = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), models.Unigram())
    tok.train_from_iterator(corpus, trainers.UnigramTrainer(
        vocab_size=vocab, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tok.add_tokens([AddedToken("  ", lstrip=True, rstrip=True), AddedToken("\n", rstrip=True, normalized=False)])
    return tok


FAMILIES = {f.__name__.replace("_", "-"): f for f in [
    gpt2, roberta, bart, bloom, bert, bert_cased, t5, t5_words, llama3, qwen, neox, llama2, odd]}


def texts():
    pairs = json.loads((pathlib.Path(__file__).parent / "tokenizer_texts.json").read_text())
    return [text for _, text in pairs]


def marks(tok):
    """Texts with the added tokens in them, at their ends and side by side."""
    names = [t.content for _, t in sorted(tok.get_added_tokens_decoder().items())][:12]
    out = []
    for i, name in enumerate(names):
        other = names[(i + 1) % len(names)]
        out += [name, "a%s b  %s\n%s%s c%sd" % (name, name, other, name, name[:-1]), " %s %s. É%s_ " % (name.lower(), name.upper(), name)]
    return out + ["A Human, Human Humans HumanÉ _Human été \u00e9te\u0301 Été BORN unborn  x   y    z     <Left> <Right> <Both> <left> <right>  e"]


BROKEN = [b"\xff\xfe", b"abc\xe3\x81", b"\xc0\xaf a \xed\xa0\x80 b \xf4\x90\x80\x80", b"caf\xc3 au lait \xf0\x9f\x92"]


def without_specials(tok):
    """The tokenizer of documents: for its model, too, there are no special tokens."""
    data = json.loads(tok.to_str())
    specials = {t["content"] for t in data["added_tokens"] if t["special"]}
    model = data["model"]
    names = {t: "\U0010fffe%d" % i for i, t in enumerate(sorted(specials))}
    if isinstance(model["vocab"], list):
        model["vocab"] = [[names.get(t, t), score] for t, score in model["vocab"]]
    else:
        if model.get("unk_token") in names:
            model["unk_token"] = names[model["unk_token"]]
        model["vocab"] = {names.get(t, t): i for t, i in model["vocab"].items()}
    if "merges" in model:
        model["merges"] = [m for m in model["merges"] if not specials & {m[0], m[1], m[0] + m[1]}]
    data["added_tokens"] = [dict(t, content=names.get(t["content"], t["content"])) for t in data["added_tokens"]]
    return Tokenizer.from_str(json.dumps(data))


def golden(tok, documents, text, other):
    plain = documents.encode(text, add_special_tokens=False).ids
    prompt = tok.encode(text, add_special_tokens=False).ids
    line = {"ids": plain, "framed": tok.encode(text).ids, "decoded": tok.decode(prompt, skip_special_tokens=False)}
    if prompt != plain:
        line["prompt"] = prompt
        line["skipped"] = tok.decode(prompt)
    if other is not None:
        line["pair"] = tok.encode(text, other).ids
    return line


def save(name, tok):
    tok.save(str(DATA / (name + ".json")), pretty=False)
    tok = Tokenizer.from_file(str(DATA / (name + ".json")))
    documents = without_specials(tok)
    corpus = texts() + marks(tok)
    lines = []
    for i, text in enumerate(corpus):
        other = corpus[i + 1] if i % 9 == 0 else None
        line = {"text": text}
        if other is not None:
            line["other"] = other
        lines.append(line | golden(tok, documents, text, other))
    for data in BROKEN:
        lines.append({"hex": data.hex()} | golden(tok, documents, data.decode("utf-8", "replace"), None))
    with open(DATA / (name + "-golden.jsonl"), "w") as f:
        for line in lines:
            f.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    print("%-10s %5d ids, %d texts" % (name, tok.get_vocab_size(), len(lines)))


def ranks_of(tok):
    """The vocabulary of a byte-level tokenizer as tiktoken has it."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    chars = {chr(b): b for b in keep} | {chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in keep)}
    return {bytes(chars[c] for c in t): i for t, i in tok.get_vocab(with_added_tokens=False).items()}


def tiktoken_patterns():
    """The expressions of tiktoken's own encodings, without their files."""
    from unittest import mock

    import tiktoken_ext.openai_public as public

    with mock.patch.object(public, "load_tiktoken_bpe", lambda *a, **k: {}):
        return {name: getattr(public, name)()["pat_str"] for name in ["r50k_base", "cl100k_base", "o200k_base"]}


def tiktoken_fixtures():
    import base64

    import tiktoken

    tok = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    bpe(tok, texts(), 1000, [])
    ranks = ranks_of(tok)
    lines = ["%s %d" % (base64.b64encode(t).decode(), i) for t, i in sorted(ranks.items(), key=lambda p: p[1])]
    (DATA / "ranks.tiktoken").write_text("\n".join(lines) + "\n")
    specials = {"<|endoftext|>": 1000, "<|fim_prefix|>": 1003}
    corpus = texts() + ["a<|endoftext|>  b<|fim_prefix|><|endoftext|>\n c<|endoftext", "x \n  \n", "12345678 9", "it'S 'LL we\u017f '\u017f"]
    for name, pattern in tiktoken_patterns().items():
        enc = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)
        lines = []
        for text in corpus:
            ids, special = enc.encode_ordinary(text), enc.encode(text, allowed_special="all")
            lines.append({"text": text, "ordinary": ids, "special": special, "decoded": enc.decode(special), "cutoff": enc.decode(ids[1:])})
        lines = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines]
        (DATA / (name + "-tiktoken.json")).write_text("[\n" + ",\n".join(lines) + "\n]\n")


PROBE = "Ab  c's é<mask> 7</s>\n[SEP]<|endoftext|>"


def values(value, path=()):
    """The paths of all values in the order of the file, but for the vocabulary and most added tokens."""
    if path[:1] == ("added_tokens",) and path[1:] and path[1] > 1:
        return
    if path:
        yield path
    if path in [("model", "vocab"), ("model", "merges")]:
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []:
        yield from values(item, (*path, key))


def swapped(data, a, b):
    data = json.loads(json.dumps(data))

    def at(path):
        place = data
        for key in path[:-1]:
            place = place[key]
        return place, path[-1]

    (x, i), (y, j) = at(a), at(b)
    x[i], y[j] = y[j], x[i]
    return data


def tiny(name, tok):
    data = json.loads(tok.to_str())
    (DATA / "tiny" / (name + ".json")).write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")
    paths, lines = list(values(data)), []
    for i, a in enumerate(paths):
        for j, b in enumerate(paths):
            if i >= j or a == b[: len(a)]:
                continue
            changed = swapped(data, a, b)
            if changed == data:
                continue
            try:
                damaged = Tokenizer.from_str(json.dumps(changed))
                damaged.no_truncation()
                damaged.no_padding()
                ids = damaged.encode(PROBE).ids
            except BaseException:  # a panic is one, too
                continue
            lines.append(json.dumps([i, j, ids], separators=(",", ":")))
    (DATA / "tiny" / (name + "-swaps.json")).write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print("tiny %-10s %d values, %d swaps that load" % (name, len(paths), len(lines)))


def tinies():
    (DATA / "tiny").mkdir(exist_ok=True)
    short = [t[:40] for t in texts()[:3]]
    for name, vocab in [("gpt2", 260), ("roberta", 270), ("bloom", 268), ("bert", 60), ("bert-cased", 60), ("t5", 40),
                        ("llama3", 264), ("qwen", 264), ("neox", 262), ("llama2", 300)]:
        tiny(name, FAMILIES[name](short, vocab))


def check_transformers():
    import subprocess

    import tokenizers
    import transformers

    print("transformers %s, tokenizers %s" % (transformers.__version__, tokenizers.__version__))
    failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run(["go", "test", "./tokenize", "-count=1", "-run", "TestFolders"], cwd=ROOT, check=True,
                       env={**os.environ, "CORPUS_TOKENIZE_FOLDERS": tmp})
        for folder in sorted(pathlib.Path(tmp).iterdir()):
            tok = transformers.AutoTokenizer.from_pretrained(folder)
            plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
            roles = json.loads((folder / "special_tokens_map.json").read_text())
            bad = sum(roles[k] != getattr(tok, k) or tok.convert_tokens_to_ids(roles[k]) != plain.token_to_id(roles[k])
                      for k in roles if k.endswith("_token"))
            made, older = json.loads((folder / "made.json").read_text()), 0
            for m in made:
                ids = tok(m["text"])["input_ids"]
                bad += ids != m["ids"] or plain.encode(m["text"]).ids != m["ids"]
                for skip, want in [(False, m["decoded"]), (True, m["skipped"])]:
                    theirs, itself = tok.decode(ids, skip_special_tokens=skip), plain.decode(ids, skip_special_tokens=skip)
                    bad += theirs != itself
                    older += itself != want
            if not tokenizers.__version__.startswith("0.22."):  # which decoded added tokens that are normalized otherwise
                bad, older = bad + older, 0
            print("%-18s %s, %d ids, %d roles, %d texts: %d differ%s" % (
                folder.name, type(tok).__name__, len(tok), len(roles), len(made), bad,
                ", %d are decoded otherwise than by 0.23" % older if older else ""))
            failed += bad
    sys.exit(1 if failed else 0)


def main():
    if "--transformers" in sys.argv:
        check_transformers()
    DATA.mkdir(exist_ok=True, parents=True)
    tinies()
    tiktoken_fixtures()
    for name, make in FAMILIES.items():
        save(name, make(texts(), VOCAB))


if __name__ == "__main__":
    main()
