#!/usr/bin/env python3
"""Makes the files of ingest/testdata that Go's standard library cannot
write: lines.jsonl.{bz2,xz}, book.tar.xz, bombs. Three streams each, with padding where the format
allows it; the last xz stream has a SHA-256 check and blocks of its own."""
import bz2, io, json, lzma, pathlib, tarfile

out = pathlib.Path(__file__).resolve().parents[2] / "ingest" / "testdata"
for name in ["packed", "bombs"]:
    (out / name).mkdir(parents=True, exist_ok=True)
lines = [json.dumps({"text": f"Line {i} of the fixture, long enough to be text."}).encode() + b"\n" for i in range(60)]
cuts = [b"".join(lines[:20])[:-9], b"".join(lines[:20])[-9:] + b"".join(lines[20:40]), b"".join(lines[40:])]
(out / "packed" / "lines.jsonl.bz2").write_bytes(b"".join(bz2.compress(c) for c in cuts))
checks = [lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256]
(out / "packed" / "lines.jsonl.xz").write_bytes(b"".join(lzma.compress(c, check=k) + b"\0" * 8 for c, k in zip(cuts, checks)))
tar = io.BytesIO()
with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as t:
    for name, data in [("a.txt", b"Text of a."), ("d/lines.jsonl", b"".join(lines[:3])), ("d/b.jsonl.bz2", bz2.compress(lines[3]))]:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
# Of 80 MB of one letter: xz -9 has the largest dictionary that is read.
(out / "bombs" / "bomb.jsonl.xz").write_bytes(lzma.compress(lines[0] + b"a" * 80_000_000, preset=9))
(out / "bombs" / "bomb.jsonl.bz2").write_bytes(bz2.compress(lines[0] + b"a" * 80_000_000))
(out / "bombs" / "window.xz").write_bytes(lzma.compress(b"".join(lines), format=lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 128 << 20}]))
(out / "packed" / "book.tar.xz").write_bytes(lzma.compress(tar.getvalue()))
