"""Makes ingest/testdata/formats, the fixtures of TestPandoc, TestZstdDictionary
and TestWikiOracle.

    python -m venv v && v/bin/pip install pypandoc_binary==1.17 zstandard==0.25.0 mwparserfromhell==0.7.2
    v/bin/python testdata/scripts/formats_fixtures.py

pandoc writes the DOCX and the EPUB, and says in plain.txt which words each
holds; the zstandard package writes WARC files with a dictionary in front, once
compressed and once not; mwparserfromhell strips the mark-up of a page.
"""

import json
import pathlib
import re
import struct

import mwparserfromhell
import pypandoc
import zstandard

HERE = pathlib.Path(__file__).parents[2] / "ingest" / "testdata" / "formats"

TEXT = """---
title: The Harbour Book
author: A. Writer
lang: en
---

# The harbour

The harbour lies *north* of the **town**, see [the map](https://example.org/map).[^1]
Ships come at dawn & leave at dusk.

- herring
- cod
    - young cod

1. first
2. second

| Ship   | Tons | Port     |
|--------|-----:|----------|
| Aurora |   12 | Bergen   |
| Boreas |    7 | Tromsø   |

## Code

    for i in range(3):
        print(i)

# The town

> Quoted: „Straße“, 東京, café.

[^1]: The map is from 1850.
"""


def documents():
    """A DOCX and an EPUB, and the words that pandoc reads from each."""
    words = {}
    for kind in ("docx", "epub"):
        name = HERE / f"pandoc.{kind}"
        pypandoc.convert_text(TEXT, kind, format="markdown", outputfile=str(name))
        plain = pypandoc.convert_file(str(name), "plain", extra_args=["--wrap=none"])
        words[kind] = re.findall(r"\w+", plain)
    (HERE / "words.json").write_text(json.dumps(words, ensure_ascii=False, indent=0) + "\n")


def record(i):
    body = f"Page number {i} of the harbour book. " + " ".join(f"ship{(i * j) % 97}" for j in range(1, 40))
    return (
        f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://harbour.example/{i}\r\n"
        f"WARC-Date: 2024-04-25T16:24:44Z\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n{body}\r\n\r\n"
    ).encode()


def archives():
    """WARC files of a frame a record with a dictionary (IIPC, warc-zstd 1.0)."""
    dictionary = zstandard.train_dictionary(2048, [record(i) for i in range(200)], dict_id=40000)
    raw = dictionary.as_bytes()
    packer = zstandard.ZstdCompressor(level=9, dict_data=dictionary, write_checksum=True, write_content_size=True, write_dict_id=True)
    frames = b"".join(packer.compress(record(i)) for i in range(5))
    packed = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True).compress(raw)
    for name, front in (("raw", raw), ("packed", packed)):
        (HERE / f"dictionary-{name}.warc.zst").write_bytes(struct.pack("<II", 0x184D2A5D, len(front)) + front + frames)


def wiki():
    """The words of a page without its mark-up."""
    text = (HERE / "page.wiki").read_text()
    code = mwparserfromhell.parse(text)
    for tag in code.filter_tags(recursive=True):
        if str(tag.tag).lower() in ("ref", "references"):
            code.remove(tag)
    for link in code.filter_wikilinks(recursive=False):
        if re.match(r"(file|category|de):", str(link.title), re.I):
            code.remove(link)
    words = re.findall(r"\w+", code.strip_code(normalize=True, collapse=True))
    (HERE / "page.json").write_text(json.dumps(words, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    documents()
    archives()
    wiki()
