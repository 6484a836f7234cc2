r"""Makes internal/spacy/rules.gz: the tokenizer rules of spaCy's blank languages.

Needs spacy==3.8.18 and datatrove==0.10.1 (Python 3.11); run from the root of
the repository:

    python3 testdata/scripts/spacy_rules.py

The affix expressions are parsed by Python's own parser and written as trees
whose leaves are sets of characters, evaluated by Python's own engine. The file
is lines of text, gzipped:

    set LO-HI,LO,...       set 0, 1, ...: ranges of code points, in hexadecimal
    space|punct|letter|digit|word|symbol|stop|lower N
                           the numbers of the sets of white space, of category
                           P, of L and M, of \d, of \w, of datatrove's
                           punctuation, of the sentencizer's closing characters
                           and of spaCy's lower-case letters
    base A B ...           special cases of most languages, tab-separated
    alias A L ...          language codes whose rules are those of L
    lang L                 begins a language: its lines follow
    nobase A ...           special cases of base that it has not
    case A B ...           special cases as their tokens, tab-separated, the
                           tokens of one joined by U+0000;
                           U+0001 is a tab, U+0002 a line feed
    prefix|suffix|infix|token TREE   one alternative each, in order; no prefix
                           matches the empty string, nor does an infix that
                           does not look ahead
    free TREE              a prefix whose expression is not held to the start

A tree is tokens set apart by blanks: N (set N), ( ... ) sequence, [ ... ]
alternation in order, *MIN,MAX tree (greedy; no MAX: unbounded), a and A tree
(look ahead, negated), b and B tree (look behind), ^ and $.
"""

import csv
import gzip
import os
import re
import sys
import unicodedata
from re import _compiler, _constants as c, _parser

import datatrove
import spacy
from datatrove.utils.text import PUNCTUATION_SET
from spacy.lang.tokenizer_exceptions import URL_MATCH
from spacy.pipeline.sentencizer import Sentencizer

OUT = "internal/spacy/rules.gz"
ALL = [i for i in range(0x110000) if not 0xD800 <= i <= 0xDFFF]
TEXT = "".join(map(chr, ALL))


class Unsupported(Exception):
    pass


class Sets:
    """The table of sets of characters; equal sets have one number."""

    def __init__(self):
        self.number, self.members = {}, []

    def add(self, chars):
        key = frozenset(chars)
        if key not in self.number:
            self.number[key] = len(self.members)
            self.members.append(key)
        return self.number[key]


def ranges(chars):
    out = []
    for x in sorted(chars):
        if out and out[-1][1] == x - 1:
            out[-1][1] = x
        else:
            out.append([x, x])
    return ",".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in out)


SETS = Sets()
EVALUATED = {}


def leaf(item, state):
    """The set of characters that one item of a parsed expression matches."""
    flags = state.flags & (re.I | re.A | re.S)
    key = (repr(item), flags)
    if key not in EVALUATED:
        if item[0] is c.LITERAL and not flags & re.I:
            found = {item[1]}
        else:
            alone = _parser.State()
            alone.flags = state.flags
            one = _parser.SubPattern(alone, [item])
            found = {ord(m) for m in _compiler.compile(one).findall(TEXT)}
        EVALUATED[key] = SETS.add(found)
    return EVALUATED[key]


def tree(pattern, state):
    """A parsed expression as nested tuples."""
    return ("seq", [node(item, state) for item in pattern])


def node(item, state):
    op, arg = item
    if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
        return ("set", leaf(item, state))
    if op is c.BRANCH:
        return ("alt", [tree(p, state) for p in arg[1]])
    if op is c.SUBPATTERN:
        _, on, off, p = arg
        if on or off:
            raise Unsupported("inline flags")
        return tree(p, state)
    if op is c.MAX_REPEAT:
        low, high, p = arg
        high = None if high is c.MAXREPEAT else int(high)
        body = tree(p, state)
        if high is None and nullable(body):
            raise Unsupported("a repeat of nothing")
        return ("rep", low, high, body)
    if op in (c.ASSERT, c.ASSERT_NOT):
        kind = "a" if arg[0] > 0 else "b"
        return ("look", kind.upper() if op is c.ASSERT_NOT else kind, tree(arg[1], state))
    if op is c.AT and arg is c.AT_BEGINNING:
        return ("^",)
    if op is c.AT and arg is c.AT_END:
        return ("$",)
    raise Unsupported(f"{op} {arg}"[:80])


def nullable(n):
    kind = n[0]
    if kind == "set":
        return False
    if kind == "seq":
        return all(map(nullable, n[1]))
    if kind == "alt":
        return any(map(nullable, n[1]))
    if kind == "rep":
        return n[1] == 0 or nullable(n[3])
    return True


