"""Golden outputs of the six families for trainer/torch, from transformers.

    python3 -m venv --system-site-packages venv     (with Debian's python3-torch 1.13.1)
    venv/bin/pip install 'transformers==4.40.2' 'numpy<2'
    venv/bin/python testdata/scripts/model_fixtures.py trainer/torch/testdata bert gpt2 t5-v1_0 t5-v1_1

Those of roberta, bloom and bart were made with transformers 5.24.0 and torch 2.15.0, and
transformers 4.57.6 gives the same numbers. Without names all are made.

Weights and token ids are not stored: both sides make them from the formula of
`uniform` below. Every parameter is random, biases and norms too. Stored are a
sample of the logits, the loss, all gradients, and all weights after two updates
(of the older files after one, too); the second reads another batch, so that the
moments count.
"""

import base64
import json
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from transformers import (BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel,
                          RobertaConfig, RobertaForMaskedLM, BartConfig, BartForConditionalGeneration, BloomConfig, BloomForCausalLM, T5Config, T5ForConditionalGeneration)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
PAD, EOS = 1, 2  # of the families that are not older
VOCAB, HIDDEN, LAYERS, HEADS, HEAD_DIM, FFN, POSITIONS = 67, 16, 2, 2, 8, 32, 224
LENGTHS, DEC_LENGTHS = [210, 151, 97], [203, 64, 130]
LR, BETA1, BETA2, EPS, DECAY, CLIP = 1e-2, 0.9, 0.95, 1e-6, 0.1, 0.25
SAMPLE = 9  # every 9th position's logits are stored
OLDER = "bert", "gpt2", "t5"
DECAY_ALL = "roberta", "bart"


def fnv(text):
    """FNV-1a, 64 bits."""
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = (h ^ b) * 0x100000001B3 % 2**64
    return np.uint64(h)


