"""Inputs of the ingest benchmarks: pages of Debian's documentation, each once.

    venv/bin/python bench/data.py      (Debian or Ubuntu; venv: pip install -r bench/requirements.txt)

Downloads packages with apt-get (nothing is installed) and writes below
$BENCH_DATA (default /tmp/corpus-bench):

    pages.warc.gz   prose for a reader: what HTML extraction is measured on
    all.warc.gz     every page with its request and metadata, as Common Crawl has them
    text.jsonl      the text of every page
    text.wet.gz     the same as conversion records, as in Common Crawl's WET files

Pages come in the order of their hashes, so that neighbours are strangers; what
is there already is not made again. manifest.json has packages, sizes and hashes.
BENCH_PAGES=300 takes so many pages only, to try things out.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import lxml.html
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HOME = Path(os.environ.get("BENCH_DATA", "/tmp/corpus-bench"))
PROSE = ["apache2-doc", "debian-handbook", "erlang-doc", "installation-guide-amd64", "libboost1.81-doc", "lilypond-doc-html",
         "linux-doc-6.1", "postgresql-doc-15", "python-django-doc", "python3.11-doc", "racket-doc", "twisted-doc"]
REFERENCE = ["dpdk-doc", "ghc-doc", "libfastutil-java-doc", "openjdk-17-doc", "python-pandas-doc", "python-scipy-doc",
             "rust-doc", "scala-doc", "wx3.2-doc"]
MAX_PAGE = 1 << 20  # Common Crawl cut pages here until 2025
PAGES = 3000  # of pages.warc.gz: a minute of datatrove
DATE = "2026-01-15T12:00:00Z"


def unpack(package):
    """The folder with a package's files."""
    tree = HOME / "tree" / package
    if not tree.exists():
        debs = HOME / "deb"
        debs.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", package], cwd=debs, check=True, stdout=subprocess.DEVNULL)
        deb, = debs.glob(package + "_*.deb")
        tree.parent.mkdir(exist_ok=True)
        part = tree.with_name(package + ".part")
        subprocess.run(["dpkg-deb", "-x", deb, part], check=True)
        part.rename(tree)
    return tree


def pages(packages):
    """(hash, url, path) of every distinct page, in the order of hashes."""
    seen = {}
    for package in packages:
        tree = unpack(package)
        for path in sorted(tree.rglob("*.htm*")):
            if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= MAX_PAGE:
                continue
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            seen.setdefault(digest, (f"http://{package}.example/{path.relative_to(tree)}", path))
    return [(digest, url, path) for digest, (url, path) in sorted(seen.items())]


def write_warc(name, found, companions):
    with open(HOME / (name + ".part"), "wb") as out:
        w = WARCWriter(out, gzip=True, warc_version="1.0")
        for digest, url, path in found:
            body = path.read_bytes()
            record(w, "response", url, body, "text/html", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
            if companions:
                record(w, "request", url, b"", None, [("User-Agent", "bench"), ("Accept", "text/html"), ("Host", url.split("/")[2])])
                w.write_record(w.create_warc_record(url, "metadata", payload=io.BytesIO(f"fetchTimeMs: {len(body)}\r\nhash: {digest}\r\n".encode()),
                                                    length=None, warc_content_type="application/warc-fields", warc_headers_dict=identity(url, "metadata")))
    (HOME / (name + ".part")).rename(HOME / name)


def identity(url, kind):
    return {"WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + url)}>", "WARC-Date": DATE}


def record(w, kind, url, body, payload_type, fields):
    head = identity(url, kind)
    if payload_type:
        head["WARC-Identified-Payload-Type"] = payload_type
    first, protocol = ("GET / HTTP/1.1", "") if kind == "request" else ("200 OK", "HTTP/1.1")
    w.write_record(w.create_warc_record(url, kind, payload=io.BytesIO(body), length=len(body), warc_headers_dict=head,
                                        http_headers=StatusAndHeaders(first, fields, protocol=protocol, is_http_request=kind == "request")))


def text(page):
    """A JSON line with all the text of a page, a paragraph a line."""
    digest, url, path = page
    try:
        tree = lxml.html.fromstring(path.read_bytes())
    except (lxml.etree.ParserError, ValueError):
        return ""
    lxml.etree.strip_elements(tree, "script", "style", "head", lxml.etree.Comment, lxml.etree.PI, with_tail=False)
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    content = "\n".join(line for line in lines if line)
    if not content:
        return ""
    return json.dumps({"text": content, "id": digest[:32], "url": url, "date": DATE}, ensure_ascii=False) + "\n"


def write_text(name, found):
    seen = set()
    with open(HOME / (name + ".part"), "w", encoding="utf-8", errors="replace") as out, ProcessPoolExecutor() as pool:
        for line in pool.map(text, found, chunksize=64):
            digest = hashlib.sha256(line[:line.find('", "id": ')].encode("utf-8", "replace")).digest()
            if line and digest not in seen:
                seen.add(digest)
                out.write(line)
    (HOME / (name + ".part")).rename(HOME / name)


def write_wet(name, texts):
    with open(HOME / (name + ".part"), "wb") as out, open(HOME / texts, encoding="utf-8") as lines:
        w = WARCWriter(out, gzip=True, warc_version="1.0")
        for line in lines:
            page = json.loads(line)
            body = page["text"].encode()
            w.write_record(w.create_warc_record(page["url"], "conversion", payload=io.BytesIO(body), length=len(body), warc_content_type="text/plain",
                                                warc_headers_dict=identity(page["url"], "conversion")))
    (HOME / (name + ".part")).rename(HOME / name)


def main():
    few = int(os.environ.get("BENCH_PAGES", "0")) or None
    prose, everything = pages(PROSE)[:few], pages(PROSE + REFERENCE)[:few]
    for name, make in {
        "pages.warc.gz": lambda n: write_warc(n, prose[:PAGES], False),
        "all.warc.gz": lambda n: write_warc(n, everything, True),
        "text.jsonl": lambda n: write_text(n, everything),
        "text.wet.gz": lambda n: write_wet(n, "text.jsonl"),
    }.items():
        if not (HOME / name).exists():
            print("writing", HOME / name, file=sys.stderr)
            make(name)
    manifest = {"packages": sorted(p.name for p in (HOME / "deb").glob("*.deb")), "pages": len(everything)}
    for name in ["pages.warc.gz", "all.warc.gz", "text.jsonl", "text.wet.gz"]:
        with open(HOME / name, "rb") as f:
            manifest[name] = {"bytes": os.fstat(f.fileno()).st_size, "sha256": hashlib.file_digest(f, "sha256").hexdigest()}
    (HOME / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(json.dumps(manifest, indent=1))


if __name__ == "__main__":
    main()
