#!/usr/bin/env python3
"""Numbers that python-stdnum finds valid, and the same with one digit changed that
it does not, for filter/pii/testdata/stdnum.tsv: kind, number, 1 or 0.

    pip install python-stdnum==2.2
    python3 testdata/scripts/pii_fixtures.py > filter/pii/testdata/stdnum.tsv
"""

import importlib
import random
import string

rnd = random.Random(4)
digits, letters = string.digits, string.ascii_uppercase


def some(n, of=digits):
    return "".join(rnd.choice(of) for _ in range(n))


def day(form, year=(1930, 2015)):
    y, m, d = rnd.randint(*year), rnd.randint(1, 12), rnd.randint(1, 28)
    return form.format(y=y, yy=y % 100, m=m, d=d)


# For each kind: the module of stdnum, and a number of which only the check is left
# to chance.
KINDS = {
    "us.ssn": lambda: some(9),
    "fr.nir": lambda: rnd.choice("12") + day("{yy:02}{m:02}") + f"{rnd.randint(1, 95):02}" + some(8),
    "es.dni": lambda: some(8) + some(1, letters),
    "es.nie": lambda: some(1, "XYZ") + some(7) + some(1, letters),
    "it.codicefiscale": lambda: some(6, letters) + day("{yy:02}") + some(1, "ABCDEHLMPRST") + f"{rnd.randint(1, 28):02}" + some(1, letters) + some(3) + some(1, letters),
    "de.idnr": lambda: "".join(rnd.sample(digits, 9) + [some(1)]) + some(1),
    "nl.bsn": lambda: some(9),
    "pl.pesel": lambda: day("{yy:02}{m:02}{d:02}", (1930, 1999)) + some(5),
    "cn.ric": lambda: rnd.choice(["110101", "310101", "440103", "510104"]) + day("{y}{m:02}{d:02}") + some(3) + some(1, digits + "X"),
    "br.cpf": lambda: some(11),
    "br.cnpj": lambda: some(8) + "0001" + some(2),
    "in_.aadhaar": lambda: some(12),
    "se.personnummer": lambda: day("{yy:02}{m:02}{d:02}", (1930, 1999)) + "-" + some(4),
    "no.fodselsnummer": lambda: day("{d:02}{m:02}{yy:02}", (1940, 1999)) + some(5),
    "dk.cpr": lambda: day("{d:02}{m:02}{yy:02}", (1940, 1999)) + "-" + some(1, "0123") + some(3),
    "be.nn": lambda: day("{yy:02}{m:02}{d:02}", (1940, 1999)) + some(5),
    "ca.sin": lambda: some(9),
    "au.tfn": lambda: some(9),
    "ch.ssn": lambda: "756" + some(10),
    "kr.rrn": lambda: day("{yy:02}{m:02}{d:02}", (1930, 1999)) + "-" + some(1, "12") + some(6),
    "tr.tckimlik": lambda: some(11),
    "pt.nif": lambda: some(1, "123") + some(8),
    "za.idnr": lambda: day("{yy:02}{m:02}{d:02}", (1930, 1999)) + some(4) + some(1, "01") + "8" + some(1),
    "mx.curp": lambda: some(1, letters) + some(1, "AEIOU") + some(2, "BCDFGHJKLMNPQRSTVWXYZ") + day("{yy:02}{m:02}{d:02}", (1930, 1999)) + some(1, "HM")
    + rnd.choice(["DF", "JC", "NL", "VZ"]) + some(3, "BCDFGHJKLMNPQRSTVWXYZ") + some(2),
    "iban": None,
    "luhn": lambda: rnd.choice(["4", "51", "55", "2221"]) + some(20),
}


def iban():
    form = rnd.choice(["DE18n", "GB4a14n", "FR23n", "NL4a10n", "ES20n", "IT1a22n", "CH17n", "PL24n", "NO11n", "BE12n", "AT16n", "SE20n", "DK14n", "FI14n", "SA20n"])
    body, n = "", ""
    for c in form[2:]:
        if c.isdigit():
            n += c
        else:
            body, n = body + some(int(n), digits if c == "n" else letters), ""
    return form[:2] + some(2) + body


def changed(number):
    at = rnd.choice([i for i, c in enumerate(number) if c.isdigit()])
    return number[:at] + rnd.choice(digits.replace(number[at], "")) + number[at + 1 :]


def main():
    for kind, make in KINDS.items():
        valid = importlib.import_module("stdnum." + kind).is_valid
        if kind == "luhn":
            make = lambda make=KINDS[kind]: make()[:16]
        good, bad = [], []
        while len(good) < 30:
            n = (make or iban)()
            ok = valid(n, check_country=False) if kind == "iban" else valid(n)
            if ok and n not in good:
                good.append(n)
        tries = 0
        while len(bad) < 30 and tries < 10000:
            tries += 1
            n = changed(rnd.choice(good))
            if not (valid(n, check_country=False) if kind == "iban" else valid(n)) and n not in bad:
                bad.append(n)
        for n in good:
            print(kind, n, 1, sep="\t")
        for n in bad:
            print(kind, n, 0, sep="\t")


main()
