"""Writes texts with datatrove's own tokens and sentences, for TestAgainstSpaCy.

Needs spacy==3.8.18 and datatrove==0.10.1 (Python 3.11):

    python3 testdata/scripts/spacy_check.py fixture internal/spacy/testdata/golden.jsonl.gz
    python3 testdata/scripts/spacy_check.py files LANG OUT.gz MAXBYTES FILE...
    python3 testdata/scripts/spacy_check.py lines OUT.gz LANG FILE.txt.gz [LANG FILE ...]
    python3 testdata/scripts/spacy_check.py random OUT.gz SEED N LANG...

A line of the output is {"lang", "text", "tokens", "sentences"}, the last two
strings in order. Files are cut into documents of at most 4,000 characters at
empty lines; lines are joined by tens; random texts are put together from what rules are about.
"""

import glob
import gzip
import json
import random
import sys

from datatrove.utils.word_tokenizers import SpaCyTokenizer

TOKENIZERS = {}


def record(lang, text):
    if lang not in TOKENIZERS:
        TOKENIZERS[lang] = SpaCyTokenizer(lang)
    t = TOKENIZERS[lang]
    return {"lang": lang, "text": text, "tokens": t.word_tokenize(text), "sentences": t.sent_tokenize(text)}


def write(out, records):
    with open(out, "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", mtime=0, filename="", compresslevel=9) as z:
        n = size = 0
        for r in records:
            z.write((json.dumps(r, ensure_ascii=False) + "\n").encode())
            n, size = n + 1, size + len(r["text"].encode())
    print(f"{out}: {n} documents, {size} bytes")


def read(path):
    data = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
    return data.decode("utf-8", "ignore")


def documents(files, limit):
    total, seen = 0, set()
    for path in files:
        doc = ""
        for block in read(path).replace("\r\n", "\n").split("\n\n"):
            if doc and len(doc) + len(block) > 4000:
                if doc not in seen:
                    seen.add(doc)
                    total += len(doc.encode())
                    yield doc
                doc = ""
            doc += ("\n\n" if doc else "") + block
            if total > limit:
                return
        if doc and doc not in seen:
            seen.add(doc)
            total += len(doc.encode())
            yield doc


def tens(path):
    lines = read(path).splitlines()
    for i in range(0, len(lines), 10):
        yield "\n".join(lines[i : i + 10])


ATOMS = (
    ". .. ... …… , : ; ! ? ¿ ( ) [ ] { } < > _ # * & % = + - -- --- – — —— ~ ' \" ” “ ` ‘ ´ ’ ‚ „ » « 「 （ 【 《 "
    "$ £ € ¥ US$ C$ ₽ § ° ° °C °F ² ³ ½ @ / // \\ | ^ © ™ ① ⓪ ✓ 😀 👍🏽 🇩🇪 ‽ 。 ？ ！ · ، ؟ । ۔ ። "
    "a b A B I X é É ß ñ я Я ж α Ω 中 日本 한국 ا م ש א ก ა e\u0301 \u0301 \u200b \u200d \u00ad \ufeff \ufffd \U00020000 \U0001d400 "
    "0 1 7 10 12 99 100 1999 3.14 1,000 ٣ १ km kg m cm % MB mg/l km/h "
    "the The don n't 's 'S ’s 're 'll 've I'm he'd can't cannot gonna o'clock d'un l'eau qu'il aujourd'hui -t-il -la 'ls és "
    "http:// https:// www. mailto: foo bar.com user@ example.org :8080 /path ?q=1 #x 10.0.0.1 192.168.1.1 223.255.1.254 .co.uk xn--p1ai _dmarc "
    "U.S. e.g. i.e. p.m. a.m. 9am Mr. Dr. z.B. u.a. St. :) :-( ;) :D xD ^_^ (-: 8) <3 C++ .NET a. ä. IV. XII MCM'e km.'e "
    "word Word WORD lower.Upper snake_case kebab-case CamelCase x=y a<b <a href> <br/> </b> -nya -mu se-X dwu- Și- -ului "
    "α-β 12' '12 1/2 2017/2/15 10.9-6 1ης-2"
).split()
SPACES = [" "] * 12 + ["  ", "\n", "\n\n", "\t", " \n", "\u00a0", "\u3000", "\u2028", "\x1c", "\r\n", "\x85"]


