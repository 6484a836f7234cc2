"""Checks the WARC files of a crawl with warcio, and what they hold with one another.

    python3 testdata/scripts/crawl_check.py WORKSPACE

needs: pip install warcio. Every digest is right, every record has an id of its
own, no page was stored twice in one run, every request belongs to a response or
revisit, and every revisit refers to a response that is there.
"""
import collections
import glob
import os
import sys

from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

work = sys.argv[1]
names = sorted(glob.glob(os.path.join(work, "data/crawl/*.warc.gz")))
assert names, "no WARC files in " + work


class Arguments:
    inputs, verbose = names, False


assert Checker(Arguments).process_all() in (0, None), "warcio check found damage"

kinds, ids, payloads = collections.Counter(), set(), {}
for name in names:
    stored = set()
    with open(name, "rb") as f:
        for record in ArchiveIterator(f, check_digests="raise"):
            h, kind = record.rec_headers, record.rec_type
            record.content_stream().read()
            kinds[kind] += 1
            assert h.get_header("WARC-Record-ID") not in ids, "record id twice"
            uri, digest = h.get_header("WARC-Target-URI"), h.get_header("WARC-Payload-Digest")
            if kind == "request":
                assert h.get_header("WARC-Concurrent-To") in ids, uri
            if kind == "response" and "_meta-" not in name:
                assert uri not in stored, uri + " is stored twice"
                stored.add(uri)
                payloads.setdefault(uri, set()).add(digest)
            if kind == "revisit":
                assert digest in payloads[h.get_header("WARC-Refers-To-Target-URI")], uri
            ids.add(h.get_header("WARC-Record-ID"))
print(len(names), "files,", ", ".join(f"{n} {k}" for k, n in sorted(kinds.items())))
