"""Makes dedup/datatrove/testdata/signatures.json: the words and the MinHash values
that datatrove takes of texts, by its own code and settings.

    python -m venv v && v/bin/pip install "datatrove[processing]==0.10.1" spacy==3.8.18
    v/bin/python testdata/scripts/dedup_datatrove.py
    v/bin/python testdata/scripts/dedup_datatrove.py FILE.jsonl > values   (for TestOwnTexts)

The second prints, for each text of a file of JSON lines, a hash of its values.
"""

import json
import pathlib
import sys
import tempfile

import xxhash
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.utils.text import simplify_text

TEXTS = [
    "", "one two three four", "One, two; three: four five!", "The quick brown fox jumps over the lazy dog. " * 3,
    "It costs 3,50 or 1.234.567 or 12.5.7 and ١٢٫٥ ３４．５ ２０２４年 10km 5kg $12 3x4",
    "don't cannot won't I'm they've he'd o'clock can't gonna cant dont im wont y'all rock'n'roll",
    "ΟΔΥΣΣΕΥΣ ΚΑΙ ΣΩΚΡΑΤΗΣ. ΑΣ' ΤΟ Σ Σ. ΑΣ ΜΕΓΑΣ1 ΘΕΟΣ\u0301 x", "İstanbul'da IŞIK ığdır DİYARBAKIR ve İzmir gibi şehirler",
    "Crème brûlée à la façon d’Étienne, naïve coöperation — “déjà vu” … Ångström", "na\u0131\u0308ve e\u0301 E\u0301 o\u0323\u0302 \u1e69 s\u0307\u0323 a\u0301\u0301\u0301",
    "Привет, как дела? Ёжик в тумане ЁЛКА 5 января 2024 года, г. Москва", "حال شما چطور است؟ مُحَمَّد ١٢٣ كتابٌ جديدٌ", "שָׁלוֹם עוֹלָם זה טקסט קצר מאוד",
    "我们今天去公园散步，天气很好。明天是2024年1月1日！", "東京タワーは高さ３３３メートルです。とてもきれいだ", "한국어 문장은 띄어쓰기가 있습니다. 오늘은 날씨가 좋네요",
    "नमस्ते दुनिया, यह हिन्दी का एक छोटा वाक्य है १२३", "สวัสดีชาวโลก นี่คือประโยคภาษาไทย ๑๒๓", "xin chào thế giới, đây là một câu tiếng Việt ngắn",
    "tabs\tand\nnew\r\nlines\x0b\x0cand\x00control\x1f\x85characters\xa0no-break\u2003em\u3000wide \ufeffbom \u200bzero\u200dwidth",
    "http://example.com/a?b=c&d=1 foo@bar.org C:\\dir\\file.txt #tag @user v1.2.3-rc4 a_b_c snake_case __init__",
    "😀 emoji 👍🏽 family 👨‍👩‍👧 flag 🇩🇪 heart ❤️ :-) :D ;) (-_-) ^_^ \\o/ end", "ﬁne ligature ½ cup ² squared ℌ ℃ Ⅷ ㎏ ① roman",
    "\u037e greek \u1fef mark \u2126 ohm \u212a kelvin \u212b angstrom \u0958 nukta \ufb1d", "a " * 40, "1 " * 12, "x" * 50 + " " + "y" * 30 + " a b c d e",
    "a.m. p.m. e.g. i.e. U.S.A. Mr. Smith vs. Dr. No Jan. 5th, 10a.m. 7pm o'er 'tis ’twas",
]


def values(shingler, text):
    shingles = shingler.get_shingles(text)
    return shingler.get_signature(shingles) if shingles.size else []


def main(files):
    with tempfile.TemporaryDirectory() as out:
        shingler = MinhashDedupSignature(out)
        if files:
            for line in open(files[0], encoding="utf-8"):
                v = values(shingler, json.loads(line)["text"])
                print(f"{xxhash.xxh64_intdigest(b''.join(x.to_bytes(8, 'little') for band in v for x in band)):016x}")
            return
        rows = [{"text": t, "words": shingler.word_tokenizer.word_tokenize(simplify_text(t)), "values": values(shingler, t)} for t in TEXTS]
    path = pathlib.Path(__file__).parents[2] / "dedup" / "datatrove" / "testdata" / "signatures.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n]\n", encoding="utf-8")


main(sys.argv[1:])
