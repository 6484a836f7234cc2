"""Write tokenize/normal/unicode.txt: what Hugging Face's normalizers know of
every code point, asked from the real `tokenizers` rune by rune, since each of
its parts has tables of another age: normal forms and combining marks are those
of Unicode 9.0 (crate unicode-normalization-alignments 0.1.12), BERT's
categories of Unicode 8 (unicode_categories 0.1.1), lower case and grapheme
clusters of what the wheel was built with.

    pip install tokenizers==0.23.3
    python testdata/scripts/normal_tables.py

Python's unicodedata (14.0) only says which combining class a mark has that the
real one is seen to reorder; classes never change.
"""

import base64
import pathlib
import struct
import unicodedata

import tokenizers
from tokenizers import normalizers as N

OUT = pathlib.Path(__file__).parents[2] / "tokenize" / "normal" / "unicode.txt"
RUNES = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
HANGUL = range(0xAC00, 0xD7A4)
NFC, NFD = N.NFC().normalize_str, N.NFD().normalize_str
NFKC, NFKD = N.NFKC().normalize_str, N.NFKD().normalize_str


def charsmap(keys):
    """A charsmap that maps each of a few strings to "Y": a trie laid out at
    multiples of 256, so that no two nodes can meet."""
    nodes = [{}]
    for key in keys:
        node = 0
        for b in key.encode():
            if b not in nodes[node]:
                nodes[node][b] = len(nodes)
                nodes.append({})
            node = nodes[node][b]
        nodes[node][0] = None
    units = [0] * (256 * (len(nodes) + 1))
    where = {0: 0}
    for n, children in enumerate(nodes):
        base = 256 * (n + 1)
        offset = where[n] ^ base
        leaf = 256 if None in children.values() else 0
        units[where[n]] |= leaf | ((offset << 10) if offset < 1 << 21 else 0)
        for b, child in children.items():
            if child is None:
                units[base] = 1 << 31
            else:
                units[base ^ b] = b
                where[child] = base ^ b
    blob = struct.pack("<I", 4 * len(units)) + struct.pack("<%dI" % len(units), *units)
    return N.Precompiled(blob + b"Y\0")


ACUTE, ZWJ, COPY, VIRAMA, KA = "\u0301", "\u200d", "\u00a9", "\u094d", "\u0915"
PROBE = {key: charsmap([key]) for key in ["a", ACUTE, COPY, KA, "\u1100", "\u1161", "\u11a8"]}


def joined(before, key, after):
    """Whether a cluster goes on from before to key. The cluster of key alone
    takes five bytes at most, so it is mapped whole and after vanishes; with
    more bytes it is mapped rune by rune."""
    assert len((key + after).encode()) <= 5 < len((before + key + after).encode()) or before in ("", key) or len(before.encode()) == 1
    return PROBE[key].normalize_str(before + key + after).endswith("Y" + after)


def cluster_class(c):
    """The grapheme cluster break of c, as far as it can be seen."""
    if ord(c) in HANGUL:
        return "LV" if (ord(c) - 0xAC00) % 28 == 0 else "LVT"
    if c == ZWJ:
        return "ZWJ"
    if c in "\r\n":
        return {"\r": "CR", "\n": "LF"}[c]
    if not joined(c, ACUTE, "\u0302"):
        return "Control"
    if PROBE["a"].normalize_str("a" + c) == "Y":
        linker = joined(KA + c, KA, ACUTE)
        conjunct = linker or joined(KA + c + VIRAMA, KA, ACUTE)
        extend = joined(COPY + c + ZWJ, COPY, ACUTE)
        assert extend or not conjunct, hex(ord(c))
        return "Linker" if linker else "ConjunctExtend" if conjunct else "Extend" if extend else "SpacingMark"
    if joined(c, "\u1100", ACUTE) and not joined(c, "a", ACUTE * 2):
        return "L"
    if joined(c, "\u1161", ACUTE) and not joined(c, "a", ACUTE * 2):
        return "V"
    if joined(c, "\u11a8", ACUTE) and not joined(c, "a", ACUTE * 2):
        return "T"
    if joined(c, "a", ACUTE * 2):
        return "Prepend"
    if joined(c + ZWJ, COPY, ACUTE):
        return "Pictographic"
    if joined(c + VIRAMA, KA, ACUTE):
        return "Consonant"
    return None


def combining_class(c):
    """The class of c if the real NFD reorders by it, else 0."""
    ccc = unicodedata.combining(c)
    if NFD(c) != c or ccc == 0:
        return ccc if NFD(c) != c and len(NFD(c)) == 1 else 0
    low, high = NFD("a" + c + "\u0334"), NFD("a\u0345" + c)
    known = (ccc > 1 and low == "a\u0334" + c) or (ccc < 240 and high == "a" + c + "\u0345")
    return ccc if known or c in "\u0334\u0345" else 0


def properties():
    bert = N.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    accents = N.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    strip, marks = N.Strip(), N.StripAccents()
    for c in RUNES:
        if strip.normalize_str(c) == "":
            yield "space", c
        if marks.normalize_str(c) == "":
            yield "mark", c
        if bert.normalize_str(c) == "" and c not in "\0\ufffd":
            yield "other", c
        if accents.normalize_str(c) == "" and NFD(c) == c:
            yield "nonspacing", c
        ccc = combining_class(c)
        if ccc:
            yield "class %d" % ccc, c
        cluster = cluster_class(c)
        if cluster and cluster not in ("LV", "LVT"):
            yield "cluster " + cluster, c


def mappings():
    lower = N.Lowercase().normalize_str
    for c in RUNES:
        if lower(c) != c:
            yield "lower", c, lower(c)
        if ord(c) in HANGUL:
            continue
        d, k = NFD(c), NFKD(c)
        if d != c:
            yield "canonical", c, d
            prefix = NFC(d[:-1])
            if len(prefix) == 1 and NFC(prefix + d[-1]) == c and len(d) > 1:
                yield "compose", c, prefix + d[-1]
            else:
                assert NFC(c) != c, hex(ord(c))
        if k != d:
            yield "compatibility", c, k


def hexes(text):
    return ",".join("%04X" % ord(c) for c in text)


def lines():
    sets = {}
    for name, c in properties():
        runs = sets.setdefault(name, [])
        if runs and runs[-1][1] == ord(c) - 1:
            runs[-1][1] = ord(c)
        else:
            runs.append([ord(c), ord(c)])
    for name in sorted(sets):
        cells = ["%04X" % a if a == b else "%04X..%04X" % (a, b) for a, b in sets[name]]
        for i in range(0, len(cells), 10):
            yield "%s: %s" % (name, " ".join(cells[i : i + 10]))
    maps = {}
    for name, c, to in mappings():
        maps.setdefault(name, []).append("%04X=%s" % (ord(c), hexes(to)))
    for name in sorted(maps):
        for i in range(0, len(maps[name]), 10):
            yield "%s: %s" % (name, " ".join(maps[name][i : i + 10]))


if __name__ == "__main__":
    head = "# Generated by testdata/scripts/normal_tables.py from tokenizers %s; do not edit."
    OUT.write_text("\n".join([head % tokenizers.__version__, *lines()]) + "\n")
