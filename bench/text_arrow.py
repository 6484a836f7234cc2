"""WET or JSON lines to Arrow: `corpus ingest` beside datatrove's readers and writers.

    venv/bin/python bench/text_arrow.py [wet|jsonl [jsonl|parquet|zstd]]     (inputs: bench/data.py)

datatrove writes uncompressed JSON lines (default; its fastest), Parquet (snappy,
its default) or Parquet with zstd, which corpus compresses with. One core; corpus
also hashes every record and measures its language.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pairs


def rival(source, out, writer):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader, WarcReader
    from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

    reader = JsonlReader if source.suffix == ".jsonl" else WarcReader
    to = {
        "jsonl": lambda: JsonlWriter(out + "/out", compression=None),
        "parquet": lambda: ParquetWriter(out + "/out"),
        "zstd": lambda: ParquetWriter(out + "/out", compression="zstd"),
    }[writer]()
    LocalPipelineExecutor(pipeline=[reader(str(source.parent), glob_pattern=source.name), to], tasks=1, workers=1, logging_dir=out + "/logs").run()


def rival_counts(_, folder):
    """Documents and bytes of text; texts of Parquet are counted through pyarrow."""
    docs = size = 0
    for path in (folder / "out").iterdir():
        if path.suffix == ".parquet":
            import pyarrow.compute
            import pyarrow.parquet
            for batch in pyarrow.parquet.ParquetFile(path).iter_batches(columns=["text"]):
                docs, size = docs + len(batch), size + (pyarrow.compute.sum(pyarrow.compute.binary_length(batch["text"])).as_py() or 0)
            continue
        with open(path, encoding="utf-8") as f:
            for line in f:
                docs, size = docs + 1, size + len(json.loads(line)["text"].encode())
    return f"{docs} texts, {size / 1e6:.1f} MB"


def our_counts(out, _):
    s = json.loads(out.splitlines()[-1])
    return f"{s['docs_out']} texts, {s['bytes_out'] / 1e6:.1f} MB"


def main():
    kind, writer = (sys.argv[1:] + ["wet", "jsonl"][len(sys.argv) - 1:])[:2]
    bin = pairs.build()
    source = pairs.DATA / {"wet": "text.wet.gz", "jsonl": "text.jsonl"}[kind]
    pairs.compare(
        f"{source.name} to Arrow (rival: to {writer})",
        (f"datatrove {version('datatrove')}", lambda to: [sys.executable, __file__, "--rival", source, to, writer], rival_counts),
        ("corpus", lambda to: [bin / "corpus", "ingest", source, "--workers", "1", "--json", "--quiet", "--out", to / "data"], our_counts),
        5)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rival"]:
        rival(Path(sys.argv[2]), *sys.argv[3:])
    else:
        main()
