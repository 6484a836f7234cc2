package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shelf is what the archives of the tests hold: name, content, …
func shelf() []string {
	var many strings.Builder
	for i := range 500 {
		many.WriteString(jsonLine(fmt.Sprintf("line %d", i)))
	}
	return []string{
		"a.txt", "Text of a.",
		"b/lines.jsonl", many.String(),
		"b/lines.jsonl.gz", members(many.String()[:700], many.String()[700:]),
		"b/page.html", "<!DOCTYPE html><title>T</title><p>A paragraph.</p><p>Another one.</p>",
		"b/z.zst", frames("Compressed text."),
		"c/empty", "",
		"c/image.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
		"last.txt", "The last text.",
	}
}

func tarOf(pairs ...string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Name: "b/", Typeflag: tar.TypeDir, Mode: 0o755})
	_ = w.WriteHeader(&tar.Header{Name: "link", Linkname: "a.txt", Typeflag: tar.TypeSymlink})
	for i := 0; i < len(pairs); i += 2 {
		_ = w.WriteHeader(&tar.Header{Name: "./" + pairs[i], Size: int64(len(pairs[i+1])), Mode: 0o644})
		_, _ = io.WriteString(w, pairs[i+1])
	}
	w.Close()
	return b.String()
}

func zipOf(method uint16, pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, _ = w.Create("b/")
	for i := 0; i < len(pairs); i += 2 {
		f, _ := w.CreateHeader(&zip.FileHeader{Name: pairs[i], Method: method})
		_, _ = io.WriteString(f, pairs[i+1])
	}
	w.Close()
	return b.String()
}

// cut is a string in n pieces.
func cut(s string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, s[len(s)*i/n:len(s)*(i+1)/n])
	}
	return all
}

// TestArchives: an archive gives what its unpacked directory gives, however it
// is compressed and cut into units and parts.
func TestArchives(t *testing.T) {
	plainTar := tarOf(shelf()...)
	archives := map[string]string{
		"tar": plainTar, "tar.gz": members(plainTar), "tar.gz of members": members(cut(plainTar, 9)...),
		"tar.zst": frames(cut(plainTar, 3)...), "stored zip": zipOf(zip.Store, shelf()...), "zip": zipOf(zip.Deflate, shelf()...),
	}
	want := newMemory(2)
	want.run(t, Config{}, put(t, shelf()...))
	unpacked := want.docs()
	for name, content := range archives {
		for _, cfg := range []Config{{}, {UnitBytes: 900, PartBytes: 2000}} {
			m := newMemory(3)
			m.run(t, cfg, put(t, "my.archive", content))
			if got, want := m.texts(), want.texts(); !slices.Equal(got, want) {
				t.Errorf("%s %v: %d texts, want %d", name, cfg.UnitBytes, len(got), len(want))
			}
			for i, d := range m.docs() {
				if want := "my.archive/" + unpacked[i].Source; d.Source != want {
					t.Errorf("%s: source %q, want %q", name, d.Source, want)
				}
			}
			if got := m.lost(); len(got) != 2 || got[0].reason != Empty || got[1].reason != Binary {
				t.Errorf("%s: lost %v", name, got)
			}
			if got := m.count("bytes_in"); got != int64(len(content)) {
				t.Errorf("%s: %d bytes in, want %d", name, got, len(content))
			}
		}
	}
}

// TestArchiveIsKnown: nothing of an archive that was read is read again.
func TestArchiveIsKnown(t *testing.T) {
	dir := put(t, "a.tar.gz", members(tarOf(shelf()...)))
	m := newMemory(1)
	m.first = m.run(t, Config{}, dir)
	docs := len(m.docs())
	if parts := m.run(t, Config{}, dir); parts != 0 || len(m.docs()) != docs {
		t.Errorf("%d new parts, %d documents of %d", parts, len(m.docs()), docs)
	}
}

