package ingest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"corpus"
)

// put writes files under a new directory: name, content, name, content, …
func put(t testing.TB, pairs ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(pairs); i += 2 {
		path := filepath.Join(dir, pairs[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(pairs[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// members compresses each string as a gzip member of its own.
func members(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Write([]byte(p))
		w.Close()
	}
	return b.String()
}

// frames compresses each string as a zstd frame with checksum.
func frames(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		w, _ := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		w.Write([]byte(p))
		w.Close()
	}
	return b.String()
}

func jsonLine(text string) string {
	b, _ := json.Marshal(map[string]string{"text": text, "url": "http://example.org/" + text[:min(4, len(text))]})
	return string(b) + "\n"
}

func TestFormatsAreToldByContent(t *testing.T) {
	text := "A plain text file.\nWith two lines."
	lines := jsonLine("first") + jsonLine("second")
	tests := []struct {
		name, content string
		texts         []string
		lost          string
	}{
		{"text", text, []string{text}, ""},
		{"text named gz", text, []string{text}, ""},
		{"markdown", "# Title\n\n<p align=center>logo</p>\n\ntext", []string{"# Title\n\n<p align=center>logo</p>\n\ntext"}, ""},
		{"markdown that begins with a tag", "<div>\n\n# Title", []string{"<div>\n\n# Title"}, ""},
		{"front matter", "---\ntitle: A\n---\n\n# A\n", []string{"---\ntitle: A\n---\n\n# A"}, ""},
		{"source code", "package main\n\nfunc main() {}\n", []string{"package main\n\nfunc main() {}"}, ""},
		{"JSON file", "{\n \"text\": 1\n}\n", []string{"{\n \"text\": 1\n}"}, ""},
		{"JSON file in a line", `{"version":1}`, []string{`{"version":1}`}, ""},
		{"JSONL", lines, []string{"first", "second"}, ""},
		{"JSONL of one line", jsonLine("only"), []string{"only"}, ""},
		{"JSONL with BOM", "\xef\xbb\xbf" + lines, []string{"first", "second"}, ""},
		{"JSONL in UTF-16", utf16(lines + jsonLine("第三")), []string{"first", "second", "第三"}, ""},
		{"JSONL in UTF-16, compressed", frames(utf16(lines)[:21], utf16(lines)[21:]), []string{"first", "second"}, ""},
		{"JSONL with CRLF and empty lines", "\r\n" + strings.ReplaceAll(lines, "\n", "\r\n\r\n"), []string{"first", "second"}, ""},
		{"JSONL with zeros between", lines + "\x00\x00\x00\n" + jsonLine("third"), []string{"first", "second", "third"}, BadJSON},
		{"gzip", members(text), []string{text}, ""},
		{"gzip members", members(text[:10], text[10:]), []string{text}, ""},
		{"gzip with zeros behind", members(text) + strings.Repeat("\x00", 1000), []string{text}, ""},
		{"gzip with garbage behind", members(text) + "garbage", []string{text}, Garbage},
		{"zstd", frames(text), []string{text}, ""},
		{"zstd frames", frames(lines[:9], lines[9:]), []string{"first", "second"}, ""},
		{"zstd skippable", "\x50\x2a\x4d\x18\x04\x00\x00\x00meta" + frames(text), []string{text}, ""},
		{"JSONL gzip", members(lines), []string{"first", "second"}, ""},
		{"UTF-8 BOM", "\xef\xbb\xbftext", []string{"text"}, ""},
		{"UTF-16", "\xff\xfet\x00e\x00x\x00t\x00", []string{"text"}, ""},
		{"UTF-16BE", "\xfe\xff\x00t\x00e\x00x\x00t", []string{"text"}, ""},
		{"CRLF", "a\r\nb\rc", []string{"a\nb\nc"}, ""},
		{"empty", "", nil, Empty},
		{"blank", " \n\t\n", nil, Empty},
		{"empty gzip", members(""), nil, Empty},
		{"NUL", "text\x00more", nil, Binary},
		{"controls", "\x01\x02\x03\x04text", nil, Binary},
		{"PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", nil, Binary},
		{"PDF in the text", "Files begin with %PDF-1.4\n", []string{"Files begin with %PDF-1.4"}, ""},
		{"Parquet without an end", "PAR1abc", nil, Truncated},
		{"ARC", arcHead + arcPage("http://a.example/", "page a"), []string{"page a"}, ""},
		{"gzip in gzip", members(members(text)), nil, Unsupported},
		{"bzip2", "BZh91AY&SY", nil, Truncated},
		{"HTML behind a long comment", "<!--" + strings.Repeat("x", 5000) + "--><html><p>A paragraph.</p>", []string{"A paragraph."}, ""},
		{"HTML", "<!DOCTYPE html><title>T</title><p>A paragraph.</p><p>Another one.</p>", []string{"A paragraph.\n\nAnother one."}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(2)
			m.run(t, Config{}, put(t, "file.gz", tt.content))
			if got := m.texts(); !slices.Equal(got, tt.texts) {
				t.Errorf("texts %q, want %q", got, tt.texts)
			}
			reason := ""
			for _, l := range m.lost() {
				reason = l.reason
			}
			if reason != tt.lost {
				t.Errorf("lost %q, want %q", reason, tt.lost)
			}
		})
	}
}

// utf16 is text in UTF-16LE behind a byte order mark.
func utf16(s string) string {
	b := []byte{0xff, 0xfe}
	for _, r := range s { // of the basic plane
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return string(b)
}

// TestUnits cuts a source of many records into many units and parts, and
// expects what one unit gives.
func TestUnits(t *testing.T) {
	var lines []string
	for i := range 500 {
		lines = append(lines, jsonLine(fmt.Sprintf("%d %s", i, strings.Repeat("x", i))))
	}
	all := strings.Join(lines, "")
	var each []string
	for i := 0; i < len(lines); i += 7 {
		each = append(each, strings.Join(lines[i:min(i+7, len(lines))], ""))
	}
	across := []string{all[:1000], all[1000:50_000], all[50_000:]}
	for name, content := range map[string]string{
		"plain": all, "one member": members(all), "members": members(each...), "members across lines": members(across...),
		"UTF-16": utf16(all), "UTF-16, one member": members(utf16(all)),
		"one frame": frames(all), "frames": frames(each...),
	} {
		t.Run(name, func(t *testing.T) {
			dir := put(t, "a.jsonl", content, "b.txt", "the end")
			whole, small := newMemory(1), newMemory(4)
			if n := whole.run(t, Config{}, dir); n != 1 {
				t.Errorf("%d parts, want 1", n)
			}
			if n := small.run(t, Config{UnitBytes: 2000, PartBytes: 10_000}, dir); n < 10 {
				t.Errorf("%d parts, want at least 10", n)
			}
			if len(whole.docs()) != 501 || !equalDocs(whole.docs(), small.docs()) {
				t.Errorf("%d documents in one unit, %d in many", len(whole.docs()), len(small.docs()))
			}
			if got, want := small.count("bytes_in"), whole.count("bytes_in"); got != want {
				t.Errorf("bytes_in %d, want %d", got, want)
			}
			if small.count("units") < 20 {
				t.Errorf("%d units", small.count("units"))
			}
		})
	}
}

func equalDocs(a, b []corpus.Document) bool {
	return slices.EqualFunc(a, b, func(x, y corpus.Document) bool {
		x.LangScore, y.LangScore = 0, 0
		return x == y
	})
}

func TestWorkersDoNotChangeOutput(t *testing.T) {
	dir := put(t, "a.jsonl", strings.Repeat(jsonLine("some text"), 3000), "b.html", "<html><p>page</p>",
		"c.gz", members(strings.Repeat(jsonLine("more text"), 300), "{\"text\": \"cut")[:150], "d", "", "e", "\x00")
	var want string
	for _, workers := range []int{1, 4} {
		m := newMemory(workers)
		m.run(t, Config{UnitBytes: 1000, PartBytes: 7000}, dir)
		if want == "" {
			want = m.all()
		} else if m.all() != want {
			t.Error("output differs between 1 and 4 workers")
		}
	}
}

// TestLongURL: a part of an address is the address of something else.
func TestLongURL(t *testing.T) {
	long := "http://example.org/" + strings.Repeat("é", MaxURL/2)
	whole := "http://example.org/" + strings.Repeat("x", MaxURL-len("http://example.org/"))
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", fmt.Sprintf("{\"text\":\"one\",\"url\":%q}\n{\"text\":\"two\",\"url\":%q}\n", long, whole)))
	if d := m.docs(); len(d) != 2 || d[0].URL != "" || d[1].URL != whole || m.count("long_urls") != 1 {
		t.Errorf("addresses of %d and %d bytes, counts %v", len(d[0].URL), len(d[1].URL), m.counts)
	}
}

// TestIDWithoutLineEnd: the last line keeps its id when the file grows.
func TestIDWithoutLineEnd(t *testing.T) {
	lines := jsonLine("one") + jsonLine("two")
	var ids []corpus.ID
	for _, content := range []string{lines[:len(lines)-1], lines, strings.ReplaceAll(lines, "\n", "\r\n"), lines + jsonLine("three")} {
		m := newMemory(1)
		m.run(t, Config{}, put(t, "x", content))
		ids = append(ids, m.docs()[0].ID)
		if strings.Contains(content, "\r") { // its offset is another one
			continue
		}
		ids = append(ids, m.docs()[1].ID)
	}
	if ids[1] != ids[3] || ids[1] != ids[6] || ids[0] != ids[4] || ids[0] == ids[1] {
		t.Errorf("ids %v", ids)
	}
}
