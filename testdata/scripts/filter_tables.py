#!/usr/bin/env python3
"""Make filter/tables/*.bin, the bundled selection targets, from Debian packages.

    filter_tables.py WORK [PACKAGES.deb ...]

Run it in the root of the repository. Without packages it downloads those of
PACKAGES with apt-get. Paragraphs of running text of their HTML become one JSON
line each chapter in WORK/LANG.jsonl; `go run ./filter/gen` counts them. Packages
count by about the fourth root of their size, so that large references do not stand
for all prose: the texts of a smaller one are repeated. A paragraph counts when it
has at least 80 characters and most of them are of the script that its language is
written in (translations leave paragraphs in English).
docs/filter-tables.md names sources and licences.
"""
import html.parser
import json
import re
import subprocess
import sys
from pathlib import Path

PACKAGES = ["debian-handbook", "installation-guide-amd64", "python3.11-doc", "postgresql-doc-15"]
# directories under usr/share/doc, and how their language directories are named
SOURCES = {
    "debian-handbook/html": r"([a-z]{2})-[A-Z]{2}$",
    "installation-guide-amd64": r"([a-z]{2})(_CN)?$",
}
ENGLISH = ["python3.11/html/tutorial", "python3.11/html/library", "python3.11/html/howto", "python3.11/html/reference",
           "postgresql-doc-15/html"]
LANGS = "en zh de fr es it pt ru ja ko nl pl cs sv da id vi el ro tr".split()
SCRIPT = {"zh": r"[\u4e00-\u9fff]", "ja": r"[\u3040-\u30ff\u4e00-\u9fff]", "ko": r"[\uac00-\ud7af]",
          "ru": r"[\u0400-\u04ff]", "el": r"[\u0370-\u03ff]"}
STOPS = {  # a Latin-script paragraph must have two of these
    "en": "the of and to is in", "de": "der die und ist das nicht", "fr": "le la les de et est", "es": "el la de que los en",
    "it": "il di che la per un", "pt": "de o que do da para", "nl": "de het een van en is", "pl": "w i na nie się do",
    "cs": "a se v na je že", "sv": "och att det är som en", "da": "og at det er som en", "id": "yang dan di untuk ini dengan",
    "vi": "và của là có các cho", "ro": "de și în la care nu", "tr": "ve bir bu için da de",
}


class Paragraphs(html.parser.HTMLParser):
    """<p>, and the <div class="para"> of Publican, without what is preformatted."""

    def __init__(self):
        super().__init__()
        self.out, self.cur, self.skip, self.divs = [], None, 0, []

    def handle_starttag(self, tag, attrs):
        if tag in ("pre", "script", "style"):
            self.skip += 1
        para = tag == "p" or tag == "div" and ("class", "para") in attrs
        if tag == "div":
            self.divs.append(para)
        if tag in ("p", "div"):
            self.end()
            self.cur = [] if para else None

    def handle_endtag(self, tag):
        if tag in ("pre", "script", "style"):
            self.skip -= 1
        if tag == "p" or tag == "div" and self.divs and self.divs.pop():
            self.end()

    def end(self):
        if self.cur:
            self.out.append(" ".join("".join(self.cur).split()))
        self.cur = None

    def handle_data(self, data):
        if self.cur is not None and self.skip <= 0:
            self.cur.append(data)


def of_language(text, lang):
    if len(text) < (40 if lang in ("zh", "ja", "ko") else 80):
        return False
    letters = sum(c.isalpha() for c in text) or 1
    if lang in SCRIPT:
        return len(re.findall(SCRIPT[lang], text)) > 0.5 * letters
    return len(set(text.lower().split()) & set(STOPS[lang].split())) >= 2


def documents(root, lang):
    for path in sorted(root.rglob("*.htm*")):
        if path.is_symlink():
            continue
        p = Paragraphs()
        p.feed(path.read_text(encoding="utf-8", errors="replace"))
        text = "\n\n".join(dict.fromkeys(t for t in p.out if of_language(t, lang)))
        if text:
            yield text


def main(work, *debs):
    work = Path(work)
    tree = work / "tree"
    tree.mkdir(parents=True, exist_ok=True)
    if not debs:
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=work, check=True)
        debs = sorted(work.glob("*.deb"))
    for deb in debs:
        subprocess.run(["dpkg-deb", "-x", str(deb), str(tree)], check=True)
    doc = tree / "usr/share/doc"
    texts = {lang: {} for lang in LANGS}  # by package, each once
    for where, pattern in SOURCES.items():
        for d in sorted((doc / where).iterdir()):
            m = re.match(pattern, d.name)
            if m and m[1] in texts and d.name != "zh-TW":
                texts[m[1]].setdefault(where, {}).update(dict.fromkeys(documents(d, m[1])))
    for where in ENGLISH:
        texts["en"].setdefault(where.split("/")[0], {}).update(dict.fromkeys(documents(doc / where, "en")))
    files = []
    for lang, packages in texts.items():
        sizes = {p: sum(len(t.encode()) for t in seen) for p, seen in packages.items()}
        packages = {p: seen for p, seen in packages.items() if sizes[p] >= 50_000}
        print(lang, sizes, file=sys.stderr)
        if sum(sizes.values()) < 150_000:
            continue
        files.append(str(work / f"{lang}.jsonl"))
        with open(files[-1], "w", encoding="utf-8") as f:
            for p, seen in packages.items():
                for t in list(seen) * max(1, round((max(sizes.values()) / sizes[p]) ** 0.75)):
                    f.write(json.dumps({"text": t}, ensure_ascii=False) + "\n")
    subprocess.run(["go", "run", "./filter/gen", "filter/tables", *files], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
