package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestZstdDictionary reads WARC files with a dictionary in front, as the
// zstandard package wrote them (testdata/scripts/formats_fixtures.py), whole and
// from the middle.
func TestZstdDictionary(t *testing.T) {
	for _, name := range []string{"dictionary-raw.warc.zst", "dictionary-packed.warc.zst"} {
		for _, unit := range []int64{0, 1} {
			t.Run(fmt.Sprint(name, unit), func(t *testing.T) {
				m := newMemory(2)
				m.run(t, Config{UnitBytes: unit}, filepath.Join("testdata", "formats", name))
				docs := m.docs()
				if len(docs) != 5 || len(m.lost()) > 0 {
					t.Fatalf("%d documents, lost %v", len(docs), m.lost())
				}
				for i, d := range docs {
					if d.URL != fmt.Sprintf("http://harbour.example/%d", i) || !strings.HasPrefix(d.Text, fmt.Sprintf("Page number %d of", i)) {
						t.Errorf("%d: %+v", i, d)
					}
				}
			})
		}
	}
}

// TestDamagedDictionary: without its dictionary every record is lost, with a
// reason; a length that leads out of the file does not take its memory.
func TestDamagedDictionary(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "formats", "dictionary-packed.warc.zst"))
	if err != nil {
		t.Fatal(err)
	}
	for at := range 40 {
		b := slices.Clone(whole)
		b[at] ^= 0x40
		m := newMemory(1)
		m.run(t, Config{}, put(t, "x", string(b)))
		for i, d := range m.docs() {
			if !strings.HasPrefix(d.Text, fmt.Sprintf("Page number %d of", i)) {
				t.Errorf("byte %d changed: document %d is %q", at, i, d.Text)
			}
		}
		if len(m.docs()) < 5 && len(m.lost()) == 0 {
			t.Errorf("byte %d changed: %d documents, lost %v", at, len(m.docs()), m.lost())
		}
	}
}

func TestWAT(t *testing.T) {
	info := warcRecord("warcinfo", "", "application/warc-fields", "format: WARC File Format 1.0\r\n")
	wat := func(uri string) string {
		return warcRecord("metadata", uri, "application/json", `{"Container":{},"Envelope":{"WARC-Header-Metadata":{}}}`)
	}
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", members(info, wat("CC.warc.gz"), wat("http://a.example/"))))
	if l := m.lost(); len(l) != 1 || l[0].reason != Unsupported || l[0].detail != detailWAT {
		t.Errorf("lost %v", l)
	}
	m = newMemory(1)
	m.run(t, Config{}, put(t, "x", info+warcPage("http://a.example/", "page a")+wat("http://a.example/")+
		warcRecord("metadata", "http://a.example/", "application/warc-fields", "outlink: x\r\n")))
	if got := m.texts(); !slices.Equal(got, []string{"page a"}) || len(m.lost()) > 0 {
		t.Errorf("texts %q, lost %v", got, m.lost())
	}
}