func TestPackedByOthers(t *testing.T) {
	m := newMemory(2)
	m.run(t, Config{UnitBytes: 500}, "testdata/packed")
	lines := m.texts()
	if len(lines) != 5+60+60 || m.count("bad_records") != 0 {
		t.Fatalf("%d texts, lost %v", len(lines), m.lost())
	}
	for i, d := range m.docs()[5:] {
		if want := fmt.Sprintf("Line %d of the fixture, long enough to be text.", i%60); d.Text != want {
			t.Errorf("%s: %q, want %q", d.Source, d.Text, want)
		}
	}
}

// TestDamagedStreams: every stream of bzip2 or xz but the damaged one is kept.
func TestDamagedStreams(t *testing.T) {
	for _, name := range []string{"lines.jsonl.bz2", "lines.jsonl.xz"} {
		good, err := os.ReadFile(filepath.Join("testdata", "packed", name))
		if err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name   string
			bytes  []byte
			least  int // texts
			reason string
		}{
			{"first stream", flipped(good, 60), 39, Checksum},
			{"last stream", flipped(good, len(good)-90), 39, Checksum},
			{"cut", good[:len(good)-60], 39, Truncated},
			{"garbage behind", append(slices.Clone(good), "garbage garbage"...), 60, Garbage},
		}
		for _, tt := range tests {
			m := newMemory(1)
			m.run(t, Config{}, put(t, "x", string(tt.bytes)))
			lost := m.lost()
			if got := len(m.texts()); got < tt.least || len(lost) == 0 || m.count("bad_sources") != 1 {
				t.Errorf("%s, %s: %d texts, want at least %d; lost %v", name, tt.name, got, tt.least, lost)
			}
			if len(lost) > 0 && !slices.ContainsFunc(lost, func(l lostRow) bool { return l.reason == tt.reason || l.reason == Corrupt }) {
				t.Errorf("%s, %s: lost %v, want %s", name, tt.name, lost, tt.reason)
			}
		}
	}
}

