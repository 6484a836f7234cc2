"""Peak memory of the process tree of `corpus ingest` with two workers, on inputs made to be large.

    python3 bench/memory.py [CASE…]     (needs nothing but Go; some 3 minutes, 1 GB below $BENCH_DATA)

The tree's proportional set size is looked at every 20 ms; the largest resident
set of the process itself that the kernel saw stands beside it. Arguments behind
-- are given to corpus, such as: memory.py -- --memory 512MiB
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import pairs

MB = 1 << 20
LIMIT = 512  # MB


def warc(out, bodies, content_type=b"text/html"):
    for i, body in enumerate(bodies):
        http = b"HTTP/1.1 200 OK\r\nContent-Type: " + content_type + b"\r\n\r\n" + body
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://h/{i}\r\nContent-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n"
        out.write(gzip.compress(head.encode() + http + b"\r\n\r\n", 1))


WORDS = " ".join(f"word{k * k % 99991}" for k in range(MB // 10))  # longer than gzip and zstd look back

ESCAPES = b"".join(b"\\u%04x" % (0x4e00 + k * k % 19997) for k in range(MB // 6))


def prose(i, size):
    """Words, for each i others."""
    at = i * 7919 % len(WORDS)
    return (f"text {i} " + WORDS[at:] + WORDS * (size // len(WORDS) + 1))[:size]


def big_pages(out):
    warc(out, ((b"<html><title>t</title>" + b"".join(f"<p class=c{k} id=i{k}>{prose(i + k, 300)}</p>".encode() for k in range(5500)))[:2 * MB] for i in range(60)))


def big_bodies(out):
    warc(out, (prose(i, 15 * MB).encode() for i in range(24)), b"text/plain")


def long_lines(out):
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as z:
        for i in range(24):
            z.write((json.dumps({"text": prose(i, 30 * MB)}) + "\n").encode())


def escaped_lines(out):
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as z:
        for i in range(24):
            z.write(b'{"text":"' + ESCAPES * (30 * MB // len(ESCAPES)) + b'"}\n')


def bomb(out):
    c = zlib.compressobj(9, zlib.DEFLATED, 31)
    out.write(c.compress(b'{"text":"'))
    for _ in range(4096):
        out.write(c.compress(b"a" * MB))
    out.write(c.flush())


def bombs_in_bodies(out):
    body = gzip.compress(b"a " * (200 * MB), 9)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    for i in range(200):
        http = head + body
        out.write(gzip.compress(f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://h/{i}\r\nContent-Type: application/http\r\n"
                                f"Content-Length: {len(http)}\r\n\r\n".encode() + http + b"\r\n\r\n"))


def tiny_lines(out):
    for i in range(1_000_000):
        out.write(b'{"text":"record %d"}\n' % i)


def tiny_records(out):
    for i in range(1_000_000):
        out.write(b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\n%08d\r\n\r\n" % i)


def deep_pages(out):
    fonts = b"".join(b"<font size=%d>" % k for k in range(450))
    pages = [b"<html><p>" + fonts + b"<p>x" * 18_000, b"<html>" + b"<div>" * 300_000 + b"deep",
             b"<html>" + b"<table><tr><td>" * 100_000 + b"deep", b"<html><p>" + b"<p a b c d e f g h i j k l m n o p>x" * 50_000]
    warc(out, (pages[i % 4] for i in range(120)))


CASES = {
    "60 pages of 1.7 MB": ("x.warc.gz", big_pages), "24 bodies of 15 MB": ("x.warc.gz", big_bodies), "24 JSON lines of 30 MB": ("x.jsonl.gz", long_lines),
    "24 JSON lines of 30 MB of escapes": ("x.jsonl.gz", escaped_lines), "gzip bomb, 4 GB": ("x.gz", bomb), "200 bodies that are bombs": ("x.warc.gz", bombs_in_bodies),
    "1,000,000 tiny JSON lines": ("x.jsonl", tiny_lines), "1,000,000 tiny records": ("x.warc", tiny_records), "120 pages that nest deep": ("x.warc.gz", deep_pages),
}


def tree(pid):
    """A process and its descendants."""
    yield pid
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                for child in f.read().split():
                    yield from tree(int(child))
    except OSError:
        pass


def resident(pid):
    """The bytes of a process, shared pages in proportion."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def high_water(pid):
    """The most bytes that a process ever had resident."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return next((int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


def measure(command, cwd):
    with open(os.path.join(cwd, "out"), "wb") as out:
        p = subprocess.Popen([str(c) for c in command], cwd=cwd, stdout=out, stderr=subprocess.STDOUT)
    peak, own, done = 0, 0, threading.Event()

    def watch():
        nonlocal peak, own
        while not done.wait(0.02):
            peak, own = max(peak, sum(map(resident, tree(p.pid)))), max(own, high_water(p.pid))
    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    p.wait()
    done.set()
    watcher.join()
    with open(os.path.join(cwd, "out"), errors="replace") as f:
        last = f.read().strip().splitlines()[-1:]
    return peak, own, p.returncode, time.perf_counter() - start, last


def main():
    args = sys.argv[1:]
    extra = args[args.index("--") + 1:] if "--" in args else []
    wanted = args[:args.index("--")] if "--" in args else args
    bin = pairs.build()
    worst = 0
    print("| input | peak of the tree, MB | peak resident, MB | exit | texts | s |\n|---|---|---|---|---|---|")
    for name, (file, make) in CASES.items():
        if wanted and not any(w in name for w in wanted):
            continue
        folder = tempfile.mkdtemp(dir=pairs.DATA)
        pairs.workspace(folder)
        with open(os.path.join(folder, file), "wb") as out:
            make(out)
        peak, own, code, seconds, last = measure([bin / "corpus", "ingest", file, "--workers", "2", "--json", "--quiet", "--out", "data", *extra], folder)
        docs = json.loads(last[0]).get("docs_out", "") if last and last[0].startswith("{") else ""
        print(f"| {name} | {peak / MB:.0f} | {own / MB:.0f} | {code} | {docs} | {seconds:.1f} |", flush=True)
        worst = max(worst, peak, own)
        shutil.rmtree(folder)
    print(f"worst {worst / MB:.0f} MB, wanted under {LIMIT}")
    sys.exit(worst >= LIMIT * MB)


if __name__ == "__main__":
    main()