def randoms(seed, count, langs):
    rng = random.Random(seed)
    for lang in langs:
        own = sorted(SpaCyTokenizer(lang).tokenizer.tokenizer.rules)
        for _ in range(count):
            text = rng.choice(["", "", "", " ", "\n"])
            for _ in range(rng.randrange(1, 30)):
                for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4, 6])):
                    text += rng.choice(own) if rng.random() < 0.2 else rng.choice(ATOMS)
                text += rng.choice(SPACES)
            yield record(lang, text)


# What the rules of some language are about, and what is easily got wrong.
HARD = [
    "", " ", "\n", "\u00a0", "  two  spaces ", " lead", "trail ", "tabs\tand\nlines\r\nand\x0bmore\x1c\x85\u2028end",
    "I'm sure they'd've said we can't, don't, won't, shan't, ain't; y'all cannot gonna wanna.", "Ill well its were id cant dont im",
    "It's 5 o'clock, 10am or 11 p.m.; e.g. at 9:30a.m. i.e. now... etc. vs. ca. Jan. 5th.",
    "Mr. Smith, Dr. No, Ph.D., U.S.A. and the U.K.'s J.R.R. Tolkien (b. 1892) Inc., Co., Corp.",
    ":) :-( ;) :D XD :'( (: ^_^ -_- <3 (╯°□°）╯︵┻━┻ ಠ_ಠ :):) (:) :-)) x:)y",
    "https://www.example.com/a/b?q=1#frag, (http://foo.bar:8080/) www.x.org. foo.com/ ftp://u:p@h.net mailto:a.b+c@d-e.co.uk a@b",
    "192.168.1.1 10.0.0.1 8.8.8.8 8.8.8.8:53/x 256.1.1.1 172.16.0.1 172.32.0.1 1.2.3 http://223.255.255.254/ 1.1.1.0",
    "lower.Upper Upper.Lower end.Start foo.bar. a.b c.D x..y ...z w... . .. .... ?! !! ?!?",
    "5km 10kg. 3.5m/s 20% 100MB 7°C. 8°F. 30 °K. 12µg 4ha 5T. 3G, 6cm² 2m³ 9oz",
    "$5 £6.50 €7,00 5€ 6$ US$5 C$6 7₽ 100¥ 5¢ +5 -5 ±3 +x 5+ 5+6 5-6 5*6 5^6 5/6 5=6 a=b a<b a>b a/b a:b",
    "well-known e-mail - -- --- – — a–b a—b a--b a---b 1-2 3-a a-3 -x x- mother-in-law's co-operate~d ‐ ‑",
    "“Quoted” ‘single’ „low” «guillemets» 'apostrophes' ''double'' `back` ``ticks'' \"plain\" \"nested 'q'\"",
    "(a) [b] {c} <d> ((e)) ([{f}]) (g). (h), i) j] ( k ) (l.m) <a href=x> </b> <br/> &amp; #tag @user *bold* _under_ snake_case",
    "a,b 1,000 1,b a, ,b a;b a!b a?b a.b. .a .5 5. 5.a a.5 §5 §§ %5 =x ©2024 ™x x® №1 ★★★ 1★",
    "中文English混合123。你好！日本語テキスト。한국어 텍스트 ไทย عربي، نعم؟ עברית हिन्दी। বাংলা ትግርኛ። Ελληνικά· ქართული",
    "e\u0301clair cafe\u0301. na\u0308ive, о\u0301н. го\u0301род-ге\u0301рой zero\u200bwidth soft\u00adhyphen \ufeffBOM zwj\u200d👩\u200d👩\u200d👧 👍🏽! 🇩🇪🇫🇷. 😀😀",
    "aujourd'hui l'homme d'Amérique qu'il s'il va-t-il donne-moi est-ce vingt-et-un saut-de-ski n° 5 1er M. Dupont J.-C. entr'abat",
    "z.B. d.h. u.a. Nr. 5. Straße/Weg 1/2 ''Zitat'' ``Z Haus- und Hof 3.Mai 3. Mai geht's Max' E-Mail-Adresse",
    "dell'arte un po' d'oro c'è l'8 '68 90° dall'\"alto\" all'inizio nell'ultimo",
    "p. ej. Sr. EE.UU. ¿Qué? ¡Sí! 1.ª 2º sí—no Ud. a.m.",
    "guarda-chuva fala-se R$5 US$10 abc-def-ghi Sr. Dr.ª à-vontade 12-13-14 ①-② ⓪⓪ a①b",
    "Și-a luat într-un dintr-o n-a s-au mi-l dă-mi 5% dl. nr. art. lit.",
    "12'in TBMM'nin 3.'sü XIV. yy. 10.10.2010'da 1/2'si Dr. vb. Prof.Dr. İstanbul'un 10:30'da IV'e MCMXC.",
    "12-én 3.-ik 100%-os 5-e A-ból §-ban 2+2=4 1,5-szer kb. pl. 20°-os B/2. 10:30-kor °C-on $-ban",
    "10/10/2010 Α.Ε. κ.ά. 12' 5&6 1ης-2 abc@de-fg.gr name1/name2/name3 α' 'αβγ' πρώτος-δεύτερος 13mg 1.2m όνομα* 5) Α. 12.",
    "buku-buku ke-2 Rp5000 5juta <b/> <a x> foo<abbr>bar </i> -nya itu-nya saya-ku #tag 50%/tahun",
    "długo-terminowy dwu-krotny 1990-1995 tzw. np. m.in. ul. Krakowska a...b",
    "г. Москва и т. д. т.е. 5 руб. ул. Ленина д. 5 к.-л. кто-нибудь С.-Петербург 5-й А.С. Пушкин",
    "BTC-jev J.K. Rowling EU-ja +5/–x 24-letni npr. dr.", "O. m. Sankt. kl. 5 ca. SR:s USA:s 5:e foo:Bar tel.nr.",
    "IS_ALPHABET IS_DIGIT ORTH", "x" * 70 + ".com " + "a." * 40 + "com " + "((((" * 20 + "x" + "))))" * 20,
    "Sentence one. Two! Three?! \"Four.\" (Five.) Six... seven. \n\nEight.\n Nine。十。 U.S. Ten.Eleven ‽ Twelve.) 13. a.",
]


