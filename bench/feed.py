"""Tokens per second that reach a training, beside litdata, MosaicML streaming and
Hugging Face datasets with PyTorch's DataLoader.

    venv/bin/python bench/feed.py DIR [--tokens N] [--seq-len 1024] [--batch 32] [--workers 2] [--seconds 60]

DIR (made when it is empty; four times the tokens' bytes) holds the same rows for
all: the stream of all documents, each behind the end token, cut into rows. Ours come
with checksums verified, shuffled globally, two sources mixed 2:1, their documents
numbered for the mask, as int32 inputs, labels and documents; theirs are shuffled rows
of one source, as batches of tensors in the main process. Each of theirs runs with
0 and with --workers worker processes, datasets in several formats; the fastest
counts. Then everybody reads one epoch, and the sums of the rows' hashes are compared.

Set-up: a venv with torch, numpy, pyarrow, xxhash, litdata==0.2.76 and datasets==5.2.0, which runs this; another with
torch, xxhash, pyarrow and mosaicml-streaming==0.13.0, which wants an older huggingface-hub than datasets does:
--python streaming=OTHER/bin/python.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
EOS = 2


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("dir")
    p.add_argument("--tokens", type=int, default=100_000_000)
    p.add_argument("--seq-len", type=int, default=1024)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--python", action="append", default=[], metavar="NAME=EXE", help="of another venv for a rival")
    p.add_argument("--only", default="", help="names of rivals, with commas")
    p.add_argument("--one", help="(used by itself) measure one loader in a process of its own")
    p.add_argument("--write", action="store_true", help="(used by itself) write a rival's data")
    p.add_argument("--sum", action="store_true", help="(used by itself) sum the rows of an epoch")
    return p.parse_args()


def ours(a, *more):
    tool = os.path.join(a.dir, "feed")
    if not os.path.exists(tool):
        subprocess.run(["go", "build", "-o", os.path.abspath(tool), "./bench/feed"], check=True, cwd=os.path.dirname(HERE))
    shards = os.path.join(a.dir, "shards")
    if not os.path.exists(os.path.join(shards, "manifest.json")):
        subprocess.run([tool, "-make", "-tokens", str(a.tokens), shards], check=True)
    if not more:
        return None
    out = subprocess.run([tool, "-seq-len", str(a.seq_len), "-batch", str(a.batch), "-readers", str(a.workers), *more, shards],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def rows(a):
    """The rows of the stream, read from our shards with pyarrow."""
    import pyarrow as pa
    shards, stream = os.path.join(a.dir, "shards"), []
    for name in sorted(n for n in os.listdir(shards) if n.startswith("part-")):
        with pa.memory_map(os.path.join(shards, name)) as f:
            for batch in pa.ipc.open_stream(f):
                ids = batch.column("input_ids")
                offsets, values = np.asarray(ids.offsets), np.asarray(ids.values)
                stream.append(np.insert(values[offsets[0]:offsets[-1]], offsets[1:] - offsets[0], EOS))
    stream = np.concatenate(stream)
    full = len(stream) // a.seq_len
    return stream[:full * a.seq_len].reshape(full, a.seq_len)


# Each rival: write(dir, rows), and load(dir, args, workers) -> an iterable of
# batches, of which one pass is an epoch.

class MDS:
    def write(self, out, table):
        from streaming import MDSWriter
        with MDSWriter(out=out, columns={"tokens": f"ndarray:uint16:{table.shape[1]}"}, size_limit=1 << 26) as w:
            for row in table:
                w.write({"tokens": row})

    def load(self, out, a, workers, _):
        from streaming import StreamingDataset
        from torch.utils.data import DataLoader
        data = StreamingDataset(local=out, shuffle=True, batch_size=a.batch)
        return DataLoader(data, batch_size=a.batch, num_workers=workers, collate_fn=stack("tokens"))


class LitData:
    def write(self, out, table):
        import litdata
        np.save(out + ".npy", table)
        litdata.optimize(fn=token_rows, inputs=[(out + ".npy", i) for i in range(0, len(table), 8192)], output_dir=out,
                         chunk_size=table.shape[1] * 8192, item_loader=litdata.TokensLoader(), num_workers=1)
        os.remove(out + ".npy")

    def load(self, out, a, workers, _):
        import litdata
        data = litdata.StreamingDataset(out, item_loader=litdata.TokensLoader(block_size=a.seq_len), shuffle=True)
        return litdata.StreamingDataLoader(data, batch_size=a.batch, num_workers=workers)


def token_rows(where):
    import torch
    path, first = where
    for row in np.load(path, mmap_mode="r")[first:first + 8192]:
        yield torch.from_numpy(row.astype(np.int32))


class Datasets:
    def write(self, out, table):
        import datasets
        features = datasets.Features({"tokens": datasets.Sequence(datasets.Value("uint16"), length=table.shape[1])})
        parts = [datasets.Dataset.from_dict({"tokens": table[i:i + 4096]}, features=features) for i in range(0, len(table), 4096)]
        datasets.concatenate_datasets(parts).save_to_disk(out)

    def load(self, out, a, workers, how):
        import datasets
        from torch.utils.data import DataLoader
        data = datasets.load_from_disk(out)
        if how == "iterable":  # documented as the faster one; shuffles shards, and rows in a buffer
            data = data.to_iterable_dataset(num_shards=16).with_format("numpy").shuffle(seed=1, buffer_size=1000)
            return DataLoader(data, batch_size=a.batch, num_workers=workers, collate_fn=stack("tokens"))
        if how == "torch":
            return DataLoader(data.with_format("torch"), batch_size=a.batch, shuffle=True, num_workers=workers)
        return DataLoader(data.with_format("numpy"), batch_size=a.batch, shuffle=True, num_workers=workers, collate_fn=stack("tokens"))


class stack:
    """Collates rows of numpy, at once and not one by one as PyTorch does."""

    def __init__(self, column):
        self.column = column

    def __call__(self, batch):
        import torch
        return torch.from_numpy(np.stack([np.asarray(row[self.column]) for row in batch]))


RIVALS = {
    "litdata": ("litdata", LitData(), [""]),
    "streaming": ("mosaicml-streaming", MDS(), [""]),
    "datasets": ("datasets", Datasets(), ["torch", "numpy", "iterable"]),
}


def tokens_of(batch):
    return batch["tokens"] if isinstance(batch, dict) else batch


def one(a):
    """Measures a loader, or sums its rows, and prints one line of JSON."""
    name, workers, how = a.one.split(":")
    package, rival, _ = RIVALS[name]
    if a.write:
        rival.write(os.path.join(a.dir, name), rows(a))
        print(json.dumps({"version": version(package)}))
        return
    loader = rival.load(os.path.join(a.dir, name), a, int(workers), how)
    if a.sum:
        import xxhash
        total = n = 0
        for batch in loader:
            for row in tokens_of(batch).numpy().astype("<i4"):
                total, n = (total + xxhash.xxh3_64_intdigest(row.tobytes())) % (1 << 64), n + 1
        print(json.dumps({"rows": n, "sum": f"{total:016x}"}))
        return
    n, began, end = 0, None, None
    while end is None or time.time() < end:
        for batch in loader:
            if began is None:  # workers have started
                began, cpu = time.time(), time.process_time()
                end = began + a.seconds
                continue
            n += tokens_of(batch).numel()
            if time.time() > end:
                break
    took, cpu = time.time() - began, time.process_time() - cpu
    print(json.dumps({"tokens_per_second": round(n / took), "tokens_per_cpu_second": 0 if int(workers) else round(n / cpu)}))


def child(a, name, *more):
    python = dict(p.split("=", 1) for p in a.python).get(name.split(":")[0], sys.executable)
    out = subprocess.run([python, os.path.abspath(__file__), a.dir, "--seq-len", str(a.seq_len), "--batch", str(a.batch),
                          "--seconds", str(a.seconds), "--one", name, *more], capture_output=True, text=True)
    if out.returncode:
        print(out.stderr[-2000:], file=sys.stderr)
        raise SystemExit(f"{name} {more} failed")
    return json.loads(out.stdout.strip().splitlines()[-1])


def main():
    a = arguments()
    if a.one:
        return one(a)
    os.makedirs(a.dir, exist_ok=True)
    ours(a)
    names = [n for n in (a.only.split(",") if a.only else RIVALS)]
    versions = os.path.join(a.dir, "versions.json")
    made = json.load(open(versions)) if os.path.exists(versions) else {}
    for name in names:
        if name not in made:
            made[name] = child(a, f"{name}:0:", "--write")["version"]
            json.dump(made, open(versions, "w"))
    want = ours(a, "-sum")
    best = {}
    for name in names:
        formats = RIVALS[name][2]
        for how in formats:
            for workers in (0, a.workers):
                figures = child(a, f"{name}:{workers}:{how}")
                got, cpu = figures["tokens_per_second"], figures["tokens_per_cpu_second"]
                print(f"{name} {made[name]} {how} {workers} workers: {got / 1e6:.2f} M tokens/s"
                      + (f", {cpu / 1e6:.2f} a second of processor time" if cpu else ""), flush=True)
                if got > best.get(name, (0,))[0]:
                    best[name] = got, workers, how
        _, workers, how = best[name]
        same = child(a, f"{name}:{workers}:{how}", "--sum")
        print(f"{name}: {same['rows']} rows of an epoch, " + ("equal to ours" if same == want else f"OTHERS than ours: {same}, {want}"), flush=True)
    plain = ours(a, "-seconds", str(a.seconds))
    full = ours(a, "-seconds", str(a.seconds), "-mix", "wiki=2,crawl=1", "-doc-mask")
    for what, r in ("shuffle and checksums", plain), ("and mix and document masks", full):
        first = r["rows_of_an_epoch"] * a.seq_len / r["first_epoch_s"] if r["first_epoch_s"] else 0
        print(f"corpus, {what}: {r['tokens_per_second'] / 1e6:.2f} M tokens/s, {r['tokens_per_cpu_second'] / 1e6:.2f} a second of processor time; the first epoch, with opening and verifying, {first / 1e6:.2f}; "
              f"{r['verified']} of {r['batches']} batches verified; epochs {r['epochs']}", flush=True)
    for name, (got, workers, how) in best.items():
        print(f"corpus / {name}: {full['tokens_per_second'] / got:.1f}")


if __name__ == "__main__":
    main()
