package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// TestCSV reads what Python's csv module wrote, and expects the texts that it
// reads, whatever the size of units.
func TestCSV(t *testing.T) {
	var want map[string][]map[string]string
	b, err := os.ReadFile("testdata/csv/rows.json")
	if err == nil {
		err = json.Unmarshal(b, &want)
	}
	if err != nil || len(want) != 16 {
		t.Fatal(len(want), err)
	}
	for name, rows := range want {
		content, err := os.ReadFile(filepath.Join("testdata/csv", name))
		if err != nil {
			t.Fatal(err)
		}
		for how, content := range map[string]string{
			"plain": string(content), "gzip": members(cut(string(content), 333)...), "BOM": "\xef\xbb\xbf" + string(content), "UTF-16": utf16(string(content)),
		} {
			for _, unit := range []int64{1, 200, 0} {
				m := newMemory(2)
				m.run(t, Config{UnitBytes: unit, Detect: noLanguage}, put(t, "file", content))
				if got, want := fields(m.docs()), csvFields(rows); !slices.Equal(got, want) {
					t.Fatalf("%s, %s, units of %d: %q, want %q", name, how, unit, got, want)
				}
				if m.count("records") != 20 || len(m.lost()) > 0 {
					t.Errorf("%s, %s: %v %v", name, how, m.counts, m.lost())
				}
			}
		}
	}
}

// noLanguage saves the time of telling languages.
func noLanguage(string) (string, float64) { return "", 0 }

func csvFields(rows []map[string]string) (all []string) {
	for _, r := range rows {
		text, _ := clean(r["text"])
		all = append(all, fmt.Sprintf("%s|%s|%s", text, r["url"], oneLine(r["title"], MaxTitle)))
	}
	return all
}

func TestSniffCSV(t *testing.T) {
	tests := []struct{ name, content, layout string }{
		{"pandas", ",id,text\n0,a,hello\n1,b,\"x, y\"\n", `44 3 2 -1 -1 1`},
		{"capitals", "Title;Text;URL\nA;B;C\n", `59 3 1 2 0 -1`},
		{"tabs", "text\turl\nwords, more words\thttp://a.example/\n", `9 2 0 1 -1 -1`},
		{"text field", "tweet|n\nhello|1\n", `124 2 0 -1 -1 -1`},
		{"space behind", "id, text\n1, hello\n", `44 2 1 -1 -1 0`},
		{"long first record", "id,text\n1,\"" + strings.Repeat("long\n", SniffBytes), `44 2 1 -1 -1 0`},
		{"no known name", "a,b\n1,2\n3,4\n", ""},
		{"prose", "The text, in short.\nIt goes on, and on.\n", ""},
		{"prose of one word", "Text\n\nIt goes on, and on.\n", ""},
		{"header alone", "id,text\n", ""},
		{"other number of fields", "id,text\n1,hello\nmore, and, more\n", ""},
		{"Markdown", "| text | url |\n|---|---|\n| a | b |\n", ""},
		{"Markdown without ends", "text|url\n---|---\na|b\n", ""},
		{"code", "text, err := read()\nif err != nil {\n\treturn text, err\n}\n", ""},
		{"SQL", "text,\nurl,\ntitle,\n", ""},
		{"same names", "text,text\na,b\n", ""},
		{"broken quotes", "id,text\n1,\"a\" b\n", ""},
	}
	for _, tt := range tests {
		field := ""
		if tt.name == "text field" {
			field = "tweet"
		}
		b := []byte(tt.content)
		l, ok := sniffCSV(b[:min(len(b), SniffBytes)], len(b) <= SniffBytes, field)
		if ok != (tt.layout != "") || ok && l.String() != tt.layout {
			t.Errorf("%s: %v %v, want %q", tt.name, l, ok, tt.layout)
		}
		if back, err := parseLayout(l.String()); ok && (err != nil || back != l) {
			t.Errorf("%s: %v reads as %v: %v", tt.name, l, back, err)
		}
	}
}

