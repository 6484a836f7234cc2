"""Writes the golden Parquet and Arrow files of ingest/columns.

    pip install pyarrow pandas polars duckdb
    python testdata/scripts/columns_fixtures.py ingest/columns/testdata

Every file holds the rows of rows.json (text, url, title; null is null), as
other programs write them: pyarrow, pandas, polars, duckdb.
"""

import json
import os
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

OUT = sys.argv[1]


def rows():
    """Forty rows: long, short, empty, absent, repeated, of many scripts."""
    kinds = [
        "The quick brown fox jumps over the lazy dog, number %d.",
        "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich, Nummer %d.",
        "いろはにほへと ちりぬるを %d",
        "Same again.",
        "",
        None,
        "Line one of %d\nline two\r\n\ttabbed, \"quoted\"; |piped|",
        "long %d " * 40,
    ]
    out = []
    for i in range(40):
        k = kinds[i % len(kinds)]
        text = k.replace("%d", str(i)) if k is not None else None
        url = None if i % 5 == 3 else "https://example.org/page/%d" % (i // 2)
        title = None if i % 3 == 1 else "Title %d" % (i % 4)
        out.append({"text": text, "url": url, "title": title})
    return out


ROWS = rows()


def column(name, kind):
    return pa.array([r[name] for r in ROWS], kind)


def table(kind=pa.string()):
    return pa.table({
        "id": pa.array(range(len(ROWS)), pa.int64()),
        "tags": pa.array([["a", "b"][: i % 3] for i in range(len(ROWS))], pa.list_(pa.string())),
        "text": column("text", kind),
        "score": pa.array([i / 7 for i in range(len(ROWS))], pa.float32()),
        "url": column("url", kind),
        "title": column("title", kind),
    })


def nested():
    meta = [None if i % 9 == 8 else {"n": i, "url": r["url"], "title": r["title"]} for i, r in enumerate(ROWS)]
    return pa.table({
        "doc": pa.array([None if r["text"] is None and i % 2 else {"text": r["text"]} for i, r in enumerate(ROWS)],
                        pa.struct([("text", pa.string())])),
        "metadata": pa.array(meta, pa.struct([("n", pa.int32()), ("url", pa.string()), ("title", pa.string())])),
    })


def at(name):
    return os.path.join(OUT, name)


def parquet():
    for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:  # pyarrow's lz4 is lz4_raw
        for version in ["1.0", "2.0"]:
            pq.write_table(table(), at("pyarrow_%s_v%s.parquet" % (codec, version[0])), compression=codec,
                           data_page_version=version, row_group_size=16, data_page_size=400, write_batch_size=4,
                           write_page_checksum=version == "2.0")
    plain = {"use_dictionary": False, "row_group_size": 16, "data_page_size": 400, "write_batch_size": 4}
    pq.write_table(table(), at("pyarrow_plain.parquet"), compression="none", **plain)
    pq.write_table(table(pa.large_string()), at("pyarrow_large.parquet"), compression="snappy", **plain)
    pq.write_table(table(pa.binary()), at("pyarrow_binary.parquet"), compression="zstd", store_schema=False, **plain)
    for encoding in ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]:
        pq.write_table(table(), at("pyarrow_%s.parquet" % encoding.lower()), compression="zstd",
                       column_encoding={n: encoding for n in ["text", "url", "title"]}, **plain)
    pq.write_table(nested(), at("pyarrow_nested.parquet"), compression="snappy", row_group_size=16)
    required = table().drop_columns(["url", "title"])
    texts = pa.array([r["text"] or "" for r in ROWS])
    required = pa.table([texts], schema=pa.schema([pa.field("text", pa.string(), nullable=False)]))
    pq.write_table(required, at("pyarrow_required.parquet"), compression="gzip", row_group_size=16)
    pd.DataFrame(ROWS).to_parquet(at("pandas.parquet"), engine="pyarrow", row_group_size=16)
    pl.DataFrame(ROWS).write_parquet(at("polars.parquet"), row_group_size=16)
    db = duckdb.connect()
    db.register("t", table())
    for version in ["V1", "V2"]:
        db.execute("copy (select * from t) to '%s' (format parquet, codec zstd, row_group_size 2048, parquet_version %s)"
                   % (at("duckdb_%s.parquet" % version.lower()), version))


def write(sink, t, whole=False):
    with sink as w:
        w.write_table(t, max_chunksize=None if whole else 16)