def bits(name, n):
    """n outputs of SplitMix64 that starts at the FNV-1a hash of name."""
    with np.errstate(over="ignore"):
        x = fnv(name) + (np.arange(n, dtype=np.uint64) + np.uint64(1)) * GOLDEN
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def uniform(name, n):
    """Numbers in [-1, 1) with 24 random bits."""
    return (bits(name, n) >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def weight(name, shape):
    n = math.prod(shape)
    r = uniform(name, n)
    if len(shape) > 1:
        r = r * 1.5 / math.sqrt(shape[1])
    elif name.endswith("weight"):
        r = 1 + 0.5 * r
    else:
        r = 0.3 * r
    return torch.tensor(r.astype(np.float32).reshape(shape))


def ids(name, rows, cols):
    """Token ids from 3 up."""
    return torch.tensor((bits(name, rows * cols) % np.uint64(VOCAB - 3)).astype(np.int64).reshape(rows, cols) + 3)


def mask(lengths, left=False):
    m = torch.tensor([[1 if j < n else 0 for j in range(max(lengths))] for n in lengths])
    return m.flip(1) if left else m


def batch(family, turn):
    """Inputs, masks, and labels at the position that must predict them."""
    m = mask(LENGTHS, left=family == "bloom" and turn == 1)
    b = {"input": ids(f"input{turn}", *m.shape), "mask": m}
    if family not in OLDER:
        b["input"] = b["input"].masked_fill(m == 0, PAD)
    if family in ("t5", "bart"):
        d = mask(DEC_LENGTHS)
        labels = ids(f"labels{turn}", *d.shape)
        start = torch.full((len(d), 1), 0 if family == "t5" else EOS)
        b["decoder"] = torch.cat([start, labels[:, :-1]], 1)
        b["dec_mask"], b["labels"] = d, labels.masked_fill(d == 0, -100)
    elif family in ("gpt2", "bloom"):
        last = torch.full((len(m), 1), -100)
        b["labels"] = torch.cat([b["input"].masked_fill(m == 0, -100)[:, 1:], last], 1).masked_fill(m == 0, -100)
    else:
        chosen = ids(f"chosen{turn}", *m.shape) % 5 == 0
        b["labels"] = ids(f"labels{turn}", *m.shape).masked_fill((m == 0) | ~chosen, -100)
    return b


def forward(family, model, b):
    kw = {"input_ids": b["input"], "attention_mask": b["mask"]}
    if family in ("t5", "bart"):
        kw.update(decoder_input_ids=b["decoder"], decoder_attention_mask=b["dec_mask"])
    logits = model(**kw).logits
    return logits, F.cross_entropy(logits.flatten(0, 1), b["labels"].flatten(), ignore_index=-100)


def rms_scaled_step(model, state, step):
    """AdamW scaled by the RMS of each weight: nanoT5's AdamWScale (correct_bias
    as in transformers' former AdamW: eps beside the uncorrected root, decay last)."""
    for name, p in model.named_parameters():
        m, v = state.setdefault(name, (torch.zeros_like(p), torch.zeros_like(p)))
        m.mul_(BETA1).add_(p.grad, alpha=1 - BETA1)
        v.mul_(BETA2).addcmul_(p.grad, p.grad, value=1 - BETA2)
        rms = p.data.norm(2).item() / math.sqrt(p.numel())
        size = LR * math.sqrt(1 - BETA2**step) / (1 - BETA1**step) * max(1e-3, rms)
        p.data.addcdiv_(m, v.sqrt().add_(EPS), value=-size)
        if p.dim() > 1:
            p.data.add_(p.data, alpha=-LR * DECAY)


def adamw(family, model):
    if family in DECAY_ALL:
        return torch.optim.AdamW(model.parameters(), lr=LR, betas=(BETA1, BETA2), eps=EPS, weight_decay=DECAY)
    groups = [{"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": DECAY},
              {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=LR, betas=(BETA1, BETA2), eps=EPS)


def pack(t):
    return base64.b64encode(t.detach().numpy().astype("<f4").tobytes()).decode()


def everything(model, of):
    return {name: pack(of(p)) for name, p in model.named_parameters()}


def fixture(family, model, config):
    model.eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(weight(name, list(p.shape)))
        if family == "bart":  # a buffer, but of the model
            model.final_logits_bias.copy_(weight("final_logits_bias", list(model.final_logits_bias.shape)))
    optimizer, state, out = adamw(family, model), {}, {"config": config, "steps": []}
    for turn in (1, 2):
        b = batch(family, turn)
        optimizer.zero_grad()
        logits, loss = forward(family, model, b)
        loss.backward()
        step = {"loss": loss.item()}
        if turn == 1:
            out["logits"] = pack(logits.flatten(0, 1)[::SAMPLE])
            out["gradients"] = everything(model, lambda p: p.grad)
        step["norm"] = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item()
        if family == "t5":
            rms_scaled_step(model, state, turn)
        else:
            optimizer.step()
        if turn == 2 or family in OLDER:
            step["weights"] = everything(model, lambda p: p.data)
        out["steps"].append(step)
    return out


def config(family, **more):
    c = {"family": family, "vocab": VOCAB, "hidden": HIDDEN, "layers": LAYERS, "heads": HEADS, "head_dim": HEAD_DIM,
         "ffn": FFN, "max_positions": POSITIONS, "tied": True, "init_range": 0.02, "pad": 0, "bos": 1, "eos": 2}
    return {**c, **more}


def models():
    yield "bert", "bert", BertForMaskedLM(BertConfig(
        vocab_size=VOCAB, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=FFN,
        max_position_embeddings=POSITIONS, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    ), config("bert", type_vocab=2, activation="gelu", norm_eps=1e-12)
    yield "roberta", "roberta", RobertaForMaskedLM(RobertaConfig(
        vocab_size=VOCAB, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=FFN,
        max_position_embeddings=POSITIONS + PAD + 1, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=PAD,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    ), config("roberta", type_vocab=1, activation="gelu", norm_eps=1e-5, pad=PAD, bos=0)
    yield "gpt2", "gpt2", GPT2LMHeadModel(GPT2Config(
        vocab_size=VOCAB, n_positions=POSITIONS, n_embd=HIDDEN, n_layer=LAYERS, n_head=HEADS, n_inner=FFN,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
    ), config("gpt2", activation="gelu_new", norm_eps=1e-5)
    yield "bloom", "bloom", BloomForCausalLM(BloomConfig(
        vocab_size=VOCAB, hidden_size=24, n_layer=LAYERS, n_head=6, pad_token_id=PAD)
    ), config("bloom", hidden=24, heads=6, head_dim=4, ffn=96, max_positions=0, activation="gelu_new", norm_eps=1e-5, pad=PAD)
    yield "bart", "bart", BartForConditionalGeneration(BartConfig(
        vocab_size=VOCAB, d_model=HIDDEN, encoder_layers=LAYERS, decoder_layers=1, encoder_attention_heads=HEADS, decoder_attention_heads=HEADS,
        encoder_ffn_dim=FFN, decoder_ffn_dim=FFN, max_position_embeddings=POSITIONS, dropout=0.0)
    ), config("bart", dec_layers=1, activation="gelu", norm_eps=1e-5, pad=PAD, bos=0, dec_start=EOS)
    for name, new in (("t5-v1_0", False), ("t5-v1_1", True)):
        yield name, "t5", T5ForConditionalGeneration(T5Config(
            vocab_size=VOCAB, d_model=HIDDEN, d_kv=HEAD_DIM, d_ff=FFN, num_layers=LAYERS, num_heads=HEADS + 1,
            dropout_rate=0.0, feed_forward_proj="gated-gelu" if new else "relu", tie_word_embeddings=not new)
        ), config("t5", heads=HEADS + 1, max_positions=0, dec_layers=LAYERS, rel_buckets=32, rel_distance=128,
                  activation="gelu_new" if new else "relu", gated=new, tied=not new, scale_logits=not new,
                  norm_eps=1e-6, init_range=1.0, eos=1)


def buckets(far=1100):
    from transformers.models.t5.modeling_t5 import T5Attention
    positions = torch.arange(-far, far + 1)
    return {"from": -far, **{str(both).lower(): T5Attention._relative_position_bucket(
        positions, bidirectional=both, num_buckets=32, max_distance=128).tolist() for both in (True, False)}}


def main(folder, *names):
    torch.set_num_threads(1)
    made = f"transformers {transformers.__version__}, torch {torch.__version__}"
    for name, family, model, cfg in models():
        if names and name not in names:
            continue
        out = {"made_with": made, "sample": SAMPLE, "lr": LR, "beta1": BETA1, "beta2": BETA2, "eps": EPS,
               "decay": DECAY, "clip": CLIP, "lengths": LENGTHS, "dec_lengths": DEC_LENGTHS, **fixture(family, model, cfg)}
        with open(f"{folder}/{name}.json", "w") as f:
            json.dump(out, f, indent=0)
            f.write("\n")
    if not names:
        with open(f"{folder}/t5-buckets.json", "w") as f:
            json.dump(buckets(), f)
            f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
