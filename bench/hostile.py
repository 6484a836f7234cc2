"""Texts that wait for whoever looks back or ahead too far, as JSON lines on standard output.

    python3 bench/hostile.py [MB] >hostile.jsonl     (MB of the long ones; 30 is the default)

Each is named in "url". Of the last three, JSON and UTF-8 are broken on purpose.
"""

import itertools
import json
import sys


def fill(s, n):
    return s * (n // len(s.encode()) + 1)


def count(form, n):
    size, out = 0, []
    for i in itertools.count():
        if size >= n:
            return "".join(out)
        out.append(form.format(i))
        size += len(out[-1])


REPEATED = {
    "a": "a", "one word": "abcdefghij", "spaces": " ", "newlines": "\n", "blank lines": " \n", "tokens of a letter": "a b ",
    "emoji": "😀", "families of emoji": "👩‍👩‍👧‍👦", "combining marks": "\u0301", "right to left, with marks": "\u202eשָׁלוֹם עֲלֵיכֶם ",
    "mixed scripts": "hello привет 你好 مرحبا שלום สวัสดี こんにちは 안녕 ", "NUL": "\0", "control characters": "\x01\x02\x1b\x7f\u0085\u2028",
    "digits": "0123456789", "at": "@", "colons": ":", "dots": ".", "e-mail run": "a@b.", "Han without spaces": "的一是不了人我在有他这中大来上国",
    "Thai without spaces": "สวัสดีครับผมชื่อ", "minified code": 'function a(b){if(b==1){return c[d]};var e="f";for(;;){}}', "braces": "{", "parentheses": "(",
    "apostrophes": "'", "citations": "[1]", "bullets": "• a\n", "ellipses": "a...\n", "repeated n-grams": "the same ten words again and again until the end ",
    "repeated paragraphs": "the same paragraph\n\n", "one line of sentences": "This is a sentence. ", "policy lines": "terms of use\n",
    "IP run": "1.2.3.4.", "phone run": "+1-415-", "cards": "4111 1111 1111 1111 ", "passwords": "password: ", "private keys": "-----BEGIN RSA PRIVATE KEY-----\n",
    "listed words": "shit ", "gendered words": "she said her ", "user names of URLs": "http://u:p@", "replacement characters": "\ufffd",
}
COUNTED = {
    "distinct lines": "line {} is here\n", "distinct words": "w{} ", "e-mail addresses": "user{}@example.com, ", "URLs": "http://h{}.example.com/a ",
    "numbered": "{}. ",
}


def texts(n):
    yield "empty", ""
    yield "white space", " \t\r\n\u00a0\u3000"
    yield "no language", "xq zzkj 12 -- 7"
    yield "URL of 1 MB", "see https://example.com/" + fill("a/b?c=d&", 1 << 20)
    for name, s in REPEATED.items():
        yield name, fill(s, n)
    for name, s in COUNTED.items():
        yield name, count(s, n)
    yield "100,000 e-mail addresses", "".join(f"write to user{i}@mail{i % 97}.com today.\n" for i in range(100_000))
    yield "over the limit", fill("abcdefghij", max(n, 33 << 20))


def main():
    n = int(float(sys.argv[1] if len(sys.argv) > 1 else 30) * 1e6)
    out = sys.stdout.buffer
    for name, text in texts(n):
        out.write(json.dumps({"url": "hostile:" + name.replace(" ", "-"), "text": text}, ensure_ascii=False).encode() + b"\n")
    out.write(b'{"url":"hostile:no-UTF-8","text":"a \xff\xfe\xc3 b \xed\xa0\x80 c"}\n')
    out.write(b'{"url":"hostile:lone-surrogate","text":"a \\ud800 b"}\n')
    out.write(b'{"url":"hostile:cut-off","text":"a b\n')


if __name__ == "__main__":
    main()
