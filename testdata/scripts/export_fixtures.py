"""Writes shards/export/testdata: a few documents, and the files that the formats' own
writers make of them. The tests of the package compare bytes.

    venv/bin/python testdata/scripts/export_fixtures.py

The venv has torch, megatron-core==0.16.1, mosaicml-streaming==0.13.0,
datatrove[processing]==0.10.1 and what they import. 16 and 32 are the bits of an id.
"""
import json
import os
import random
import shutil

import numpy as np
import torch
from datatrove.pipeline.tokens.tokenizer import TokenizedFile
from megatron.core.datasets.indexed_dataset import DType, IndexedDatasetBuilder
from streaming import MDSWriter

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shards", "export", "testdata")
EOS = 2
LIMIT = 2500  # bytes of an MDS shard
NAME = "0123456789abcdef"


def documents(vocab):
    r = random.Random(7)
    docs = []
    for i, n in enumerate([5, 0, 1, 254, 255, 256, 300, 3, 700, 12, 90]):
        docs.append({"id": f"{r.getrandbits(128):032x}", "source": ["a.jsonl", "wiki/b.warc.gz", "中文/书.txt"][i % 3], "lang": ["en", "", "zh"][i % 3],
                     "ids": [r.randrange(3, vocab) for _ in range(n)]})
    return docs


def megatron(out, docs, vocab):
    dtype = DType.optimal_dtype(vocab)
    b = IndexedDatasetBuilder(os.path.join(out, "tokens.bin"), dtype=dtype)
    for d in docs:
        ids = d["ids"] + [EOS]
        b.add_document(torch.tensor(ids, dtype=torch.int64), [len(ids)])
    b.finalize(os.path.join(out, "tokens.idx"))


def mds(out, docs, vocab):
    dtype = "uint16" if vocab < 65500 else "int32"
    with MDSWriter(columns={"tokens": "ndarray:" + dtype, "id": "str", "source": "str", "lang": "str"}, out=out, hashes=["sha256"],
                   size_limit=LIMIT, exist_ok=True) as w:
        for d in docs:
            w.write({"tokens": np.array(d["ids"] + [EOS], dtype=dtype), "id": d["id"], "source": d["source"], "lang": d["lang"]})


def datatrove(out, docs, vocab):
    f = TokenizedFile(out, "tokens.ds", tokenizer_name_or_path=NAME, save_final_metadata=True, token_size=2 if vocab <= 65536 else 4)
    for d in docs:
        f.write(d["ids"] + [EOS], None)
    f.close()


shutil.rmtree(ROOT, ignore_errors=True)
for bits, vocab in ((16, 60000), (32, 150000)):
    docs = documents(vocab)
    for name, write in (("megatron", megatron), ("mds", mds), ("nanotron", datatrove)):
        out = os.path.join(ROOT, f"{name}{bits}")
        os.makedirs(out)
        write(out, docs, vocab)
    with open(os.path.join(ROOT, f"documents{bits}.json"), "w") as f:
        json.dump({"vocab": vocab, "eos": EOS, "limit": LIMIT, "tokenizer": NAME, "documents": docs}, f, ensure_ascii=False)
