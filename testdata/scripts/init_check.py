"""Goes on from models of transformers with `corpus train --init`, and compares the loss
before the first update with that of transformers on the same batch.

    python3 -m venv venv
    venv/bin/pip install torch transformers tokenizers      (tried: 2.15.0, 5.24.0, 0.23.3)
    venv/bin/python testdata/scripts/init_check.py bin/corpus [FAMILY...]

For every family a tokenizer of its own kind is trained here, on Debian's licences; a
small model of random weights is left by save_pretrained, bloom's and bart's in several
files; a workspace takes the tokenizer and makes shards with it; `corpus train --init`
does three steps without dropout. The loss of the first, before its update, has to be
that of transformers within 1e-4, on the rows that `corpus trace --ids` tells. Then the
run, put back behind its first step, has to end with the same weights, and refused are: a folder
with only pytorch_model.bin, one of another tokenizer. Ends with status 1 where it differs.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (BartConfig, BartForConditionalGeneration, BertConfig, BertForMaskedLM, BloomConfig, BloomForCausalLM,
                          GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM, T5Config,
                          T5ForConditionalGeneration)

VOCAB, COLS, ROWS = 1000, 64, 4
LICENCES = pathlib.Path("/usr/share/common-licenses")
FAIRSEQ = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}
ROLES = {
    "bert": {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"},
    "roberta": FAIRSEQ, "bart": FAIRSEQ,
    "gpt2": {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"},
    "bloom": {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"},
    "t5": {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"},
}
OBJECTIVES = {"bert": "mlm", "roberta": "mlm", "gpt2": "clm", "bloom": "clm", "t5": "span", "bart": "denoise"}
MASKED = "bert", "roberta"


def tokenizer(family, texts):
    """One of the family's kind, as a fast tokenizer."""
    names = list(dict.fromkeys(ROLES[family].values()))
    more = [f"<extra_id_{i}>" for i in range(99, -1, -1)] if family == "t5" else []
    size = {"vocab_size": VOCAB - len(more), "special_tokens": names, "show_progress": False}
    if family == "bert":
        tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tok.pre_tokenizer, tok.decoder = pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(**size)
    elif family == "t5":
        tok = Tokenizer(models.Unigram())
        tok.pre_tokenizer, tok.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
        trainer = trainers.UnigramTrainer(unk_token="<unk>", **size)
    else:
        tok = Tokenizer(models.BPE())
        tok.pre_tokenizer, tok.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
        tok.post_processor = processors.ByteLevel(trim_offsets=False)
        trainer = trainers.BpeTrainer(initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **size)
    tok.train_from_iterator(texts, trainer)
    if more:
        tok.add_special_tokens(more)
    return PreTrainedTokenizerFast(tokenizer_object=tok, **ROLES[family], **({"additional_special_tokens": more} if more else {}))


def model(family, tok):
    size = len(tok) + (28 if family == "t5" else 0)  # T5's is padded
    ids = {"pad_token_id": tok.pad_token_id, "eos_token_id": tok.eos_token_id, "bos_token_id": tok.bos_token_id}
    encoder = dict(vocab_size=size, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=160, **ids)
    if family == "bert":
        return BertForMaskedLM(BertConfig(max_position_embeddings=80, **encoder))
    if family == "roberta":
        return RobertaForMaskedLM(RobertaConfig(max_position_embeddings=80 + tok.pad_token_id + 1, type_vocab_size=1, layer_norm_eps=1e-5, **encoder))
    if family == "gpt2":
        return GPT2LMHeadModel(GPT2Config(vocab_size=size, n_positions=80, n_embd=64, n_layer=2, n_head=4, **ids))
    if family == "bloom":
        return BloomForCausalLM(BloomConfig(vocab_size=size, hidden_size=64, n_layer=2, n_head=4, **ids))
    if family == "t5":
        return T5ForConditionalGeneration(T5Config(
            vocab_size=size, d_model=64, d_kv=24, d_ff=160, num_layers=2, num_decoder_layers=3, num_heads=4, feed_forward_proj="gated-gelu",
            tie_word_embeddings=False, decoder_start_token_id=tok.pad_token_id, pad_token_id=tok.pad_token_id, eos_token_id=tok.eos_token_id))
    return BartForConditionalGeneration(BartConfig(
        vocab_size=size, d_model=64, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=160,
        decoder_ffn_dim=160, max_position_embeddings=80, decoder_start_token_id=tok.eos_token_id, forced_eos_token_id=None, **ids))


def randomize(net):
    """Every parameter, so that none is left out unseen."""
    with torch.no_grad():
        for name, p in net.named_parameters():
            scale = net.config.d_kv ** -0.5 if name.endswith("Attention.q.weight") else 1
            p.add_(torch.randn_like(p) * scale * (0.1 if p.dim() == 1 else 0.3 * p.shape[-1] ** -0.5))


