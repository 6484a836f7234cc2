"""Writes CSV files and what Python's csv module reads from them.

    python testdata/scripts/csv_fixtures.py ingest/testdata/csv
"""

import csv
import io
import json
import os
import random
import sys

OUT = sys.argv[1]
PIECES = ["word", "naïve", "数", ",", ";", "|", "\t", '"', '""', "\n", "\r\n", " ", "'", "\\", "x" * 30]


def rows(rng, n):
    for i in range(n):
        text = "start " + "".join(rng.choice(PIECES) for _ in range(rng.randrange(12)))
        yield [str(i), text, "https://example.org/%d" % i, rng.choice(["", "A title", 'A "quoted" title'])]


os.makedirs(OUT, exist_ok=True)
expected = {}
for name, delimiter in [("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|")]:
    for quoting in [csv.QUOTE_MINIMAL, csv.QUOTE_ALL]:
        for end in ["\n", "\r\n"]:
            rng = random.Random(len(expected))
            out = io.StringIO(newline="")
            w = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
            w.writerow(["id", "text", "url", "title"])
            w.writerows(rows(rng, 20))
            file = "%s_%d_%d.csv" % (name, quoting, len(end))
            with open(os.path.join(OUT, file), "w", newline="") as f:
                f.write(out.getvalue())
            with open(os.path.join(OUT, file), newline="") as f:
                expected[file] = [dict(r) for r in csv.DictReader(f, delimiter=delimiter)]
with open(os.path.join(OUT, "rows.json"), "w") as f:
    json.dump(expected, f, ensure_ascii=False, indent=0)
