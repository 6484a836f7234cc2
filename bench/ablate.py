"""The proof that selection helps: a pool of real text, and `corpus ablate` on it.

    python3 bench/ablate.py [DIR]           (Debian or Ubuntu; DIR: default /tmp/ablate-data)
    python3 bench/ablate.py DIR --steps 10  (what follows DIR goes to `corpus ablate`)

Needs bin/corpus with the trainer (`make`), Go, apt-get and 3 GB; nothing is
installed, packages are downloaded and unpacked. What is there already is not made
again. Below DIR:

    pool/man    manual pages in English and eight languages, as text
    pool/doc    documentation in the same languages: the HTML and text of packages
    pool/code   the source of the Go that is installed
    pool/log    logs: of packages, of a build, of tests
    target.jsonl, heldout.jsonl   see below
    ws/         the workspace: data/ of the pool, data/ablate and runs/ of the proof

The task: English prose for those who run and maintain a Debian system. TARGET and
HELDOUT were chosen before any result was seen, as books of one kind by different
authors; a package is in one of pool, target and held-out only, in every language.
For the same reason the packages that the built-in target was made from (python3-doc,
postgresql-doc, installation-guide) are not in the pool: both targets have to find
what is like them, not themselves. All arms have --lang en, so that what differs is
what was chosen of the English text that passed the rules.
"""

import shutil
import subprocess
import sys
from pathlib import Path

LANGUAGES = ["de", "es", "fr", "it", "ja", "pl", "ru", "zh"]
TARGET = ["debian-handbook", "debian-reference-en", "harden-doc", "aptitude-doc-en"]
HELDOUT = ["developers-reference", "maint-guide", "debian-policy", "debian-faq"]
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
PROOF = ["--lang", "en", "--keep", "0.01", "--vocab", "8000", "--steps", "1200"]


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


def unpack(home, packages):
    """Downloads and unpacks packages; gives the directory of each."""
    debs, trees = home / "deb", home / "unpacked"
    debs.mkdir(parents=True, exist_ok=True)
    missing = [p for p in packages if not (trees / p).is_dir()]
    fetch = [p for p in missing if not list(debs.glob(f"{p}_*.deb"))]
    if fetch:
        run("apt-get", "download", "-q", *fetch, cwd=debs, stdout=subprocess.DEVNULL)
    for p in missing:
        run("dpkg-deb", "-x", next(debs.glob(f"{p}_*.deb")), trees / f".tmp-{p}")
        (trees / f".tmp-{p}").rename(trees / p)
    return {p: trees / p for p in packages}


def copy_docs(tree, to, only=None):
    """Copies pages and texts. What is compressed stays so: ingest reads it."""
    for f in sorted(tree.rglob("*")):
        name = f.name.removesuffix(".gz")
        if only and "debian-handbook/html/" in str(f) and only not in str(f):
            continue  # of the handbook the other languages, which are half in English
        if f.is_file() and not f.is_symlink() and name.endswith(WANTED) and "/man/" not in str(f):
            out = to / f.relative_to(tree)
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(f, out)


def render_man(tree, to, mandoc):
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


def assemble(home):
    mandoc = unpack(home, ["mandoc"])["mandoc"] / "usr/bin/mandoc"
    pool = home / "pool"
    once(pool / "man", lambda to: [render_man(t, to / p, mandoc) for p, t in unpack(home, MAN).items()])
    once(pool / "doc", lambda to: [copy_docs(t, to / p) for p, t in unpack(home, DOC).items()])
    once(pool / "code", copy_code)
    once(pool / "log", make_logs)
    for name, packages in (("target", TARGET), ("heldout", HELDOUT)):
        once(home / name, lambda to, packages=packages: [copy_docs(t, to / p, ENGLISH) for p, t in unpack(home, packages).items()])


def english(home, name):
    """The English texts of target or held-out, each once, as JSON lines."""
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
    for name in ("target", "heldout"):
        english(home, name)
    ws = home / "ws"
    ingest(ws, home / "pool")
    run(CORPUS, "ablate", "-C", ws, *PROOF, "--target", home / "target.jsonl", "--heldout", home / "heldout.jsonl", *sys.argv[2:])


if __name__ == "__main__":
    main()
