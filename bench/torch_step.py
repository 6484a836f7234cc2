"""Tokens per second of training steps in PyTorch with transformers' models: the
same shapes, dropout and AdamW as BenchmarkStep of trainer/torch.

    venv/bin/python bench/torch_step.py [threads [seconds [shape...]]]   (set-up: testdata/scripts/model_fixtures.py)
"""

import sys
import time

import torch
import torch.nn.functional as F
from transformers import (BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel,
                          T5Config, T5ForConditionalGeneration)

VOCAB = 8192
# family-size: hidden, layers, heads, head size, feed-forward; rows, columns
SHAPES = {
    "gpt2-tiny": (128, 4, 4, 32, 512, 16, 128), "bert-tiny": (128, 2, 2, 64, 512, 16, 128), "t5-tiny": (128, 2, 4, 32, 256, 16, 128),
    "gpt2-small": (512, 6, 8, 64, 2048, 8, 256), "bert-small": (512, 4, 8, 64, 2048, 8, 256), "t5-small": (512, 8, 6, 64, 1024, 4, 256),
}


def make(family, hidden, layers, heads, head_dim, ffn):
    if family == "gpt2":
        return GPT2LMHeadModel(GPT2Config(vocab_size=VOCAB, n_embd=hidden, n_layer=layers, n_head=heads, n_inner=ffn))
    if family == "bert":
        return BertForMaskedLM(BertConfig(vocab_size=VOCAB, hidden_size=hidden, num_hidden_layers=layers,
                                          num_attention_heads=heads, intermediate_size=ffn))
    return T5ForConditionalGeneration(T5Config(
        vocab_size=VOCAB, d_model=hidden, d_kv=head_dim, d_ff=ffn, num_layers=layers, num_heads=heads,
        dropout_rate=0.1, feed_forward_proj="gated-gelu", tie_word_embeddings=False))


def step(family, model, optimizer, ids, labels, decoder):
    kw = {"decoder_input_ids": decoder} if family == "t5" else {}
    logits = model(input_ids=ids, **kw).logits
    F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def measure(name, seconds):
    family = name.split("-")[0]
    hidden, layers, heads, head_dim, ffn, rows, cols = SHAPES[name]
    model = make(family, hidden, layers, heads, head_dim, ffn).train()
    ids = torch.arange(rows * cols).reshape(rows, cols) % (VOCAB - 3) + 3
    labels, decoder, tokens = ids * 31 % VOCAB, None, rows * cols
    if family == "t5":
        decoder, labels = ids[:, :cols // 4], labels[:, :cols // 4]
        tokens += rows * cols // 4
    elif family == "bert":
        labels = labels.masked_fill(torch.arange(cols) % 7 > 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    step(family, model, optimizer, ids, labels, decoder)
    start, cpu, n = time.time(), time.process_time(), 0
    while time.time() - start < seconds:
        step(family, model, optimizer, ids, labels, decoder)
        n += 1
    return n * tokens / (time.time() - start), n * tokens / (time.process_time() - cpu)


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    for shape in sys.argv[3:] or SHAPES:
        rate, per_cpu = measure(shape, float(sys.argv[2]) if len(sys.argv) > 2 else 5)
        print(f"{shape:12} {rate:8.0f} tokens/s {per_cpu:8.0f} tokens/cpu-s", flush=True)
