"""The proof that selection helps: a pool of real text, and `corpus ablate` on it.

    python3 bench/ablate.py [DIR]           (Debian or Ubuntu; DIR: default /tmp/ablate-data)
    python3 bench/ablate.py DIR --steps 10  (what follows DIR goes to `corpus ablate`)

Needs bin/corpus with the trainer (`make`), Go, apt-get, 6 GB of disk and about an hour
and a half of two cores, most of it for the trainings. Nothing is installed; packages
are downloaded, and of each what is text is kept. What is there already is not made
again, and trainings that were stopped go on.
Below DIR:

    pool/man    manual pages in English and eight languages, as text
    pool/doc    the HTML and text of Debian's documentation packages, and of some in
                the same languages
    pool/code   the source of the Go that is installed
    pool/log    logs: of packages, of a build, of tests
    target.jsonl, heldout.jsonl, second.jsonl   see below
    ws/         the workspace: data/ of the pool, data/ablate and runs/ of the proof

The task: English prose for those who run and maintain a Debian system. TARGET and
HELDOUT were chosen before any result was seen, as books of one kind by different
authors. SECOND is less like the target: a history, manuals of tools, a book on
variants of Debian; it is measured on the same trainings. A source package is in one of
pool, target and held-out only, in every language and edition. For the same reason the
packages that the built-in target was made from (python3-doc, postgresql-doc,
installation-guide) are not in the pool: both targets have to find what is like them,
not themselves.

The pool is large so that a share of it can be choosy: besides DOC every package of the
section `doc` whose name says that it is documentation, the smallest first, up to LIMIT
unpacked; so a few are left out that are each as large as a hundred others. The listings
of Haskell's and Java's libraries, over a thousand packages that two programs have
generated, are left out too. All arms have --lang en, so that what differs is what was
chosen of the English text that passed the rules.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

LANGUAGES = ["de", "es", "fr", "it", "ja", "pl", "ru", "zh"]
TARGET = ["debian-handbook", "debian-reference-en", "harden-doc", "aptitude-doc-en"]
HELDOUT = ["developers-reference", "maint-guide", "debian-policy", "debian-faq"]
SECOND = ["blends-doc", "debian-history", "debdelta-doc", "debiandoc-sgml-doc", "dput-ng-doc"]
BUILT_IN = ["python3-doc", "python3.11-doc", "postgresql-doc", "postgresql-doc-15", "installation-guide-amd64"]
DOCUMENTATION = re.compile(r"-(doc|docs|documentation|doc-en|doc-html|doc-txt|manual|manual-html|refman-html|guide|guide-html|handbook|tutorial)$")
LISTING = re.compile(r"^libghc-|-java-doc$")
LIMIT = 3_000_000  # of Installed-Size, which is in KiB
BATCH = 200  # packages that are downloaded at once
MAN = (["manpages", "manpages-dev", "manpages-zh"] + [f"manpages-{lang}{dev}" for lang in LANGUAGES[:-1] for dev in ("", "-dev")])
DOC = ["abs-guide", "apache2-doc", "apt-doc", "autoconf-doc", "bash-doc", "bind9-doc", "cmake-doc", "debconf-doc", "debian-edu-doc-en",
       "debian-kernel-handbook", "debmake-doc", "doc-debian", "exim4-doc-html", "fai-doc", "freedombox-doc-en", "ganeti-doc", "git-annex",
       "git-doc", "gitolite3", "ikiwiki", "inn2", "libvirt-doc", "linux-doc-6.1", "live-manual-html", "mailman3-doc", "maxima-doc",
       "nodejs-doc", "ntpsec-doc", "octave-doc", "openafs-doc", "perl-doc", "postfix-doc", "python-django-doc", "python-sqlalchemy-doc",
       "rsyslog-doc", "shorewall-doc", "sqlite3-doc", "subversion", "vim-doc", "wireshark-doc", "xen-doc", "zsh-doc"]
# LibreOffice's help is the bulk of what is not English and not a manual page.
DOC += [f"libreoffice-help-{lang}" for lang in LANGUAGES[:-1] + ["zh-cn"]]
WANTED = (".html", ".htm", ".txt", ".rst", ".md", ".pod", ".text")
CORPUS = Path(__file__).resolve().parent.parent / "bin" / "corpus"
ENGLISH = "/html/en-US/"
PROOF = ["--lang", "en", "--keep", "0.005", "--vocab", "8000", "--steps", "1200"]


def run(*command, ok=(0,), **kw):
    command = [str(c) for c in command]
    code = subprocess.run(command, **kw).returncode
    if code not in ok:
        sys.exit(f"{' '.join(command)}: exit code {code}")


def ingest(ws, source):
    """A few pages of these packages are damaged, which is exit code 3."""
    if not ws.exists():
        run(CORPUS, "init", ws)
    run(CORPUS, "ingest", "-C", ws, source, ok=(0, 3))
    run(CORPUS, "dedup", "-C", ws)


def available():
    """What apt knows of each package, as field: value."""
    text = subprocess.run(["apt-cache", "dumpavail"], check=True, stdout=subprocess.PIPE, text=True).stdout
    packages = {}
    for stanza in text.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.M))
        packages.setdefault(fields.get("Package", ""), fields)
    return packages


def source(fields):
    return fields.get("Source", fields["Package"]).split()[0]


def documentation():
    """DOC and the smallest other packages of documentation, up to LIMIT."""
    known = available()
    taken = {source(known[p]) for p in TARGET + HELDOUT + SECOND + BUILT_IN}
    found = sorted((int(f["Installed-Size"]), p) for p, f in known.items()
                   if f.get("Section") == "doc" and DOCUMENTATION.search(p) and not LISTING.search(p) and p not in DOC and source(f) not in taken)
    packages, size = list(DOC), 0
    for kib, p in found:
        size += kib
        if size > LIMIT:
            break
        packages.append(p)
    return packages


def trees(home, packages):
    """Downloads and unpacks packages; each is there until the next is asked for."""
    for i in range(0, len(packages), BATCH):
        work = home / ".tmp-deb"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        run("apt-get", "download", "-q", "-o", "Acquire::Retries=3", *packages[i:i + BATCH], cwd=work, stdout=subprocess.DEVNULL)
        for p in packages[i:i + BATCH]:
            run("dpkg-deb", "-x", next(work.glob(f"{p}_*.deb")), work / p)
            yield p, work / p
            shutil.rmtree(work / p, ignore_errors=True)
        shutil.rmtree(work)


def take_docs(tree, to, only=None):
    """Moves pages and texts. What is compressed stays so: ingest reads it."""
    to.mkdir(parents=True)
    for f in sorted(tree.rglob("*")):
        name = f.name.removesuffix(".gz")
        if only and "debian-handbook/html/" in str(f) and only not in str(f):
            continue  # of the handbook the other languages, which are half in English
        if f.is_file() and not f.is_symlink() and name.endswith(WANTED) and "/man/" not in str(f):
            out = to / f.relative_to(tree)
            out.parent.mkdir(parents=True, exist_ok=True)
            f.rename(out)


def render_man(tree, to, mandoc):
    to.mkdir(parents=True)
    for f in sorted(tree.glob("usr/share/man/**/*.[1-9]*")):
        if f.is_symlink() or not f.is_file():
            continue
        # -O width: one line a paragraph, as in other text; overstrikes are bold.
        text = subprocess.run([mandoc, "-T", "utf8", "-K", "utf-8", "-O", "width=1000", f], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        text = strip_overstrikes(text.decode("utf-8", "replace"))
        out = to / f.relative_to(tree / "usr/share/man").with_suffix(".txt" if f.suffix == ".gz" else f.suffix + ".txt")
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text)


def strip_overstrikes(text):
    out = []
    for c in text:
        if c == "\b":
            if out:
                out.pop()
        else:
            out.append(c)
    return "".join(out)


def copy_code(to):
    root = Path(subprocess.run(["go", "env", "GOROOT"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
    for f in sorted(root.joinpath("src").rglob("*")):
        if f.suffix in (".go", ".s", ".c", ".h", ".pl", ".js", ".bash") and f.is_file():
            out = to / f.relative_to(root).parent / (f.name + ".txt")
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(f, out)


def make_logs(to):
    """Logs as programs write them: of the package manager, of a build, of tests."""
    to.mkdir(parents=True)
    for f in sorted(Path("/var/log").rglob("*.log")):
        if f.is_file() and f.stat().st_size:
            shutil.copyfile(f, to / (f.name + ".txt"))
    with open(to / "build.log.txt", "wb") as out:
        run("go", "build", "-a", "-n", "-x", "std", "cmd", stdout=out, stderr=out, cwd="/")
    with open(to / "test.log.txt", "wb") as out:
        run("go", "test", "-v", "-short", "strconv", "strings", "path/filepath", "encoding/json", "net/url", "time", "text/template", stdout=out, stderr=out, cwd="/")


def once(directory, make):
    """Makes a directory whole or not at all."""
    if not directory.exists():
        tmp = directory.with_name(".tmp-" + directory.name)
        shutil.rmtree(tmp, ignore_errors=True)
        tmp.parent.mkdir(parents=True, exist_ok=True)
        make(tmp)
        tmp.rename(directory)


def each(home, to, packages, make):
    """make(tree, directory) for every package that has no directory yet."""
    for p, tree in trees(home, [p for p in packages if not (to / p).exists()]):
        once(to / p, lambda directory: make(tree, directory))


def assemble(home):
    pool = home / "pool"
    each(home, home, ["mandoc"], lambda tree, to: tree.rename(to))
    mandoc = home / "mandoc/usr/bin/mandoc"
    for name, packages in (("target", TARGET), ("heldout", HELDOUT), ("second", SECOND)):
        each(home, home / name, packages, lambda tree, to: take_docs(tree, to, ENGLISH))
    each(home, pool / "man", MAN, lambda tree, to: render_man(tree, to, mandoc))
    each(home, pool / "doc", documentation(), take_docs)
    once(pool / "code", copy_code)
    once(pool / "log", make_logs)


def english(home, name):
    """The English texts of target or a held-out text, each once, as JSON lines."""
    out, ws = home / f"{name}.jsonl", home / f"ws-{name}"
    if out.exists():
        return
    ingest(ws, home / name)
    with open(home / f".tmp-{name}", "wb") as f:
        run(CORPUS, "cat", "dedup", "--lang", "en", "-C", ws, stdout=f)
    (home / f".tmp-{name}").rename(out)


def main():
    home = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/ablate-data").resolve()
    assemble(home)
    for name in ("target", "heldout", "second"):
        english(home, name)
    ws = home / "ws"
    ingest(ws, home / "pool")
    for heldout in ("heldout", "second"):
        run(CORPUS, "ablate", "-C", ws, *PROOF, "--target", home / "target.jsonl", "--heldout", home / f"{heldout}.jsonl", *sys.argv[2:])


if __name__ == "__main__":
    main()
