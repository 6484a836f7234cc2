"""What `corpus dedup` finds in documentation that is really there several times.

    venv/bin/python bench/dedup_real.py [FOLDER] [-- FLAGS]     (Debian or Ubuntu; some 10 minutes, 2 GB below $BENCH_DATA)

Packages of Debian: three versions of LLVM and Clang, two of Boost, the
installation guide of two architectures in all its languages, manual pages and
guides in up to nine languages, Chinese ones among them, and documentation of
which there is one copy. All are HTML, text or manual pages as
packaged; corpus takes the text out. FLAGS are those of dedup. Printed are what
is dropped of each package, what is linked (versions, languages, one package), the
exact similarity of the pairs (own code: words or Han characters, as dedup/doc.go
has shingles), versions that should be found and are not, links between
languages, and a sample of 100 near pairs to be judged by hand, which FOLDER
gets with the beginnings of their texts.
"""

import collections
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

import pairs

VERSIONS = [("libboost1.74-doc", "libboost1.81-doc"), ("llvm-14-doc", "llvm-15-doc"), ("llvm-15-doc", "llvm-16-doc"), ("clang-14-doc", "clang-15-doc"),
            ("clang-15-doc", "clang-16-doc"), ("installation-guide-arm64", "installation-guide-amd64")]
PACKAGES = sorted({p for v in VERSIONS for p in v} | {
    "debian-reference-en", "debian-reference-zh-cn", "debian-reference-zh-tw", "debian-reference-fr", "debian-reference-ja", "debian-reference-de",
    "manpages", "manpages-dev", "manpages-zh", "manpages-de", "manpages-fr", "manpages-es", "manpages-ja", "manpages-pl",
    "developers-reference", "developers-reference-fr", "developers-reference-ja", "developers-reference-de", "maint-guide-zh-cn",
    "python-django-doc", "python3.11-doc"})
LANGS = "ar bg ca cs da de el en es fi fr hu it ja ko nl nn pl pt pt-br ro ru sv tl uk vi zh zh-cn zh-tw zh_CN zh_TW pt_BR".split()
HOME = pairs.DATA / "dedup-real"
SAMPLE = 100


def unpack():
    """The pages of all packages, below raw/PACKAGE."""
    debs, raw = HOME / "deb", HOME / "raw"
    debs.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if (raw / package).exists():
            continue
        if not list(debs.glob(package + "_*.deb")):
            subprocess.run(["apt-get", "download", "-q", package], cwd=debs, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deb, = debs.glob(package + "_*.deb")
        part = HOME / "part"
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run(["dpkg-deb", "-x", deb, part], check=True)
        for f in sorted(part.rglob("*")):
            if f.is_file() and not f.is_symlink() and re.search(r"(\.html?|\.txt|/man/.*)(\.gz)?$", str(f)):
                to = raw / package / f.relative_to(part / "usr/share")
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(f, to)
    shutil.rmtree(HOME / "part", ignore_errors=True)


def lang(source):
    """The language that a page's place says."""
    package = source.split("/")[0]
    for part in [package.rsplit("-", 2)[-2] + "-" + package.rsplit("-", 1)[-1] if package.count("-") > 1 else "", package.rsplit("-", 1)[-1], *source.split("/")[1:-1]]:
        if part in LANGS:
            return part.replace("_", "-").lower()
    m = re.search(r"\.([a-z]{2}(-[a-z]{2})?)\.html(\.gz)?$", source)
    return m[1] if m and m[1] in LANGS else "en"


def versionless(source):
    """What a page is called in every version of its package."""
    return re.sub(r"(llvm|clang|libboost)?[-_]?\d+([._]\d+)*|amd64|arm64", "#", source)


def shingles(text):
    """Five words or two Han characters in a row, numbers as 0 unless there is nothing else, a shorter text whole."""
    figures = re.findall(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\W_\u2e80-\u9fff\uf900-\ufaff]+", text.lower())
    words = [re.sub(r"\d+", "0", w) for w in figures]
    weight = [5 if "\u2e80" <= w[0] <= "\u9fff" else 2 for w in words]
    found = set()
    for i in range(len(words)):
        left, j = 10, i
        while left > 0 and j < len(words):
            left -= weight[j]
            j += 1
        if left > 0 and i > 0:
            break
        found.add(hash(tuple(words[i:j] if any(w != "0" for w in words[i:j]) else figures[i:j])))
    return found


def jaccard(a, b):
    return len(a & b) / max(1, len(a | b))


def table(dataset, role, names):
    rows = []
    for path in sorted((HOME / "data" / dataset).glob(role + "-*.arrow")):
        t = pa.ipc.open_stream(path).read_all()
        rows.extend(zip(*(t[n].to_pylist() for n in names)))
    return rows


def documents():
    docs = table("ingest", "part", ["id", "source", "text"])
    verdicts = table("dedup", "verdict", ["kind", "match", "survivor", "similarity", "size"])
    return [dict(zip(("id", "source", "text", "kind", "match", "survivor", "similarity", "size"), (*d, *v))) for d, v in zip(docs, verdicts)]


def link(d, m):
    """What joins two documents, by their names."""
    if lang(d["source"]) != lang(m["source"]):
        return "languages"
    p, q = d["source"].split("/")[0], m["source"].split("/")[0]
    if p == q:
        return "one package"
    return "versions" if versionless(d["source"]) == versionless(m["source"]) else "packages"


def histogram(values):
    values = np.array(values)
    edges = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01]
    return " | ".join(f"{((values >= a) & (values < b)).mean():.3f}" for a, b in zip(edges, edges[1:])) if len(values) else ""


