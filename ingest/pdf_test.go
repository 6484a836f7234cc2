package ingest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// pdf is a PDF of a page that shows lines at the places given; more is added to
// its trailer.
func pdf(more string, lines ...string) string {
	content := "BT /F1 12 Tf\n"
	for i, line := range lines {
		x, y := 72, 720-20*i
		if before, after, ok := strings.Cut(line, "@"); ok { // text@x,y
			line = before
			fmt.Sscanf(after, "%d,%d", &x, &y)
		}
		content += fmt.Sprintf("1 0 0 1 %d %d Tm (%s) Tj\n", x, y, line)
	}
	content += "ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	s, table := "%PDF-1.4\n", "0000000000 65535 f \n"
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", len(s))
		s += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	return s + fmt.Sprintf("xref\n0 %d\n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table, len(objects)+1, more, len(s))
}

func needPDF(t *testing.T) {
	t.Helper()
	if !hasPDF() {
		t.Skip("needs pdftotext (package poppler-utils)")
	}
}

func TestPDF(t *testing.T) {
	needPDF(t)
	locked := "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 " +
		"/O <" + strings.Repeat("ab", 32) + "> /U <" + strings.Repeat("cd", 32) + "> >>"
	left, right := []string{"left one@72,700", "left two@72,686", "left three@72,672"}, []string{"right one@340,700", "right two@340,686", "right three@340,672"}
	var rows []string // as a program that fills both columns at once writes them
	for i := range left {
		rows = append(rows, left[i], right[i])
	}
	tests := []struct{ name, content, text, lost string }{
		{"text", pdf("", "Hello, world.", `Stra\337e`), "Hello, world.\nStraße", ""},
		{"compressed", members(pdf("", "Hello.")), "Hello.", ""},
		{"behind something else", "\x00\x01\x02junk\n" + pdf("", "Hello."), "Hello.", ""},
		{"columns", pdf("", rows...), "left one\nleft two\nleft three\n\nright one\nright two\nright three", ""},
		{"without text", pdf(""), "", NoText},
		{"password", pdf(locked, "Hello."), "", Encrypted},
		{"no PDF", "%PDF-1.4\nnothing else", "", BadPDF},
		{"cut", pdf("", "Hello.")[:100], "", BadPDF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(1)
			m.run(t, Config{}, put(t, "x'; $(touch y) `z`.pdf", tt.content))
			m.gives(t, tt.text, tt.lost)
		})
	}
}

// TestNoPDF: without the program PDFs are listed with what to install, and warned
// of once.
func TestNoPDF(t *testing.T) {
	dir := put(t, "a.pdf", pdf("", "Hello."), "b.pdf", pdf("", "World."), "c.txt", "text")
	t.Setenv("PATH", "")
	var warned []string
	m := newMemory(1)
	cfg := Config{Warn: func(source, reason, detail string) { warned = append(warned, source+" "+reason+" "+detail) }}
	m.run(t, cfg, dir)
	if got := m.losses(); !slices.Equal(got, []string{fmt.Sprint(corpus.NullInt, " ", NoPDF), fmt.Sprint(corpus.NullInt, " ", NoPDF)}) || m.count("lost."+NoPDF) != 2 {
		t.Errorf("lost %v", m.lost())
	}
	if len(warned) != 1 || !strings.Contains(warned[0], "poppler-utils") {
		t.Errorf("warned %q", warned)
	}
	var d corpus.Document
	if l := fillPDF(&d, strings.NewReader("%PDF-"), 5); l == nil || l.reason != NoPDF {
		t.Errorf("%v", l)
	}
}

// TestPDFLater: what was left for want of the program is taken by a later run
// that has it; until then a run has nothing new.
func TestPDFLater(t *testing.T) {
	needPDF(t)
	dir := put(t, "a.pdf", pdf("", "Hello."), "b.zip", zipped("b.pdf", pdf("", "World."), "b.txt", "b"), "c.txt", "text")
	path := os.Getenv("PATH")
	m := newMemory(1)
	again := func() {
		m.first += m.parts
		m.counts = map[string]corpus.Counts{}
		m.run(t, Config{}, dir)
	}
	t.Setenv("PATH", "")
	again()
	again()
	if m.parts != 0 {
		t.Errorf("a run with nothing new made %d parts", m.parts)
	}
	t.Setenv("PATH", path)
	again()
	again()
	if m.parts != 0 {
		t.Errorf("a run after all is read made %d parts", m.parts)
	}
	if got := m.texts(); !slices.Equal(got, []string{"b", "text", "Hello.", "World."}) {
		t.Errorf("texts %q, lost %v", got, m.lost())
	}
}

// TestPDFCaps runs programs in the place of pdftotext that take too much.
func TestPDFCaps(t *testing.T) {
	tests := []struct{ name, script, lost string }{
		{"output", `exec yes`, TooLarge},
		{"memory", `a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done`, BadPDF},
		{"failure", `echo "Syntax Error: x" >&2; exit 1`, BadPDF},
		{"no copies", `echo "Copying of text from this document is not allowed." >&2; exit 3`, Encrypted},
		{"complaints", `yes >&2 & p=$!; sleep 0.2; kill $p; echo text`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "pdftotext")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+tt.script+"\n"), 0o777); err != nil {
				t.Fatal(err)
			}
			_, l := pdfText(program, filepath.Join(t.TempDir(), "in.pdf"))
			reason := ""
			if l != nil {
				reason = l.reason
			}
			if reason != tt.lost {
				t.Errorf("%v, want %q", l, tt.lost)
			}
		})
	}
}

// TestPDFLeavesNothing: the copy goes with the child process.
func TestPDFLeavesNothing(t *testing.T) {
	needPDF(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var d corpus.Document
	for _, content := range []string{pdf("", "Hello."), "%PDF-1.4\n"} {
		fillPDF(&d, bytes.NewReader([]byte(content)), int64(len(content)))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 || d.Text == "" {
		t.Errorf("%v left, text %q: %v", left, d.Text, err)
	}
}