def arrow():
    kinds = {"string": pa.string(), "large_string": pa.large_string(), "binary": pa.binary(),
             "large_binary": pa.large_binary(), "string_view": pa.string_view(), "binary_view": pa.binary_view()}
    for name, kind in kinds.items():
        for codec in [None, "lz4", "zstd"]:
            o = ipc.IpcWriteOptions(compression=codec)
            t = table(kind)
            end = "%s_%s" % (name, codec or "none")
            if codec is None or name in ("string", "string_view"):
                write(ipc.new_file(at("file_%s.arrow" % end), t.schema, options=o), t)
                write(ipc.new_stream(at("stream_%s.arrow" % end), t.schema, options=o), t)
    dictionaries()
    t = nested()
    write(ipc.new_file(at("file_nested.arrow"), t.schema), t)
    write(ipc.new_stream(at("stream_nested.arrow"), t.schema), t)
    v4 = ipc.IpcWriteOptions(metadata_version=ipc.MetadataVersion.V4)
    write(ipc.new_stream(at("stream_v4.arrow"), table().schema, options=v4), table())
    sliced = pa.concat_tables([table(), table()]).slice(len(ROWS), len(ROWS))  # offsets that do not begin at 0
    write(ipc.new_stream(at("stream_sliced.arrow"), sliced.schema), sliced)
    df = pl.DataFrame(ROWS)
    df.write_ipc(at("polars_file.arrow"), compression="zstd")
    df.write_ipc(at("polars_plain.arrow"), compression="uncompressed")
    df.write_ipc_stream(at("polars_stream.arrow"), compression="lz4")
    cat = df.with_columns(pl.col("text").cast(pl.Categorical), pl.col("title").cast(pl.Categorical))
    cat.write_ipc(at("polars_categorical.arrow"))


def dictionaries():
    """One dictionary for a file; one that grows or is replaced in a stream."""
    whole = table()
    for name in ["text", "url", "title"]:
        i = whole.schema.get_field_index(name)
        whole = whole.set_column(i, name, whole[name].combine_chunks().dictionary_encode())
    write(ipc.new_file(at("file_dictionary.arrow"), whole.schema), whole)
    index = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema([("text", index), ("url", index), ("title", pa.string())])
    batches = []
    for i in range(0, len(ROWS), 16):
        part = ROWS[i:i + 16]
        cols = [pa.array([r[n] for r in part], pa.string()) for n in ["text", "url", "title"]]
        d = [c.dictionary_encode() for c in cols[:2]]
        d = [pa.DictionaryArray.from_arrays(x.indices.cast(pa.int8()), x.dictionary) for x in d]
        batches.append(pa.record_batch(d + cols[2:], schema=schema))
    with ipc.new_stream(at("stream_replaced.arrow"), schema) as w:
        for b in batches:
            w.write_batch(b)
    for name, new in [("stream_delta.arrow", ipc.new_stream), ("file_delta.arrow", ipc.new_file)]:
        o = ipc.IpcWriteOptions(emit_dictionary_deltas=True, unify_dictionaries=False)
        seen = {n: [] for n in ["text", "url"]}
        with new(at(name), schema, options=o) as w:
            for i in range(0, len(ROWS), 16):
                part = ROWS[i:i + 16]
                cols = []
                for n in ["text", "url"]:
                    for r in part:
                        if r[n] is not None and r[n] not in seen[n]:
                            seen[n].append(r[n])
                    idx = pa.array([None if r[n] is None else seen[n].index(r[n]) for r in part], pa.int8())
                    cols.append(pa.DictionaryArray.from_arrays(idx, pa.array(seen[n], pa.string())))
                cols.append(pa.array([r["title"] for r in part], pa.string()))
                w.write_batch(pa.record_batch(cols, schema=schema))


def bombs():
    """A megabyte of text, ten thousand times, in a few kilobytes."""
    os.makedirs(at("bombs"), exist_ok=True)
    text = "bomb " * 200_000
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array([text]))
    t = pa.table({"text": once})
    pq.write_table(t, at("bombs/dictionary.parquet"), compression="zstd", store_schema=False, dictionary_pagesize_limit=1 << 24)
    write(ipc.new_file(at("bombs/dictionary.arrow"), t.schema, options=ipc.IpcWriteOptions(compression="zstd")), t.slice(0, 10_000), whole=True)
    t = pa.table({"text": [text] * 300})
    pq.write_table(t, at("bombs/plain.parquet"), compression="zstd", use_dictionary=False)
    write(ipc.new_file(at("bombs/plain.arrow"), t.schema, options=ipc.IpcWriteOptions(compression="zstd")), t, whole=True)


os.makedirs(OUT, exist_ok=True)
bombs()
parquet()
arrow()
with open(at("rows.json"), "w") as f:
    json.dump(ROWS, f, ensure_ascii=False, indent=0)
