package pii

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// documentation are the roots that TestTechnical reads: what packages of Debian bring,
// and Go's own tree.
func documentation() []string {
	if roots := os.Getenv("PII_ROOTS"); roots != "" {
		return filepath.SplitList(roots)
	}
	roots := []string{"/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/perl", "/usr/lib/python3"}
	if goroot, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		roots = append(roots, filepath.Join(strings.TrimSpace(string(goroot)), "src"))
	}
	return roots
}

// TestTechnical counts what is found in 100 MB and more of technical documentation. What
// share of it is wrong a reader has to judge: PII_SHOW=pii.ip prints each span of that
// kind with what stands around it (the texts are public), PII_EVERY=n every nth.
func TestTechnical(t *testing.T) {
	if os.Getenv("PII_FIGURES") == "" {
		t.Skip("needs PII_FIGURES=1, as make figures sets it, and a minute")
	}
	f := finder(t)
	counts := map[string]int{}
	size, files := 0, 0
	for _, root := range documentation() {
		rootSize := 0
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			text := readable(path)
			size, files, rootSize = size+len(text), files+min(1, len(text)), rootSize+len(text)
			for _, e := range f.Append(nil, text) {
				counts[e.Rule]++
				show(t, path, text, e.Rule, e.Start, e.End, counts[e.Rule])
			}
			return nil
		})
		t.Logf("%-30s %7.1f MB", root, float64(rootSize)/1e6)
	}
	mb := float64(size) / 1e6
	t.Logf("%d files, %.1f MB", files, mb)
	for _, k := range Kinds() {
		t.Logf("%-13s %6d, %.3f a MB", k, counts[k], float64(counts[k])/mb)
	}
}

// show prints a span that was asked for.
func show(t *testing.T, path, text, rule string, start, end, n int) {
	every, err := strconv.Atoi(os.Getenv("PII_EVERY"))
	if err != nil {
		every = 1
	}
	if os.Getenv("PII_SHOW") != rule || n%every != 0 {
		return
	}
	line := func(s string) string { return strings.NewReplacer("\n", "⏎", "\t", " ").Replace(s) }
	t.Logf("%s|%s«%s»%s", path, line(text[max(0, start-60):start]), line(text[start:end]), line(text[end:min(len(text), end+25)]))
}

// readable is the text of a file: unpacked, without the tags of HTML and the escaped
// dashes of a manual page; "" when it is none.
func readable(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	name := strings.TrimSuffix(path, ".gz")
	if name != path {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return ""
		}
		if data, err = io.ReadAll(io.LimitReader(z, 64<<20)); err != nil {
			return ""
		}
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return ""
	}
	switch filepath.Ext(name) {
	case ".html", ".htm", ".xhtml":
		return untagged(data)
	case ".svg", ".ps", ".js", ".css", ".json", ".map":
		return ""
	}
	return strings.ReplaceAll(string(data), `\-`, "-")
}

func untagged(data []byte) string {
	var b strings.Builder
	z := html.NewTokenizer(bytes.NewReader(data))
	for skip := false; ; {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if !skip {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			skip = string(name) == "script" || string(name) == "style"
		case html.EndTagToken:
			skip = false
		}
	}
}
