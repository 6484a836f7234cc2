"""WARC.gz to text: `corpus ingest` beside datatrove's WarcReader, Trafilatura and JsonlWriter.

    venv/bin/python bench/warc_text.py      (inputs: bench/data.py; some 8 minutes)

Both extract with trafilatura without its fallbacks and comments, on one core.
datatrove writes uncompressed JSON lines, its fastest writer; corpus also
measures languages and hashes. First both sides' F1 on scrapinghub's
article-extraction-benchmark (../shared/data/extraction).
"""

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from importlib.metadata import version

import pairs

SETTINGS = dict(favour_precision=False, deduplicate=False, no_fallback=True, timeout=10)


def rival(source, out):
    import trafilatura  # noqa: F401  datatrove's extracting process inherits it; else each new one imports it for a second
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.readers import WarcReader
    from datatrove.pipeline.writers import JsonlWriter

    LocalPipelineExecutor(
        pipeline=[WarcReader(str(source.parent), glob_pattern=source.name), Trafilatura(**SETTINGS), JsonlWriter(out + "/out", compression=None)],
        tasks=1, workers=1, logging_dir=out + "/logs").run()


def rival_counts(_, folder):
    docs = size = 0
    for path in (folder / "out").glob("*.jsonl"):
        with open(path, encoding="utf-8") as f:
            for line in f:
                docs, size = docs + 1, size + len(json.loads(line)["text"].encode())
    return f"{docs} texts, {size / 1e6:.1f} MB"


def our_counts(out, _):
    s = json.loads(out.splitlines()[-1])
    return f"{s['docs_out']} texts, {s['bytes_out'] / 1e6:.1f} MB"


def shingles(text):
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3)))


def f1(extract):
    """The measure of the benchmark: every page has the same weight."""
    folder = pairs.SHARED / "extraction"
    tp = fp = fn = 0.0
    truth = json.loads((folder / "ground-truth.json").read_text())
    for name, page in truth.items():
        with gzip.open(folder / "html" / (name + ".html.gz")) as f:
            have, want = shingles(extract(f.read()) or ""), shingles(page["articleBody"])
        found, more, less = (have & want).total(), (have - want).total(), (want - have).total()
        if total := found + more + less:
            tp, fp, fn = tp + found / total, fp + more / total, fn + less / total
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    return 2 * precision * recall / (precision + recall)


def main():
    from datatrove.pipeline.extractors import Trafilatura

    bin = pairs.build()
    extractor = Trafilatura(**SETTINGS)
    print(f"F1 of datatrove with trafilatura {version('trafilatura')}: {f1(lambda b: extractor.extract(b.decode('utf-8', 'replace'))):.3f}")
    out = subprocess.run([bin / "ingest.test", "-test.run", "^TestExtractionF1$", "-test.v"], cwd=pairs.ROOT / "ingest", capture_output=True, text=True)
    print("F1 of corpus:", re.search(r"F1 ([\d.]+)", out.stdout).group(1))

    source = pairs.DATA / "pages.warc.gz"
    pairs.compare(
        "WARC.gz to text",
        (f"datatrove {version('datatrove')} with trafilatura {version('trafilatura')}", lambda to: [sys.executable, __file__, "--rival", source, to], rival_counts),
        ("corpus", lambda to: [bin / "corpus", "ingest", source, "--workers", "1", "--json", "--quiet", "--out", to / "data"], our_counts),
        3)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rival"]:
        from pathlib import Path
        rival(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
