"""Opens the token shards of a workspace with Hugging Face datasets and pyarrow.

    python3 testdata/scripts/shards_check.py WORKSPACE

needs: pip install datasets tokenizers. It compares every split with what
pyarrow reads of the same files, both as a stream and through the footer, and
decodes the first documents with the workspace's tokenizer.
"""
import json
import os
import sys

import datasets
import pyarrow as pa
import tokenizers

work = sys.argv[1]
tok = tokenizers.Tokenizer.from_file(os.path.join(work, "data/tokenize/tokenizer.json"))
print("datasets", datasets.__version__, "pyarrow", pa.__version__, "tokenizers", tokenizers.__version__)
for split in ("train", "valid"):
    path = os.path.join(work, "data/shards", split)
    ds = datasets.load_from_disk(path)
    names = [f["filename"] for f in json.load(open(os.path.join(path, "state.json")))["_data_files"]]
    rows = []
    for name in names:
        with pa.memory_map(os.path.join(path, name)) as f:
            stream = pa.ipc.open_stream(f).read_all()
        with pa.memory_map(os.path.join(path, name)) as f:
            footer = pa.ipc.open_file(f).read_all()
        assert stream.equals(footer), f"{name}: stream and footer differ"
        rows += stream.column("input_ids").to_pylist()
    assert len(ds) == len(rows), (len(ds), len(rows))
    for i in range(len(ds)):
        assert ds[i]["input_ids"] == rows[i], f"{split} {i} differs"
        assert max(rows[i], default=0) < tok.get_vocab_size()
    print(split, len(ds), "documents,", sum(map(len, rows)), "tokens,", ds.features["input_ids"])
    if rows:
        print("  ", repr(tok.decode(rows[0][:30])))
