"""Compares the lines that corpus cuts with those that Dolma's deduper finds.

    python -m venv v && v/bin/pip install pyarrow==21.0.0 && v/bin/pip install --no-deps dolma==1.2.1
    v/bin/python testdata/scripts/dedup_lines_check.py corpus WORK SOURCE...

corpus is the program, WORK an empty directory, SOURCE what corpus reads: pages,
JSON lines. Dolma (its native module, one process) gets the documents that survive
exact and near deduplication, in their order, with a line as paragraph and no
least length. It compares bytes, corpus what is left without case and runs of
white space: every line that one of them alone finds is looked up and must be
explained by that, or have no word.
"""

import glob
import gzip
import importlib.util
import json
import pathlib
import subprocess
import sys

import pyarrow as pa
import pyarrow.ipc


def native(name):
    """Dolma's Rust module, without what its Python package imports."""
    path = glob.glob(str(pathlib.Path(sys.prefix, "lib", "python*", "site-packages", name, name + ".*.so")))[0]
    spec = importlib.util.spec_from_file_location(f"{name}.{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tables(directory, role):
    for path in sorted(glob.glob(str(directory / f"{role}-*.arrow"))):
        with pa.memory_map(path) as source:
            yield pa.ipc.open_stream(source).read_all()


def ours(corpus, work, sources):
    """Of each surviving document its text and the starts of its cut lines, in bytes."""
    (work / "corpus.yaml").write_text("dedup: {lines: line, lines_min: 1}\n")
    run = lambda *args: subprocess.run([corpus, *args, "-C", work, "--quiet"], check=True)
    run("ingest", "--extract", "raw", *sources)
    run("dedup")
    docs = []
    for texts, verdicts, edits in zip(*(tables(work / "data" / d, r) for d, r in [("ingest", "part"), ("dedup", "verdict"), ("dedup", "edits")])):
        for text, kind, starts in zip(texts["text"].to_pylist(), verdicts["kind"].to_pylist(), edits["start"].to_pylist()):
            if kind == "":
                docs.append((text, set(starts)))
    return docs


def theirs(work, docs):
    """Of each document the starts of the lines that Dolma calls duplicates, in bytes."""
    for name in ["documents", "work"]:
        (work / name).mkdir()
    with gzip.open(work / "documents" / "000.json.gz", "wt") as out:
        for i, (text, _) in enumerate(docs):
            out.write(json.dumps({"id": str(i), "text": text, "source": "x"}) + "\n")
    lines = sum(text.count("\n") + 1 for text, _ in docs)
    native("dolma").deduper_entrypoint(json.dumps({
        "documents": [str(work / "documents" / "*.gz")],
        "work_dir": {"input": str(work / "work"), "output": str(work / "work")},
        "dedupe": {"name": "lines", "paragraphs": {"attribute_name": "spans"}, "skip_empty": True},
        "bloom_filter": {"file": str(work / "bloom.bin"), "size_in_bytes": 0, "read_only": False,
                         "estimated_doc_count": max(lines, 1000), "desired_false_positive_rate": 1e-9},
        "processes": 1,
    }))
    found = []
    with gzip.open(work / "attributes" / "lines" / "000.json.gz", "rt") as rows:
        for row, (text, _) in zip(rows, docs):
            starts = [start for start, _, _ in json.loads(row)["attributes"].get("spans", [])]
            found.append({len(text[:start].encode()) for start in starts})
    return found


def main():
    corpus, work, sources = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), [pathlib.Path(s).resolve() for s in sys.argv[3:]]
    docs = ours(corpus, work, sources)
    found = theirs(work, docs)
    seen, both, alone, wordless, wrong, lines = set(), 0, 0, 0, 0, 0
    for (text, cut), other in zip(docs, found):
        at = 0
        for line in text.split("\n"):
            key = " ".join(line.lower().split())
            lines += 1
            match (at in cut, at in other):
                case (True, True):
                    both += 1
                case (True, False) if key in seen:
                    alone += 1
                case (False, True) if not any(c.isalnum() for c in line):
                    wordless += 1
                case (False, False):
                    pass
                case who:
                    wrong += 1
                    print("unexplained:", who, repr(line[:200]))
            seen.add(key)
            at += len(line.encode()) + 1
    print(f"{len(docs)} documents, {lines} lines: {both} found by both, {alone} by corpus alone (case, white space), "
          f"{wordless} by Dolma alone (no word), {wrong} unexplained")
    sys.exit(wrong > 0)


main()