func TestBadCSV(t *testing.T) {
	good := "id,text\n1,one\n2,two\n3,three\n" + strings.Repeat("4,more\n", 70)
	more := strings.Split(strings.Repeat("more ", 70), " ")[:70]
	tests := []struct {
		name, behind string
		texts        []string
		lost         []string
	}{
		{"goes on behind quotes", "5,\"a\" b\n6,six\n", []string{"six"}, []string{"b bad_csv"}},
		{"no end", "5,\"a\n6,six\n7,seven\n", []string{"six", "seven"}, []string{"b bad_csv"}},
		{"too many", "5,five,six\n6,six\n", []string{"six"}, []string{"b bad_csv"}},
		{"too few", "5\n6,six\n", []string{"six"}, []string{"b bad_csv"}},
		{"quote within", "5,a \"b\" c\n", []string{`a "b" c`}, nil},
		{"cut", "5,five\n6", []string{"five"}, []string{"b+7 truncated"}},
		{"no line end", "5,\"five\nsix\"", []string{"five\nsix"}, nil},
		{"empty lines", "\n\r\n5,five\n\n", []string{"five"}, nil},
		{"empty text", "5,\n6,\"\"\n", nil, []string{"b empty", "b+3 empty"}},
		{"too long", "5," + strings.Repeat("x", MaxLine+10) + "\n6,six\n", []string{"six"}, []string{"b too_large"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(2)
			m.run(t, Config{UnitBytes: 40, Detect: noLanguage}, put(t, "file.csv", good+tt.behind))
			if got, want := m.texts(), slices.Concat([]string{"one", "two", "three"}, more, tt.texts); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got[73:], tt.texts)
			}
			var lost []string
			for _, l := range m.lost() {
				at := "b"
				if l.offset > int64(len(good)) {
					at = fmt.Sprintf("b+%d", l.offset-int64(len(good)))
				}
				lost = append(lost, at+" "+l.reason)
			}
			if !slices.Equal(lost, tt.lost) {
				t.Errorf("lost %q, want %q: %v", lost, tt.lost, m.lost())
			}
			if bad := m.count("bad_sources") > 0; bad != (tt.name == "cut") {
				t.Errorf("counts %v", m.counts)
			}
		})
	}
}

// TestDavidson reads the tweets of Davidson et al. (2017), whose texts have
// quotes, commas and line ends, as Go's reader does.
func TestDavidson(t *testing.T) {
	b := gunzip(t, shared(t, "toxicity/davidson-2017.csv.gz"))
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(all[0], "tweet")
	var want []string
	for _, r := range all[1:] {
		text, _ := clean(r[at])
		want = append(want, text)
	}
	m := newMemory(2)
	cfg := Config{UnitBytes: 100 << 10, TextField: "tweet", Detect: noLanguage}
	m.run(t, cfg, put(t, "davidson.csv", string(b)))
	if got := m.texts(); !slices.Equal(got, want) || len(got) != 24783 || len(m.lost()) > 0 {
		t.Errorf("%d texts, want %d; lost %v", len(got), len(want), m.lost())
	}
}

// FuzzCSV expects what Go's reader accepts to be read the same, and of anything
// records that cover the bytes.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("id,text\n1,\"a \"\"b\"\"\n\"\r\n2,c\n"), byte(','))
	f.Add([]byte("a;b\n\"\n;\";\"\"\n\n\"x\" y;z\n\"open"), byte(';'))
	f.Fuzz(func(t *testing.T, b []byte, delimiter byte) {
		if !strings.ContainsRune(csvDelimiters, rune(delimiter)) {
			return
		}
		var got [][]string
		lost, end := 0, int64(0)
		r := separated{c: newCursor(bytes.NewReader(b), 0), max: 1 << 20, delimiter: delimiter, headed: true}
		for {
			rec, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || rec.off < end || rec.end <= rec.off || rec.end > int64(len(b)) {
				t.Fatalf("record %d to %d behind %d: %v", rec.off, rec.end, end, err)
			}
			if end = rec.end; rec.lost != "" {
				lost++
				continue
			}
			var fields []string
			for _, field := range splitRecord(rec.raw, delimiter) {
				fields = append(fields, strings.ReplaceAll(string(field), "\r\n", "\n"))
			}
			got = append(got, fields)
		}
		oracle := csv.NewReader(bytes.NewReader(b))
		oracle.Comma, oracle.FieldsPerRecord = rune(delimiter), -1
		if want, err := oracle.ReadAll(); err == nil && (lost > 0 || !slices.EqualFunc(got, want, slices.Equal)) {
			t.Fatalf("%q, want %q; %d lost", got, want, lost)
		}
		sniffCSV(b, true, "")
		fillRecord(&corpus.Document{}, record{raw: b}, csvLayout{delimiter: delimiter, fields: 2, text: 1, url: -1, title: 0, id: -1}.String())
	})
}
