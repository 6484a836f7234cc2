#!/usr/bin/env python3
"""Makes ingest/testdata/lines.jsonl.{bz2,xz} and book.tar.xz: what Go's
standard library cannot write. Three streams each, with padding where the format
allows it; the last xz stream has a SHA-256 check and blocks of its own."""
import bz2, io, json, lzma, pathlib, tarfile

out = pathlib.Path(__file__).resolve().parents[2] / "ingest" / "testdata"
out.mkdir(exist_ok=True)
lines = [json.dumps({"text": f"Line {i} of the fixture, long enough to be text."}).encode() + b"\n" for i in range(60)]
cuts = [b"".join(lines[:20])[:-9], b"".join(lines[:20])[-9:] + b"".join(lines[20:40]), b"".join(lines[40:])]
(out / "lines.jsonl.bz2").write_bytes(b"".join(bz2.compress(c) for c in cuts))
checks = [lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256]
(out / "lines.jsonl.xz").write_bytes(b"".join(lzma.compress(c, check=k) + b"\0" * 8 for c, k in zip(cuts, checks)))
tar = io.BytesIO()
with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as t:
    for name, data in [("a.txt", b"Text of a."), ("d/lines.jsonl", b"".join(lines[:3])), ("d/b.jsonl.bz2", bz2.compress(lines[3]))]:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
(out / "book.tar.xz").write_bytes(lzma.compress(tar.getvalue()))
