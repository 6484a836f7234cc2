package columns

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var names = Names{
	Text:  []string{"text", "doc.text"},
	URL:   []string{"url", "metadata.url"},
	Title: []string{"title", "metadata.title"},
}

// plainRow is a row as rows.json has it.
type plainRow struct{ Text, URL, Title *string }

func goldenRows(t testing.TB) []plainRow {
	t.Helper()
	b, err := os.ReadFile("testdata/rows.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []plainRow
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func goldenFiles(t testing.TB) []string {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.parquet")
	arrow, _ := filepath.Glob("testdata/*.arrow")
	files = append(files, arrow...)
	if len(files) < 40 {
		t.Fatalf("%d golden files", len(files))
	}
	return files
}

// group is what reading a group gave.
type group struct {
	rows []plainRow
	err  error
}

func readAll(b []byte) (groups []group, err error) {
	f, err := Open(bytes.NewReader(b), int64(len(b)), names)
	if err != nil {
		return nil, err
	}
	for i := range f.Groups() {
		var g group
		for row, err := range f.Rows(i) {
			if err != nil {
				g.err = err
				break
			}
			g.rows = append(g.rows, asPlain(row))
		}
		groups = append(groups, g)
	}
	return groups, f.Broken()
}

func asPlain(r Row) plainRow {
	text, url, title := string(r.Text), string(r.URL), string(r.Title)
	p := plainRow{&text, &url, &title}
	if r.Null {
		p.Text = nil
	}
	return p
}

// expected is the rows a file must give: a null address or title is "".
func expected(all []plainRow, name string) []plainRow {
	empty := ""
	out := make([]plainRow, len(all))
	for i, r := range all {
		out[i] = r
		if out[i].URL == nil {
			out[i].URL = &empty
		}
		if out[i].Title == nil {
			out[i].Title = &empty
		}
		switch {
		case strings.Contains(name, "nested") && i%9 == 8:
			out[i].URL, out[i].Title = &empty, &empty
		case strings.Contains(name, "required"):
			out[i] = plainRow{r.Text, &empty, &empty}
			if r.Text == nil {
				out[i].Text = &empty
			}
		}
	}
	return out
}

func TestGoldens(t *testing.T) {
	rows := goldenRows(t)
	for _, file := range goldenFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			groups, err := readAll(b)
			if err != nil {
				t.Fatal(err)
			}
			var got []plainRow
			for _, g := range groups {
				if g.err != nil {
					t.Error(g.err)
				}
				got = append(got, g.rows...)
			}
			if d := cmp.Diff(expected(rows, file), got); d != "" {
				t.Error(d)
			}
		})
	}
}
