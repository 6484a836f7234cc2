"""Tokens per second of training steps in PyTorch with transformers' models: the
same shapes, dropout and AdamW as BenchmarkStep of trainer/torch.

    venv/bin/python bench/torch_step.py [--device cuda] [--precision tf32] [--compile] [--threads N] [--seconds S] [shape...]

Set-up: testdata/scripts/model_fixtures.py. It takes the attention that transformers
takes by itself (scaled_dot_product_attention; of bloom there is none) and the fused
AdamW. A shape that ends in -all predicts every token, also of an encoder.
"""

import argparse
import contextlib
import resource
import time

import torch
import torch.nn.functional as F
from transformers import (BartConfig, BartForConditionalGeneration, BertConfig, BertForMaskedLM, BloomConfig, BloomForCausalLM,
                          GPT2Config, GPT2LMHeadModel, RobertaConfig, RobertaForMaskedLM, T5Config, T5ForConditionalGeneration)

# family-size: vocabulary; hidden, layers, heads, head size, feed-forward; rows, columns
SHAPES = {
    "bert-tiny": (8192, 128, 2, 2, 64, 512, 16, 128), "roberta-tiny": (8192, 128, 2, 2, 64, 512, 16, 128),
    "gpt2-tiny": (8192, 128, 4, 4, 32, 512, 16, 128), "bloom-tiny": (8192, 128, 4, 4, 32, 512, 16, 128),
    "t5-tiny": (8192, 128, 2, 4, 32, 256, 16, 128), "bart-tiny": (8192, 128, 2, 4, 32, 512, 16, 128),
    "bert-small": (8192, 512, 4, 8, 64, 2048, 8, 256), "roberta-small": (8192, 512, 4, 8, 64, 2048, 8, 256),
    "gpt2-small": (8192, 512, 6, 8, 64, 2048, 8, 256), "bloom-small": (8192, 512, 6, 8, 64, 2048, 8, 256),
    "t5-small": (8192, 512, 8, 6, 64, 1024, 4, 256), "bart-small": (8192, 512, 4, 8, 64, 2048, 4, 256),
    "gpt2-base": (50257, 768, 12, 12, 64, 3072, 32, 1024), "bert-base": (30522, 768, 12, 12, 64, 3072, 64, 512),
    "t5-base": (32128, 768, 12, 12, 64, 2048, 32, 512),
}
SEQ2SEQ, ENCODERS = ("t5", "bart"), ("bert", "roberta")


def make(family, vocab, hidden, layers, heads, head_dim, ffn):
    encoder = dict(vocab_size=vocab, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=ffn)
    if family == "bert":
        return BertForMaskedLM(BertConfig(**encoder))
    if family == "roberta":
        return RobertaForMaskedLM(RobertaConfig(max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, **encoder))
    if family == "gpt2":
        return GPT2LMHeadModel(GPT2Config(vocab_size=vocab, n_embd=hidden, n_layer=layers, n_head=heads, n_inner=ffn, use_cache=False,
                                          bos_token_id=None, eos_token_id=None))
    if family == "bloom":
        return BloomForCausalLM(BloomConfig(vocab_size=vocab, hidden_size=hidden, n_layer=layers, n_head=heads, use_cache=False))
    if family == "bart":
        return BartForConditionalGeneration(BartConfig(
            vocab_size=vocab, d_model=hidden, encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=heads,
            decoder_attention_heads=heads, encoder_ffn_dim=ffn, decoder_ffn_dim=ffn, dropout=0.1, attention_dropout=0.1,
            activation_dropout=0.1, use_cache=False))
    return T5ForConditionalGeneration(T5Config(
        vocab_size=vocab, d_model=hidden, d_kv=head_dim, d_ff=ffn, num_layers=layers, num_heads=heads, use_cache=False,
        dropout_rate=0.1, feed_forward_proj="gated-gelu", tie_word_embeddings=False))


def step(model, optimizer, ids, labels, decoder, precision):
    kw = {} if decoder is None else {"decoder_input_ids": decoder}
    with torch.autocast(ids.device.type, torch.bfloat16) if precision == "bf16" else contextlib.nullcontext():
        logits = model(input_ids=ids, **kw).logits
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()  # which waits for a GPU, and which a trainer logs


def measure(name, device, precision, compiled, seconds):
    name, every, _ = name.partition("-all")
    family = name.split("-")[0]
    vocab, *shape, rows, cols = SHAPES[name]
    model = make(family, vocab, *shape).to(device).train()
    if compiled:
        model = torch.compile(model)
    ids = (torch.arange(rows * cols).reshape(rows, cols) % (vocab - 3) + 3).to(device)
    labels, decoder, tokens = ids * 31 % vocab, None, rows * cols
    if family in SEQ2SEQ:
        decoder, labels = ids[:, :cols // 4], labels[:, :cols // 4]
        tokens += rows * cols // 4
    elif family in ENCODERS and not every:
        labels = labels.masked_fill(torch.arange(cols, device=device) % 7 > 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    for _ in range(3):
        step(model, optimizer, ids, labels, decoder, precision)
    start, cpu, n = time.time(), time.process_time(), 0
    while time.time() - start < seconds:
        step(model, optimizer, ids, labels, decoder, precision)
        n += 1
    return n * tokens / (time.time() - start), n * tokens / (time.process_time() - cpu)


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--device", default="cpu")
    p.add_argument("--precision", default="float32", choices=["float32", "tf32", "bf16"])
    p.add_argument("--compile", action="store_true")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seconds", type=float, default=5)
    p.add_argument("shapes", nargs="*")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    if a.precision == "tf32":
        torch.set_float32_matmul_precision("high")
    base = a.device != "cpu"
    for shape in a.shapes or [s for s in SHAPES if s.endswith("-base") == base]:
        rate, per_cpu = measure(shape, a.device, a.precision, a.compile, a.seconds)
        peak = torch.cuda.max_memory_allocated() >> 20 if base else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{shape:12} {a.precision:8} {'compiled' if a.compile else 'eager':8} {rate:8.0f} tokens/s {per_cpu:8.0f} tokens/cpu-s {peak} MiB", flush=True)
        if base:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
