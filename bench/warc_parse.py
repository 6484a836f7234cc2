"""WARC.gz parsing: ingest's reader beside fastwarc's ArchiveIterator.

    venv/bin/python bench/warc_parse.py     (inputs: bench/data.py)

Every record is read: WARC fields, HTTP fields, the whole payload; no digests,
on one core. ingest's reader is internal, so its side is a benchmark of its
tests that runs once.
"""

import os
import re
import sys
from importlib.metadata import version

import pairs


def rival(source):
    from fastwarc.warc import ArchiveIterator

    count = size = 0
    with open(source, "rb") as f:
        for record in ArchiveIterator(f):  # parses HTTP fields, checks no digests
            count, size = count + 1, size + len(record.reader.read())
    print(f"{count} records, {size} bytes of payload")


def our_counts(out, _):
    count, size = (int(float(re.search(r"([\d.e+]+) " + unit, out).group(1))) for unit in ("records", "payload"))
    return f"{count} records, {size} bytes of payload"


def main():
    bin = pairs.build()
    source = pairs.DATA / "all.warc.gz"
    os.environ["BENCH_WARC"] = str(source)
    pairs.compare(
        "WARC.gz parsing",
        (f"fastwarc {version('fastwarc')}", lambda _: [sys.executable, __file__, "--rival", source], lambda out, _: out.strip()),
        ("corpus", lambda _: [bin / "ingest.test", "-test.run", "^$", "-test.bench", "^BenchmarkRecords$", "-test.benchtime", "1x"], our_counts),
        1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rival"]:
        rival(sys.argv[2])
    else:
        main()