def corpus(*args, fails=None):
    p = subprocess.run([str(a) for a in args], capture_output=True, text=True)
    if p.returncode != (fails or 0):
        sys.exit(f"{args}: exit {p.returncode}\n{p.stderr}")
    return p.stderr if fails else p.stdout


def theirs(net, rows):
    """The loss of transformers on the rows of `corpus trace --ids`."""
    column = lambda key: torch.tensor([r[key] for r in rows])
    cols = len(rows[0]["input"])
    mask = torch.tensor([[int(i < r.get("seen", cols)) for i in range(cols)] for r in rows])
    kw = {"decoder_input_ids": column("decoder")} if "decoder" in rows[0] else {}
    with torch.no_grad():
        logits = net.eval()(input_ids=column("input"), attention_mask=mask, **kw).logits
    return F.cross_entropy(logits.flatten(0, 1), column("labels").flatten(), ignore_index=-100).item()


def check(binary, root, family, texts):
    tok = tokenizer(family, texts)
    theirs_at, work = root / family / "model", root / family / "ws"
    net = model(family, tok)
    randomize(net)
    net.save_pretrained(theirs_at, max_shard_size="200KB" if family in ("bloom", "bart") else "5GB")
    tok.save_pretrained(theirs_at)
    net = type(net).from_pretrained(theirs_at)
    (work / "raw").mkdir(parents=True)
    (work / "raw" / "a.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
    (work / "corpus.yaml").write_text(
        "ingest: {sources: [raw]}\ndedup: {near: off}\nfilter: {keep: 1, recipe: none}\nshards: {valid: 0.1}\n"
        f"tokenize: {{tokenizer: {theirs_at}}}\n")
    corpus(binary, "run", "-C", work, "--quiet")
    train = ["train", "-C", work, "--objective", OBJECTIVES[family], "--seq-len", COLS, "--batch", ROWS, "--steps", 3, "--eval-every", 1, "--dropout", 0,
             "--save-every", 1, "--quiet", "--init"]
    corpus(binary, *train, theirs_at, "--run", "on")
    run = work / "runs" / "on"
    ours = json.loads((run / "metrics.jsonl").read_text().splitlines()[0])["loss"]
    rows = [json.loads(line) for line in corpus(binary, "trace", "on", 1, "--ids", "-C", work).splitlines()]
    want = theirs(net, rows)
    shutil.copytree(run, work / "runs" / "cut")  # as the run was behind its first step
    for gone in [*(work / "runs" / "cut" / "checkpoints").glob("step-*[23]"), *(work / "runs" / "cut").glob("m*")]:
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    corpus(binary, *train, theirs_at, "--run", "cut")
    same = (run / "model.safetensors").read_bytes() == (work / "runs" / "cut" / "model.safetensors").read_bytes()
    ids = json.loads((run / "config.json").read_text())["vocab_size"]
    print(f"{family}: {len(rows)} rows, loss {ours:.6f}, transformers {want:.6f}, off by {abs(ours - want):.1e}; "
          f"taken up again {'the same' if same else 'OTHER'} weights; {ids} ids of {net.config.vocab_size}", flush=True)
    return abs(ours - want) <= 1e-4 and same and ids == net.config.vocab_size


def refusals(binary, root, families):
    """Pickled weights, and another tokenizer's model."""
    first, work = families[0], root / families[0] / "ws"
    train = ["train", "-C", work, "--objective", OBJECTIVES[first], "--seq-len", COLS, "--batch", ROWS, "--steps", 3]
    pickled = root / "pickled"
    shutil.copytree(root / first / "model", pickled)
    for f in pickled.glob("model*safetensors*"):
        f.unlink()
    torch.save({}, pickled / "pytorch_model.bin")
    said = corpus(binary, *train, "--init", pickled, "--run", "pickled", fails=66)
    print("pickled:", said.strip().replace(str(root), ""))
    good = "pickle" in said
    other = root / "other"
    shutil.copytree(root / first / "model", other)
    t = json.loads((other / "tokenizer.json").read_text())
    vocab = t["model"]["vocab"]
    if isinstance(vocab, dict):
        a, b = list(vocab)[-2:]
        vocab[a], vocab[b] = vocab[b], vocab[a]
    else:
        vocab[-1], vocab[-2] = vocab[-2], vocab[-1]
    (other / "tokenizer.json").write_text(json.dumps(t))
    said = corpus(binary, *train, "--init", other, "--run", "other", fails=78)
    print("other tokenizer:", said.strip().replace(str(root), ""))
    return good and "tokenizer" in said


def main(binary, families):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    texts = [p for f in sorted(LICENCES.iterdir()) if not f.is_symlink() for p in f.read_text(encoding="utf-8", errors="ignore").split("\n\n") if len(p) > 200]
    root = pathlib.Path(tempfile.mkdtemp(prefix="init-"))
    good = [check(binary, root, family, texts) for family in families]
    good.append(refusals(binary, root, families))
    shutil.rmtree(root)
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:] or list(ROLES))