FACES = ": ) ( - ; ' = 8 o . _ ^ < > / | D P x he 's I 'm a.m. a. \" \\ * 0 v".split()


def faces(seed, count, lang):
    """Texts of special cases that overlap one another."""
    rng = random.Random(seed)
    for _ in range(count):
        text = "".join(rng.choice(FACES) + rng.choice(["", "", "", " "]) for _ in range(rng.randrange(2, 40)))
        yield record(lang, text)


def fixture():
    for lang in "en", "xx":
        yield from (record(lang, text) for text in HARD)
    some = "de fr es it pt nl pl ru uk cs sv da nb fi hu ro tr el bg hr sk sl ca id ar fa he ms tl tn sr et".split()
    for lang in some:
        yield from (record(lang, text) for text in HARD[8:])
    yield from randoms(7, 40, ["en"])
    yield from faces(7, 200, "en")
    yield from randoms(7, 8, some + "af am az dsb eu fo ga grc hsb hy is ky la lb lg lij lt lv mk sq ti tt yo".split())


def main():
    mode = sys.argv[1]
    if mode == "fixture":
        write(sys.argv[2], fixture())
    elif mode == "files":
        lang, out, limit = sys.argv[2], sys.argv[3], int(sys.argv[4])
        write(out, (record(lang, d) for d in documents(sys.argv[5:], limit)))
    elif mode == "lines":
        pairs = sys.argv[3:]
        write(sys.argv[2], (record(l, d) for l, p in zip(pairs[::2], pairs[1::2]) for d in tens(p)))
    elif mode == "random":
        write(sys.argv[2], randoms(int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))


if __name__ == "__main__":
    main()