def main():
    args = sys.argv[1:]
    flags = args[args.index("--") + 1:] if "--" in args else []
    out = Path((args[:args.index("--")] if "--" in args else args)[0]) if args and args[0] != "--" else None
    bin = pairs.build()
    unpack()
    pairs.workspace(HOME)
    for command in ["ingest", "raw", "--extract", "fast"], ["dedup", *flags]:
        done = subprocess.run([bin / "corpus", *command, "--workers", "2"], cwd=HOME)
        if done.returncode not in (0, 3):
            sys.exit(f"{command}: exit {done.returncode}")
    docs = documents()
    for d in docs:
        d["source"] = d["source"].removeprefix("raw/")
    by_id = {d["id"]: d for d in docs}
    count = collections.defaultdict(collections.Counter)
    for d in docs:
        c = count[d["source"].split("/")[0]]
        c.update({"documents": 1, "bytes": len(d["text"].encode()), d["kind"]: 1})
    print("\n| package | documents | MB | exact | near |\n|---|---|---|---|---|")
    count["all"] = sum(count.values(), collections.Counter())
    for p, c in sorted(count.items()):
        print(f"| {p} | {c['documents']:,} | {c['bytes'] / 1e6:.1f} | {c['exact']:,} | {c['near']:,} |")

    sets = {}
    def exact(d, m):
        for x in (d, m):
            if x["id"] not in sets:
                sets[x["id"]] = shingles(x["text"])
        return jaccard(sets[d["id"]], sets[m["id"]])
    links = collections.defaultdict(list)
    for d in docs:
        if d["kind"]:
            links[d["kind"], link(d, by_id[d["match"]])].append(d)
    print("\nsimilarity of a document, exactly: share below 0.3 | 0.5 | 0.6 | 0.7 | 0.8 | 0.9 | to 1\n\n| kind | joins | pairs | to the match | to the survivor |\n|---|---|---|---|---|")
    for (kind, joins), dropped in sorted(links.items()):
        print(f"| {kind} | {joins} | {len(dropped):,} | {histogram([exact(d, by_id[d['match']]) for d in dropped])} | {histogram([exact(d, by_id[d['survivor']]) for d in dropped])} |")

    print("\n| versions of a page | pairs of 0.8 or more | in one cluster | of 0.9 | in one cluster |\n|---|---|---|---|---|")
    missed = []
    for a, b in VERSIONS:
        other = {versionless(d["source"]): d for d in docs if d["source"].startswith(b + "/")}
        same = [(exact(d, o), d, o) for d in docs if d["source"].startswith(a + "/") for o in [other.get(versionless(d["source"]))] if o and o["text"]]
        row = []
        for least in 0.8, 0.9:
            alike = [(s, d, o) for s, d, o in same if s >= least]
            found = sum(d["survivor"] == o["survivor"] for _, d, o in alike)
            row += [f"{len(alike):,}", f"{found / max(1, len(alike)):.4f}"]
            missed += [(s, d, o) for s, d, o in alike if d["survivor"] != o["survivor"] and least > 0.8]
        print(f"| {a}, {b} | {' | '.join(row)} |")
    for s, d, o in missed[:20]:
        print(f"  not found: {s:.3f} {d['source']} {o['source']} ({len(d['text'])} bytes)")

    between = [(exact(d, by_id[d["match"]]), d, by_id[d["match"]]) for d in docs if d["kind"] and link(d, by_id[d["match"]]) == "languages"]
    print(f"\nlinks between languages: {len(between)}, of them below 0.5: {sum(s < 0.5 for s, *_ in between)}")
    for s, d, m in sorted(between, key=lambda x: x[0])[:40]:
        print(f"  {s:.2f} {d['kind']} {d['source']} ({len(d['text'])} characters) {m['source']}")
    sizes = sorted(((d["size"], d["source"]) for d in docs if d["size"] and not d["kind"]), reverse=True)
    print("\nlargest clusters: " + "; ".join(f"{n} {s}" for n, s in sizes[:10]))

    near = [d for d in docs if d["kind"] == "near"]
    print(f"\n{SAMPLE} near pairs:")
    picked = sorted(((exact(d, by_id[d["match"]]), d["id"], d) for d in random.Random(1).sample(near, min(SAMPLE, len(near)))))
    for s, _, d in picked:
        print(f"  {s:.2f} {d['source']} — {by_id[d['match']]['source']}")
    if out:
        out.mkdir(parents=True, exist_ok=True)
        for i, (s, _, d) in enumerate(picked):
            (out / f"{i:03d}.txt").write_text(f"{s:.3f} {d['source']}\n{d['text'][:3000]}\n\n=====\n{by_id[d['match']]['source']}\n{by_id[d['match']]['text'][:3000]}\n")


if __name__ == "__main__":
    main()
