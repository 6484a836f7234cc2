package ingest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"corpus"
)

// pdfProgram reads PDFs: a parser of our own would be a project of its own, and
// poppler's has met thirty years of broken ones.
const pdfProgram = "pdftotext"

// capped runs its arguments with the heap, address space (KiB) and processor
// time (seconds) of the first three, and leaves no core files. The arguments are
// never parsed as a script. Not every system has every bound.
const capped = `ulimit -c 0; ulimit -d "$1"; ulimit -v "$2"; ulimit -t "$3"; shift 3; exec "$@"`

// fillPDF takes the text that pdftotext finds, in a child process of bounded
// memory, time and output. Of its modes the default is the one that follows
// columns: -layout keeps them side by side, and -raw gives the order in which the
// file draws, which need not be that of reading. It also undoes hyphenation.
func fillPDF(d *corpus.Document, r io.ReaderAt, size int64) *loss {
	program, err := exec.LookPath(pdfProgram)
	if err != nil {
		return lose(NoPDF, "%s", detailNoPDF)
	}
	dir, err := os.MkdirTemp("", "corpus-pdf-")
	if err != nil {
		return lose(Unreadable, "no room for a copy: %v", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	name := filepath.Join(dir, "in.pdf")
	if err := copyTo(name, io.NewSectionReader(r, 0, size)); err != nil {
		return lose(Unreadable, "no room for a copy: %v", err)
	}
	text, l := pdfText(program, name)
	if l != nil {
		return l
	}
	if strings.TrimSpace(text) == "" {
		return lose(NoText, "no layer of text: a scan, or drawn as outlines")
	}
	d.Text = unwrap(text)
	return nil
}

const detailNoPDF = "no " + pdfProgram + " here; install poppler-utils (Debian, Fedora), poppler (Homebrew)"

// hasPDF says whether PDFs can be read here.
func hasPDF() bool {
	_, err := exec.LookPath(pdfProgram)
	return err == nil
}

// pdfGate leaves out PDFs that cannot be read here for now, and with them the
// archives that they lie in: they are not listed as read, so that a later run
// takes them.
type pdfGate struct {
	open    bool // there is the program
	left    int
	archive string // that the last of them lies in
}

// leaves says whether a source is a PDF that is left out. An archive comes behind
// its members.
func (g *pdfGate) leaves(s *source) bool {
	if !g.open && s.format == formatPDF {
		s.status, s.detail, s.sha256, s.units = NoPDF, detailNoPDF, "", nil
		g.archive = s.archive
		g.left++
		return true
	}
	if s.archive == "" && s.name == g.archive {
		s.sha256 = ""
	}
	return false
}

func copyTo(name string, r io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// pdfText runs the program.
func pdfText(program, name string) (string, *loss) {
	cmd := exec.Command("/bin/sh", "-c", capped, "sh",
		strconv.Itoa(MaxPDFMemory>>10), strconv.Itoa(MaxPDFSpace>>10), strconv.Itoa(MaxPDFSeconds), program, "-enc", "UTF-8", "-nopgbrk", name, "-")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.Dir = filepath.Dir(name)
	complaint := &firstBytes{most: 4 << 10}
	cmd.Stderr = complaint
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", lose(Unreadable, "%s: %v", pdfProgram, err)
	}
	text, readErr := io.ReadAll(io.LimitReader(out, corpus.MaxDocument+1))
	if len(text) > corpus.MaxDocument {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return "", tooLong()
	}
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return "", pdfLoss(err, complaint.String())
	}
	return string(text), nil
}

// pdfLoss tells a PDF that is locked from one that is damaged.
func pdfLoss(err error, complaint string) *loss {
	complaint = strings.TrimSpace(complaint)
	lower := strings.ToLower(complaint)
	var exit *exec.ExitError
	switch {
	case strings.Contains(lower, "incorrect password"):
		return lose(Encrypted, "needs a password")
	case strings.Contains(lower, "copying of text") || errors.As(err, &exit) && exit.ExitCode() == 3:
		return lose(Encrypted, "its owner allows no copies of the text")
	case errors.As(err, &exit) && !exit.Exited():
		return lose(BadPDF, "%s was stopped beyond %d MiB or %d s: %v", pdfProgram, MaxPDFMemory>>20, MaxPDFSeconds, err)
	}
	return lose(BadPDF, "%v: %s", err, complaint)
}

// firstBytes keeps the beginning of what is written to it.
type firstBytes struct {
	bytes.Buffer
	most int
}

func (b *firstBytes) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, b.most-b.Len()))])
	return len(p), nil
}
