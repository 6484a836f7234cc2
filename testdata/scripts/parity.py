"""Compares the networks of trainer/torch with transformers, both ways.

    python3 -m venv venv
    venv/bin/pip install torch transformers      (tried: 2.15.0; 5.24.0 and 4.57.6)
    venv/bin/python testdata/scripts/parity.py   (a few minutes; needs Go and the libtorch of `make`)

For every family a model is made here whose parameters are all random, biases and
norms too, and rows of 17 to 240 tokens, padded right and, for decoders, left.
Bloom's and BART's are saved in several files. `go test -run TestParity` then loads
each from its folder and compares: logits and loss within 1e-4, gradients within
1e-3 of each tensor's largest, the losses of 50 steps of AdamW (dropout off) within
1e-4; and leaves folders with weights of its own, which AutoModel opens here without
a missing or a surplus tensor: logits within 1e-4. Ends with status 1 where one is
beyond its bound.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file
from transformers import (AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, BartConfig, BertConfig, BloomConfig,
                          GPT2Config, RobertaConfig, T5Config)

VOCAB, PAD, BOS, EOS = 503, 1, 0, 2
LENGTHS, DEC_LENGTHS = [240, 201, 130, 17], [33, 220, 5, 204]
LR, STEPS = 1e-3, 50
IDS = {"pad_token_id": PAD, "bos_token_id": BOS, "eos_token_id": EOS}
ENC = dict(hidden_size=96, num_hidden_layers=3, num_attention_heads=6, intermediate_size=200, vocab_size=VOCAB,
           hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **IDS)


def t5(new):
    return T5Config(vocab_size=VOCAB, d_model=96, d_kv=24, d_ff=200, num_layers=3, num_decoder_layers=2, num_heads=6, dropout_rate=0.0,
                    feed_forward_proj="gated-gelu" if new else "relu", tie_word_embeddings=not new,
                    pad_token_id=PAD, eos_token_id=EOS, decoder_start_token_id=PAD)


MODELS = {
    "bert": (AutoModelForMaskedLM, BertConfig(max_position_embeddings=256, **ENC)),
    "roberta": (AutoModelForMaskedLM, RobertaConfig(max_position_embeddings=258, type_vocab_size=1, layer_norm_eps=1e-5, **ENC)),
    "gpt2": (AutoModelForCausalLM, GPT2Config(vocab_size=VOCAB, n_positions=256, n_embd=96, n_layer=3, n_head=6,
                                              resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, **IDS)),
    "bloom": (AutoModelForCausalLM, BloomConfig(vocab_size=VOCAB, hidden_size=96, n_layer=3, n_head=6, **IDS)),
    "t5-v1_0": (AutoModelForSeq2SeqLM, t5(False)),
    "t5-v1_1": (AutoModelForSeq2SeqLM, t5(True)),
    "bart": (AutoModelForSeq2SeqLM, BartConfig(
        vocab_size=VOCAB, d_model=96, encoder_layers=3, decoder_layers=2, encoder_attention_heads=6, decoder_attention_heads=6,
        encoder_ffn_dim=200, decoder_ffn_dim=200, max_position_embeddings=256, dropout=0.0, decoder_start_token_id=EOS, **IDS)),
}
SHARDED = "bloom", "bart"
DECAY_ALL = "roberta", "bart"  # as fairseq's Adam


def randomize(model):
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() > 1:
                p.normal_(std=1.2 / p.shape[1] ** 0.5)
                if name.endswith("Attention.q.weight"):  # T5 does not scale products, but begins with small ones
                    p.mul_(model.config.d_kv ** -0.5)
            elif name.endswith("weight"):
                p.normal_(mean=1, std=0.3)
            else:
                p.normal_(std=0.3)
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.normal_(std=0.3)


def mask(lengths, left):
    m = torch.tensor([[int(j < n) for j in range(max(lengths))] for n in lengths])
    return m.flip(1) if left else m


def ids(m):
    return torch.randint(3, VOCAB, m.shape).masked_fill(m == 0, PAD)


def batch(cls, config, lengths, dec_lengths, left=False):
    m = mask(lengths, left)
    b = {"input": ids(m), "mask": m}
    if cls is AutoModelForSeq2SeqLM:
        d = mask(dec_lengths, False)
        labels = ids(d)
        start = torch.full((len(d), 1), config.decoder_start_token_id)
        b |= {"decoder": torch.cat([start, labels[:, :-1]], 1), "dec_mask": d, "labels": labels.masked_fill(d == 0, -100)}
    elif cls is AutoModelForCausalLM:
        following = torch.cat([b["input"][:, 1:], torch.full((len(m), 1), PAD)], 1)
        ahead = torch.cat([m[:, 1:], torch.zeros(len(m), 1, dtype=m.dtype)], 1)
        b["labels"] = following.masked_fill(m * ahead == 0, -100)
    else:
        chosen = (torch.rand(m.shape) < 0.15) & (m == 1)
        chosen[0, 0] = True
        b["labels"] = ids(m).masked_fill(~chosen, -100)
    return b


def forward(model, b):
    kw = {"input_ids": b["input"], "attention_mask": b["mask"]}
    if "decoder" in b:
        kw |= {"decoder_input_ids": b["decoder"], "decoder_attention_mask": b["dec_mask"]}
    logits = model(**kw).logits
    return logits, F.cross_entropy(logits.flatten(0, 1), b["labels"].flatten(), ignore_index=-100)


def plain(b):
    out = {k: v.flatten().tolist() for k, v in b.items()}
    out["rows"], out["cols"] = b["input"].shape
    return out | ({"dec_cols": b["decoder"].shape[1]} if "decoder" in b else {})


def trained(name, model, batches):
    """The losses of a plain loop."""
    split = lambda matrix: [p for p in model.parameters() if (p.dim() > 1) == matrix]
    decay = 0.01
    groups = [{"params": split(True), "weight_decay": decay},
              {"params": split(False), "weight_decay": decay if name in DECAY_ALL else 0.0}]
    optimizer, losses = torch.optim.AdamW(groups, lr=LR, betas=(0.9, 0.98), eps=1e-6), []
    for b in batches:
        optimizer.zero_grad()
        _, loss = forward(model, b)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def make(folder, name, cls, config):
    folder.mkdir()
    model = cls.from_config(config).eval()
    randomize(model)
    model.save_pretrained(folder / "theirs", max_shard_size="300KB" if name in SHARDED else "5GB")
    cases = {"right": batch(cls, config, LENGTHS, DEC_LENGTHS)}
    if cls is AutoModelForCausalLM:
        cases["left"] = batch(cls, config, LENGTHS, None, left=True)
    out, losses = {}, {}
    for case, b in cases.items():
        model.zero_grad()
        logits, loss = forward(model, b)
        out[f"logits.{case}"], losses[case] = logits.detach().flatten().clone(), loss.item()
        if case == "right":
            loss.backward()
            out |= {f"grad.{n}": p.grad.clone() for n, p in model.named_parameters()}
    save_file(out, folder / "expected.safetensors", metadata={"format": "pt"})
    batches = [batch(cls, config, [40, 23, 31], [21, 38, 9]) for _ in range(STEPS)]
    record = {"cases": {c: plain(b) for c, b in cases.items()}, "train": [plain(b) for b in batches], "loss": losses,
              "after": trained(name, model, batches), "lr": LR}
    (folder / "batches.json").write_text(json.dumps(record))
    return cases["right"]


def opened(folder, cls, b):
    """The largest difference of the logits of what was left."""
    model, info = cls.from_pretrained(folder / "ours", output_loading_info=True)
    odd = {k: v for k, v in info.items() if v and k in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs")}
    if odd:
        print(f"{folder.name}: {odd}")
        return float("inf")
    with torch.no_grad():
        logits, _ = forward(model.eval(), b)
    seen = b.get("dec_mask", b["mask"]).flatten() == 1
    ours = load_file(folder / "logits.safetensors")["logits"].view(-1, VOCAB)
    return (logits.flatten(0, 1)[seen] - ours[seen]).abs().max().item()


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)  # on models this small a second only waits for the first
    transformers.utils.logging.disable_progress_bar()
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    root = pathlib.Path(tempfile.mkdtemp(prefix="parity-"))
    batches = {name: make(root / name, name, cls, config) for name, (cls, config) in MODELS.items()}
    go = subprocess.run(["go", "test", "-count=1", "-v", "-tags", "torch", "./trainer/torch", "-run", "^TestParity$"],
                        env=os.environ | {"CORPUS_PARITY": str(root)}, capture_output=True, text=True)
    for line in go.stdout.splitlines():
        if line.strip().startswith(("--- ", "FAIL")) or "largest difference" not in line:
            print(line) if line.strip().startswith(("---", "FAIL")) or "parity_test" in line or "golden_test" in line else None
        elif "gradient of" not in line:
            print(line.strip())
    if go.returncode:
        print(go.stderr[-2000:])
        sys.exit("theirs, opened here: beyond the bound")
    bad = False
    for name, (cls, _) in MODELS.items():
        off = opened(root / name, cls, batches[name])
        print(f"{name}: ours, opened there: largest difference {off:.1e}")
        bad |= not off <= 1e-4
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
