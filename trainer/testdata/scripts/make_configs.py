"""Writes models.json: what Hugging Face transformers says of each known model.

For every name: config.json as transformers writes it, the number of parameters
of the language model (tied ones once), and name, shape and mean and standard
deviation of the initial weights of small models.

    pip install torch==1.13.1 transformers==4.40.2     (bert, gpt2, t5)
    pip install torch==2.15.0 transformers==4.57.6     (the others)
    python make_configs.py .. [NAME ...]

With names, these alone are made, and the others stay. Of models too large to be
made their tensors are counted only.
"""
import json
import pathlib
import sys

import torch
import transformers as t

torch.manual_seed(1)


def bert(h, l, a, f):
    return t.BertForMaskedLM, t.BertConfig(hidden_size=h, num_hidden_layers=l, num_attention_heads=a, intermediate_size=f)


def gpt2(h, l, a):
    return t.GPT2LMHeadModel, t.GPT2Config(n_embd=h, n_layer=l, n_head=a)


def roberta(h, l, a, f):  # the numbers of roberta-base's config.json
    return t.RobertaForMaskedLM, t.RobertaConfig(
        hidden_size=h, num_hidden_layers=l, num_attention_heads=a, intermediate_size=f,
        max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5)


def bloom(h, l, a):
    return t.BloomForCausalLM, t.BloomConfig(hidden_size=h, n_layer=l, n_head=a, pad_token_id=3)


def bart(h, l, a, f):  # the numbers of bart-base's config.json
    return t.BartForConditionalGeneration, t.BartConfig(
        d_model=h, encoder_layers=l, decoder_layers=l, encoder_attention_heads=a, decoder_attention_heads=a,
        encoder_ffn_dim=f, decoder_ffn_dim=f, attention_dropout=0.1, activation_dropout=0.1)


def t5(h, l, a, f, old):
    kind = {} if old else {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
    return t.T5ForConditionalGeneration, t.T5Config(d_model=h, num_layers=l, num_heads=a, d_ff=f, decoder_start_token_id=0, **kind)


models = {
    "bert-tiny": bert(128, 2, 2, 512),
    "bert-small": bert(512, 4, 8, 2048),
    "bert-base": bert(768, 12, 12, 3072),
    "bert-large": bert(1024, 24, 16, 4096),
    "roberta-tiny": roberta(128, 2, 2, 512),
    "distilroberta-base": roberta(768, 6, 12, 3072),
    "roberta-base": roberta(768, 12, 12, 3072),
    "roberta-large": roberta(1024, 24, 16, 4096),
    "gpt2": gpt2(768, 12, 12),
    "gpt2-medium": gpt2(1024, 24, 16),
    "bloom-560m": bloom(1024, 24, 16),
    "bloom-1b1": bloom(1536, 24, 16),
    "bloom-1b7": bloom(2048, 24, 16),
    "bloom-3b": bloom(2560, 30, 32),
    "bloom-7b1": bloom(4096, 30, 32),
    "bart-tiny": bart(128, 2, 4, 512),
    "bart-base": bart(768, 6, 12, 3072),
    "bart-large": bart(1024, 12, 16, 4096),
    "t5-v1_1-small": t5(512, 8, 6, 1024, False),
    "t5-v1_1-base": t5(768, 12, 12, 2048, False),
    "t5-small": t5(512, 6, 8, 2048, True),
    "t5-base": t5(768, 12, 12, 3072, True),
}
DRAWN = "bert-tiny", "roberta-tiny", "gpt2", "bart-tiny", "t5-v1_1-small", "t5-small"
path = pathlib.Path(sys.argv[1], "models.json")
only = sys.argv[2:]
out = json.loads(path.read_text()) if only else {}
for name, (cls, config) in models.items():
    if only and name not in only:
        continue
    with torch.device("cpu" if name in DRAWN else "meta"):
        model = cls(config)
    entry = {"config": json.loads(config.to_json_string(use_diff=False)), "parameters": sum(p.numel() for p in model.parameters())}
    if name in DRAWN:
        entry["tensors"] = {n: {"shape": list(p.shape), "mean": p.mean().item(), "std": p.std(unbiased=False).item()} for n, p in model.named_parameters()}
    for key in list(entry["config"]):  # keys of generation and of fine-tuning say nothing here
        if entry["config"][key] is None or key in dir(t.PretrainedConfig()) and key not in (
            "model_type", "bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "tie_word_embeddings", "is_encoder_decoder",
        ):
            del entry["config"][key]
    out[name] = entry
path.write_text(json.dumps(out, separators=(",", ":")))