// TestPackedBombs: an archive or a compressed file that decodes to far more than
// it holds is left where that shows; what came before it is kept.
func TestPackedBombs(t *testing.T) {
	long := strings.Repeat("a", RatioFloor+RatioFloor/8)
	file := func(name string) string {
		b, err := os.ReadFile(filepath.Join("testdata", "bombs", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tests := []struct {
		name, content string
		texts         int
		reason        string
	}{
		{"bzip2", file("bomb.jsonl.bz2"), 1, Bomb},
		{"xz", file("bomb.jsonl.xz"), 1, Bomb},
		{"xz with a dictionary beyond the cap", file("window.xz"), 0, Window},
		{"three layers", members(members(members(long))), 0, Unsupported},
		{"gzip in tar", tarOf("a.txt", "text", "b.gz", members(jsonLine("line")+long), "c.txt", "text"), 3, Bomb},
		{"gzip in tar.gz", members(tarOf("a.txt", "text", "b.gz", members(jsonLine("line")+long))), 2, Bomb},
		{"tar.gz", members(tarOf("a.txt", "text", "b.jsonl", jsonLine("line")+long)), 2, Bomb},
		{"zip", zipOf(zip.Deflate, "a.txt", "text", "b.jsonl", jsonLine("line")+long, "c.txt", "text"), 2, Bomb},
	}
	for _, tt := range tests {
		m := newMemory(1)
		m.run(t, Config{}, put(t, "x", tt.content))
		if got := len(m.texts()); got != tt.texts {
			t.Errorf("%s: %d texts, want %d", tt.name, got, tt.texts)
		}
		if !slices.ContainsFunc(m.lost(), func(l lostRow) bool { return l.reason == tt.reason }) {
			t.Errorf("%s: lost %v, want %s", tt.name, m.lost(), tt.reason)
		}
	}
}

func flipped(b []byte, i int) []byte {
	b = slices.Clone(b)
	b[i] ^= 0x10
	return b
}

func TestBadArchives(t *testing.T) {
	deflate, tarred := zipOf(zip.Deflate, shelf()...), tarOf(shelf()...)
	gz := members(tarred)
	at := strings.Index(zipOf(zip.Store, shelf()...), "Text of a.")
	stored := []byte(zipOf(zip.Store, shelf()...))
	directory := bytes.LastIndex([]byte(deflate), []byte("PK\x01\x02"))
	locked := []byte(deflate)
	locked[directory+8] |= 1
	overlap := []byte(deflate)
	binary.LittleEndian.PutUint32(overlap[directory+20:], 1<<30)
	bomb := []byte(deflate)
	binary.LittleEndian.PutUint32(bomb[directory+24:], 1<<31)
	longer := []byte(deflate)
	binary.LittleEndian.PutUint32(longer[directory+24:], 5)
	const some = -1
	tests := []struct {
		name, content string
		texts         int
		reason        string
	}{
		{"zip whose text was changed", string(flipped(stored, at+2)), 1003, Checksum},
		{"zip without its end", deflate[:len(deflate)-30], 0, Truncated},
		{"zip with a password", string(locked), 1003, Encrypted},
		{"zip that overlaps", string(overlap), 1003, Bomb},
		{"zip with a bomb", string(bomb), 1003, Bomb},
		{"zip with a member longer than it says", string(longer), 1003, Corrupt},
		{"zip in gzip", members(deflate), 0, Unsupported},
		{"zip in tar", tarOf("a.txt", "text", "b.zip", deflate), 1, Unsupported},
		{"tar in tar.gz", members(tarOf("a.txt", "text", "b.tar", tarred)), 1, Unsupported},
		{"tar that is cut", tarred[:len(tarred)-1600], 1003, Truncated},
		{"tar.gz that is cut", gz[:len(gz)/2], some, Truncated},
		{"tar.gz with a wrong checksum", string(flipped([]byte(gz), len(gz)-8)), 0, Checksum},
		{"tar with a bad header", strings.Replace(tarred, "./last.txt", "./fast.txt", 1), 1003, Corrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(2)
			m.run(t, Config{}, put(t, "x", tt.content))
			if got := len(m.texts()); got != tt.texts && (tt.texts != some || got <= 100) {
				t.Errorf("%d texts, want %d", got, tt.texts)
			}
			if !slices.ContainsFunc(m.lost(), func(l lostRow) bool { return l.reason == tt.reason }) {
				t.Errorf("lost %v, want %s", m.lost(), tt.reason)
			}
		})
	}
}

func TestReplay(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 1<<17)
	content := members(cut(text, 50)...)
	a := &archive{file: bytesFile(content)}
	r := a.decoded(int64(len(content)), gzipped)
	for _, at := range []int64{0, 1 << 20, 5, int64(len(text)) - 7, 1<<20 + 3, 1 << 20, int64(len(text))} {
		b := make([]byte, 1000)
		n, err := r.ReadAt(b, at)
		if want := text[at:min(int64(len(text)), at+1000)]; string(b[:n]) != want || (n < 1000) != errors.Is(err, io.EOF) {
			t.Errorf("at %d: %d bytes, %v", at, n, err)
		}
	}
}

// memoryFile is a file that is held.
type memoryFile struct{ *strings.Reader }

func bytesFile(s string) file   { return memoryFile{strings.NewReader(s)} }
func (memoryFile) Close() error { return nil }
func (memoryFile) same() error  { return nil }

func FuzzArchive(f *testing.F) {
	f.Add([]byte(tarOf("a", "text", "b", "more")))
	f.Add([]byte(zipOf(zip.Deflate, "a", "text", "b", "more")))
	f.Add([]byte(members(tarOf("a", "text"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x"), b, 0o666); err != nil {
			t.Fatal(err)
		}
		one, two := newMemory(1), newMemory(2)
		one.run(t, Config{UnitBytes: 7}, dir)
		two.run(t, Config{}, dir)
		if a, b := one.texts(), two.texts(); !slices.Equal(a, b) {
			t.Fatalf("in small units %q, in large ones %q", a, b)
		}
	})
}
