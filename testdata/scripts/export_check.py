"""Opens the token shards of a workspace, and exports of them, with the real packages,
and compares every token, document boundary, id and source.

    venv/bin/python testdata/scripts/export_check.py CORPUS WORKSPACE [--only NAME,…]

CORPUS is the program. The reference is pyarrow's reading of the shards as files; beside
it: pyarrow as a stream, datasets.load_from_disk, and of exports Megatron's
IndexedDataset, streaming's StreamingDataset with its hashes checked, and datatrove's
DatatroveFileDataset (which nanotron reads with) with positions from the index. The venv has torch, pyarrow,
datasets, transformers, megatron-core==0.16.1, mosaicml-streaming==0.13.0 and datatrove==0.10.1,
and what they import; --only leaves out what another venv has (arrow, datasets, megatron, mds, nanotron,
tokenizer).
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np
import pyarrow as pa

SEQ = 127


class Split:
    """The documents of a split as pyarrow reads them through the footer."""

    def __init__(self, work, name, eos):
        self.name, self.path = name, os.path.join(work, "data/shards", name)
        self.files = [f["filename"] for f in json.load(open(os.path.join(self.path, "state.json")))["_data_files"]]
        self.tables = []
        for f in self.files:
            with pa.memory_map(os.path.join(self.path, f)) as m:
                self.tables.append(pa.ipc.open_file(m).read_all())
        table = pa.concat_tables(self.tables)
        column = table.column("input_ids").combine_chunks()
        self.values = column.flatten().to_numpy()
        self.lengths = np.diff(column.offsets.to_numpy())
        self.id, self.source = table.column("id").to_pylist(), table.column("source").to_pylist()
        self.lang = table.column("lang").to_pylist()
        self.ends = np.cumsum(self.lengths + 1)  # with end tokens
        self.stream = np.insert(self.values.astype(np.int64), np.cumsum(self.lengths), eos)

    def doc(self, i):
        return self.stream[self.ends[i] - self.lengths[i] - 1:self.ends[i]]

    def say(self, what):
        print(f"{what}: {self.name}: {len(self.lengths)} documents, {len(self.stream)} tokens with end tokens: equal", flush=True)


def arrow(split):
    for name, table in zip(split.files, split.tables):
        with pa.memory_map(os.path.join(split.path, name)) as m:
            assert pa.ipc.open_stream(m).read_all().equals(table), name
    split.say(f"pyarrow {pa.__version__}, {len(split.files)} streams")


def load_from_disk(split):
    import datasets

    d = datasets.load_from_disk(split.path)
    assert len(d) == len(split.lengths) and d["id"][:] == split.id and d["source"][:] == split.source
    at = 0
    for batch in d.with_format("numpy").iter(batch_size=1000):
        for ids in batch["input_ids"]:
            assert np.array_equal(ids, split.doc(at)[:-1]), at
            at += 1
    assert at == len(split.lengths)
    split.say(f"datasets {datasets.__version__}, {d.features['input_ids']}")


def megatron(split, out, eos):
    import megatron.core
    from megatron.core.datasets.indexed_dataset import IndexedDataset

    d = IndexedDataset(os.path.join(out, split.name, "tokens"))
    assert len(d) == len(split.lengths) and np.array_equal(d.sequence_lengths, split.lengths + 1)
    assert np.array_equal(d.document_indices, np.arange(len(split.lengths) + 1))
    for i in range(len(d)):
        assert np.array_equal(d[i], split.doc(i)), i
    split.say(f"megatron-core {megatron.core.__version__}, {d.index.dtype.__name__}")


def mds(split, out, eos):
    import streaming

    d = streaming.StreamingDataset(local=out, split=split.name, batch_size=1, shuffle=False, validate_hash="sha256")
    assert len(d) == len(split.lengths), (len(d), len(split.lengths))
    for i in range(len(d)):
        s = d[i]
        assert np.array_equal(s["tokens"], split.doc(i)) and s["id"] == split.id[i] and s["source"] == split.source[i], i
        assert s["lang"] == split.lang[i], i
    split.say(f"streaming {streaming.__version__}, {len(d.shards)} shards, {s['tokens'].dtype}")


def nanotron(split, out, eos):
    from importlib.metadata import version

    from datatrove.utils.dataset import DatatroveFileDataset, DatatroveFolderDataset

    name = os.path.join(out, split.name, "tokens.ds")
    assert np.array_equal(np.fromfile(name + ".index", np.uint64), split.ends)
    size = int(open(name + ".metadata").readline().rsplit("|")[1])
    assert os.path.getsize(name) == size * len(split.stream)
    d = DatatroveFileDataset(name, SEQ, token_size=size, return_positions=True)
    folder = DatatroveFolderDataset(os.path.dirname(name), SEQ, filename_pattern="*.ds", recursive=False, token_size=size)
    assert len(d) == len(folder) == len(split.stream) // (SEQ + 1)
    begins = np.concatenate([[0], split.ends])
    for i in range(len(d)):
        at = np.arange(i * (SEQ + 1), (i + 1) * (SEQ + 1))
        ids = d[i]
        assert np.array_equal(ids["input_ids"], split.stream[at]), i
        first = begins[np.searchsorted(begins, at, side="right") - 1]
        assert np.array_equal(ids["positions"], at - np.maximum(first, at[0])), i  # datatrove counts from the row's begin
        assert np.array_equal(folder[i]["input_ids"], ids["input_ids"]), i
    tail = np.fromfile(name, np.uint16 if size == 2 else np.uint32, offset=len(d) * (SEQ + 1) * size)
    assert np.array_equal(tail, split.stream[len(d) * (SEQ + 1):])  # which fill no row
    split.say(f"datatrove {version('datatrove')}, {len(d)} rows of {SEQ + 1}, {size} bytes an id")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("corpus")
    p.add_argument("work")
    p.add_argument("--only", default="arrow,datasets,megatron,mds,nanotron,tokenizer")
    a = p.parse_args()
    only = a.only.split(",")
    with tempfile.TemporaryDirectory() as tmp:
        out = {}
        for f in ("megatron", "mds", "nanotron"):
            out[f] = os.path.join(tmp, f)
            subprocess.run([os.path.abspath(a.corpus), "export", out[f], "--format", f, "-C", a.work, "--quiet"], check=True)
        eos = json.load(open(os.path.join(out["mds"], "export.json")))["eos"]
        for name in ("train", "valid"):
            split = Split(a.work, name, eos)
            if "arrow" in only:
                arrow(split)
            if "datasets" in only:
                load_from_disk(split)
            for f in (megatron, mds, nanotron):
                if f.__name__ in only:
                    f(split, out[f.__name__], eos)
        if "tokenizer" in only:
            from transformers import AutoTokenizer, __version__

            tok = AutoTokenizer.from_pretrained(out["mds"])
            assert tok.eos_token_id == eos
            print(f"transformers {__version__}: {tok.decode(split.doc(0)[:20])!r}")


main()