def show(n):
    kind = n[0]
    if kind == "set":
        return str(n[1])
    if kind == "seq":
        return show(n[1][0]) if len(n[1]) == 1 else "( " + " ".join(map(show, n[1])) + " )"
    if kind == "alt":
        return "[ " + " ".join(map(show, n[1])) + " ]"
    if kind == "rep":
        return f"*{n[1]},{'' if n[2] is None else n[2]} {show(n[3])}"
    if kind == "look":
        return f"{n[1]} {show(n[2])}"
    return kind


def flat(n):
    """n without sequences inside sequences."""
    if n[0] == "seq":
        out = []
        for x in map(flat, n[1]):
            out += x[1] if x[0] == "seq" else [x]
        return ("seq", out)
    if n[0] == "alt":
        return ("alt", [flat(x) for x in n[1]])
    if n[0] == "rep":
        return ("rep", n[1], n[2], flat(n[3]))
    if n[0] == "look":
        return ("look", n[1], flat(n[2]))
    return n


def alternatives(n):
    """The alternatives of a tree in order, what stands before or after them put into each."""
    n = flat(n)
    if n[0] == "alt":
        return [a for x in n[1] for a in alternatives(x)]
    if n[0] == "seq":
        alts = [i for i, x in enumerate(n[1]) if x[0] == "alt"]
        # Only a branch behind anchors alone is the expression's own.
        if len(alts) == 1 and all(x[0] in "^$" for i, x in enumerate(n[1]) if i != alts[0]):
            i = alts[0]
            return [a for x in n[1][i][1] for a in alternatives(("seq", n[1][:i] + [x] + n[1][i + 1 :]))]
    return [n if n[0] == "seq" else ("seq", [n])]


def first(n):
    """The characters that a match of n may begin with; None: any."""
    kind = n[0]
    if kind == "set":
        return SETS.members[n[1]]
    if kind == "alt":
        parts = [first(x) for x in n[1]]
        return None if None in parts else frozenset().union(*parts)
    if kind == "rep":
        return None if n[1] == 0 else first(n[3])
    if kind == "seq":
        for x in n[1]:
            if x[0] in ("look", "^", "$"):
                continue
            if x[0] == "rep" and x[1] == 0:
                return None
            return first(x)
    return None


def merged(alts, ordered):
    """alts with single characters joined where that does not change which one is first."""
    out = []
    for a in alts:
        if len(a[1]) == 1 and a[1][0][0] == "set":
            mine = SETS.members[a[1][0][1]]
            for i in range(len(out) - 1, -1, -1):
                b = out[i]
                if len(b[1]) == 1 and b[1][0][0] == "set":
                    out[i] = ("seq", [("set", SETS.add(SETS.members[b[1][0][1]] | mine))])
                    break
                theirs = first(b)
                if ordered and (theirs is None or theirs & mine):
                    out.append(a)
                    break
            else:
                out.append(a)
        else:
            out.append(a)
    return out


def parsed(pattern):
    p = _parser.parse(pattern)
    return likely(alternatives(tree(p, p.state)))


def spread(alts):
    """alts with each branch of an alternation an alternative of its own, where their order does not matter: the
    matcher then tries only those that end in the right character."""
    out = []
    for a in alts:
        at = next((i for i, x in enumerate(a[1]) if x[0] == "alt"), None)
        out += [a] if at is None else spread([flat(("seq", a[1][:at] + [x] + a[1][at + 1 :])) for x in a[1][at][1]])
    return out


def factored(alts):
    """alts with what several begin with written once, where their order does not matter."""
    groups = {}
    for a in alts:
        groups.setdefault(show(a[1][0]) if a[1] else "", []).append(a[1])
    out = []
    for key, group in groups.items():
        if len(group) == 1 or key == "":
            out.append(("seq", group[0]))
        else:
            rest = factored([("seq", g[1:]) for g in group])
            out.append(("seq", [group[0][0], rest[0] if len(rest) == 1 else ("alt", rest)]))
    return out


def started(alts):
    """alts without the ^ at their start, and those that have none: they may match anywhere."""
    free = [a for a in alts if a[1][0] != ("^",)]
    if any("look" in repr(a) for a in free):
        raise Unsupported("a free prefix that looks around")
    return [a if a in free else ("seq", a[1][1:]) for a in alts], free


def likely(alts):
    """alts without those that only one string of over 100 characters matches: Hungarian lists its symbols without
    the brackets of a set."""
    return [a for a in alts if len(a[1]) <= 100 or any(x[0] not in ("set", "^", "$") for x in a[1])]


def ended(alts):
    """alts without the $ that each must have at its end."""
    if any(a[1][-1] != ("$",) for a in alts):
        raise Unsupported("a suffix that may end elsewhere")
    return [("seq", a[1][:-1]) for a in alts]


