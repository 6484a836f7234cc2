package ingest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/ingest/columns"
)

// golden is a file of ingest/columns, written by another program.
func golden(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("columns/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type goldenRow struct{ Text, URL, Title *string }

func goldenRows(t testing.TB) (rows []goldenRow) {
	t.Helper()
	if err := json.Unmarshal([]byte(golden(t, "rows.json")), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestTables expects of Parquet and Arrow files the documents of the same rows
// as JSON lines.
func TestTables(t *testing.T) {
	var lines strings.Builder
	for _, r := range goldenRows(t) {
		b, _ := json.Marshal(map[string]*string{"text": r.Text, "url": r.URL, "title": r.Title})
		lines.Write(append(b, '\n'))
	}
	want := newMemory(1)
	want.run(t, Config{}, put(t, "rows.jsonl", lines.String()))
	for _, name := range []string{"pyarrow_snappy_v1.parquet", "polars.parquet", "file_string_none.arrow", "stream_replaced.arrow", "polars_stream.arrow"} {
		for _, unit := range []int64{1, 700, 0} {
			m := newMemory(3)
			cfg := Config{UnitBytes: unit, Detect: noLanguage}
			if unit > 0 {
				cfg.PartBytes = 3 * unit
			}
			parts := m.run(t, cfg, put(t, name, golden(t, name)))
			if unit == 1 && parts < 2 && !strings.HasPrefix(name, "polars_s") {
				t.Errorf("%s: %d parts", name, parts)
			}
			if got, want := fields(m.docs()), fields(want.docs()); !slices.Equal(got, want) {
				t.Errorf("%s in units of %d: %q, want %q", name, unit, got, want)
			}
			if got, want := offsets(m.lost()), []string{"4 empty", "5 no_text", "12 empty", "13 no_text", "20 empty", "21 no_text", "28 empty", "29 no_text", "36 empty", "37 no_text"}; !slices.Equal(got, want) {
				t.Errorf("%s in units of %d: lost %q, want %q", name, unit, got, want)
			}
			if m.count("records") != 40 || m.count("bad_records") != 0 {
				t.Errorf("%s: %v", name, m.counts)
			}
		}
	}
}

func fields(docs []corpus.Document) (all []string) {
	for _, d := range docs {
		all = append(all, fmt.Sprintf("%s|%s|%s", d.Text, d.URL, d.Title))
	}
	return all
}

func offsets(lost []lostRow) (all []string) {
	for _, l := range lost {
		all = append(all, fmt.Sprintf("%d %s", l.offset, l.reason))
	}
	return all
}

// TestDamagedTable loses the rows from the damage to the end of its group.
func TestDamagedTable(t *testing.T) {
	b := []byte(golden(t, "pyarrow_none_v2.parquet"))
	whole := newMemory(2)
	whole.run(t, Config{}, put(t, "t.parquet", string(b)))
	i := strings.Index(string(b), "Nummer 17") // of rows 16 to 31
	b[i] ^= 1
	m := newMemory(2)
	m.run(t, Config{}, put(t, "t.parquet", string(b)))
	want := slices.DeleteFunc(whole.docs(), func(d corpus.Document) bool {
		return !slices.ContainsFunc(m.docs(), func(o corpus.Document) bool { return o.ID == d.ID })
	})
	if !equalDocs(m.docs(), want) || len(want) > len(whole.docs())-8 {
		t.Errorf("%d documents of %d", len(m.docs()), len(whole.docs()))
	}
	found := false
	for _, l := range m.lost() {
		if l.reason == Checksum {
			found = l.offset == 16 && strings.HasPrefix(l.detail, "16 rows from here on")
		}
	}
	if !found || m.count("lost.checksum") != 16 || m.count("bad_records") != 16 || m.count("bad_sources") != 1 || m.count("records") != 40 {
		t.Errorf("lost %v, counts %v", m.lost(), m.counts)
	}
}

func TestBadTables(t *testing.T) {
	parquet, stream := golden(t, "pyarrow_snappy_v1.parquet"), golden(t, "stream_string_none.arrow")
	tests := []struct {
		name, content, field, reason, detail string
		docs                                 int
	}{
		{"no footer", parquet[:len(parquet)-8], "", Truncated, "no footer", 0},
		{"other text field", parquet, "body", NoText, "no text column among id, tags.list.element, text, score, url, title; name it with --text-field", 0},
		{"numbers as text", parquet, "score", NoText, "no text column", 0},
		{"encrypted", parquet[:len(parquet)-4] + "PARE", "", Unsupported, "encrypted Parquet", 0},
		{"cut stream", stream[:len(stream)/2], "", Truncated, "the file breaks here", 12},
		{"compressed", members(parquet), "", Unsupported, "Parquet inside a compressed file", 0},
		{"only magic", "PAR1PAR1", "", Corrupt, "footer of", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(1)
			m.run(t, Config{TextField: tt.field, Detect: noLanguage}, put(t, "file", tt.content))
			l := m.lost()
			if len(l) == 0 || l[len(l)-1].reason != tt.reason || !strings.Contains(l[len(l)-1].detail, tt.detail) {
				t.Errorf("lost %v, want %s: %s", l, tt.reason, tt.detail)
			}
			if n := len(m.docs()); n != tt.docs {
				t.Errorf("%d documents, want %d", n, tt.docs)
			}
			if bad := m.count("bad_sources") == 1; bad != badSource(tt.reason) {
				t.Errorf("counts %v", m.counts)
			}
		})
	}
}

// TestTableInArchive reads tables that lie in archives, compressed or not.
func TestTableInArchive(t *testing.T) {
	p := golden(t, "pyarrow_snappy_v1.parquet")
	want := newMemory(1)
	want.run(t, Config{}, put(t, "p.parquet", p))
	for name, content := range map[string]string{
		"tar":      tarOf("a.txt", "text", "p.parquet", p),
		"tar.gz":   members(tarOf("a.txt", "text", "p.parquet", p)),
		"zip":      zipOf(8, "a.txt", "text", "p.parquet", p),
		"zip, raw": zipOf(0, "a.txt", "text", "p.parquet", p),
	} {
		m := newMemory(2)
		m.run(t, Config{UnitBytes: 100, Detect: noLanguage}, put(t, "file", content))
		if got, want := m.texts(), append([]string{"text"}, want.texts()...); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestRowUnits(t *testing.T) {
	groups := []columns.Group{{Rows: 5, Bytes: 40}, {Rows: 5, Bytes: 40}, {Rows: 1, Bytes: 500}, {Rows: 0, Bytes: 0}, {Rows: 7, Bytes: 10}}
	want := []unit{
		{start: 0, end: 10, raw: 0, base: 2, weight: 80},
		{start: 10, end: 11, raw: 2, base: 3, weight: 500},
		{start: 11, end: 18, raw: 3, base: 5, weight: 11},
	}
	if got := rowUnits(groups, 100); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