def rules(tokenizer):
    """The alternatives of a tokenizer's expressions by kind."""
    out = {"prefix": [], "free": [], "suffix": [], "infix": [], "token": []}
    if tokenizer.prefix_search:
        alts, out["free"] = started(parsed(tokenizer.prefix_search.__self__.pattern))
        out["prefix"] = merged(alts, True)
    if tokenizer.suffix_search:
        out["suffix"] = merged(spread(ended(parsed(tokenizer.suffix_search.__self__.pattern))), False)
    if tokenizer.infix_finditer:
        out["infix"] = merged(parsed(tokenizer.infix_finditer.__self__.pattern), True)
    if tokenizer.token_match:
        alts = parsed(tokenizer.token_match.__self__.pattern)
        # Asked of whole strings, so a ^ in front says nothing.
        out["token"] = factored([("seq", a[1][1:]) if a[1][0] == ("^",) else a for a in alts])
    if tokenizer.url_match is None or tokenizer.url_match.__self__.pattern != URL_MATCH.__self__.pattern:
        raise Unsupported("another pattern of addresses")
    for kind in "prefix", "infix":
        for a in out[kind]:
            ahead = kind == "infix" and any(x[0] == "look" and x[1] == "a" for x in a[1])
            if nullable(a) and not ahead:
                raise Unsupported(f"a {kind} of nothing")
    return out


def cases(tokenizer):
    out = []
    for text, tokens in sorted(tokenizer.rules.items()):
        parts = [t[65] if 65 in t else t["ORTH"] for t in tokens]
        if any(x in "".join(parts) for x in "\0\r"):
            raise Unsupported("a special case with control characters")
        assert "".join(parts) == text
        # Tabs and line feeds separate cases in the file.
        out.append("\0".join(parts).replace("\t", "\1").replace("\n", "\2"))
    return out


def assignments():
    """datatrove's tokenizer of every two-letter code, and spaCy's languages it uses."""
    path = os.path.join(os.path.dirname(datatrove.__file__), "assets", "tokenizer_assignment.csv")
    codes, used, others = {}, set(), {}
    with open(path) as f:
        for row in csv.DictReader(f):
            if row["type"] == "SpaCyTokenizer":
                used.add(row["tok_code"])
            key = row["code_1"]
            if key and row["type"] and row["default_code_1"] == "TRUE" and row["default_script"] == "TRUE":
                codes.setdefault(key, row["tok_code"] if row["type"] == "SpaCyTokenizer" else None)
            elif key and row["type"] == "SpaCyTokenizer":
                others.setdefault(key, row["tok_code"])
    # Norwegian (no) has no default of its own, but datatrove serves the code.
    return others | codes, used


def main():
    codes, used = assignments()
    named = [
        ("space", SETS.add(i for i in ALL if chr(i).isspace())),
        ("punct", SETS.add(i for i in ALL if unicodedata.category(chr(i))[0] == "P")),
        ("letter", SETS.add(i for i in ALL if unicodedata.category(chr(i))[0] in "LM")),
        ("digit", leaf((c.IN, [(c.CATEGORY, c.CATEGORY_DIGIT)]), _parser.parse("").state)),
        ("word", leaf((c.IN, [(c.CATEGORY, c.CATEGORY_WORD)]), _parser.parse("").state)),
        ("symbol", SETS.add(map(ord, PUNCTUATION_SET))),
        ("stop", SETS.add(map(ord, Sentencizer.default_punct_chars))),
        ("lower", SETS.add(map(ord, re.findall("[" + spacy.lang.char_classes.ALPHA_LOWER + "]", TEXT)))),
    ]
    base = cases(spacy.blank("xx").tokenizer)
    body, kept = [], set()
    for lang in sorted(used):
        try:
            tokenizer = spacy.blank(lang).tokenizer
            if type(tokenizer) is not spacy.tokenizer.Tokenizer or not tokenizer.faster_heuristics:
                raise Unsupported("a tokenizer of its own")
            found, special = rules(tokenizer), cases(tokenizer)
        except (Unsupported, ImportError) as e:
            print(f"{lang}: left out: {str(e).splitlines()[0]}", file=sys.stderr)
            continue
        kept.add(lang)
        body.append(f"lang {lang}")
        body.append("nobase\t" + "\t".join(sorted(set(base) - set(special))))
        body.append("case\t" + "\t".join(x for x in special if x not in set(base)))
        for kind, alts in found.items():
            body += [f"{kind} {show(a)}" for a in alts]
    aliases = [f"{a}={l}" for a, l in sorted(codes.items()) if l in kept and a != l]
    head = [f"set {ranges(s)}" for s in SETS.members]
    head += [f"{name} {n}" for name, n in named]
    head += ["alias " + " ".join(aliases), "base\t" + "\t".join(base)]
    blob = ("\n".join(head + body) + "\n").encode()
    with open(OUT, "wb") as f:
        f.write(gzip.compress(blob, 9, mtime=0))
    print(f"{len(kept)} languages, {len(SETS.members)} sets, {len(blob)} bytes, {os.path.getsize(OUT)} gzipped")
    print("not of these rules:", " ".join(sorted(a for a, l in codes.items() if l not in kept)))


if __name__ == "__main__":
    main()
