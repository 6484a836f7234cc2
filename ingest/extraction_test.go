package ingest

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// shared is data that is no part of the repository; see the text of the skip.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s/ of the shared data folder, which holds public data sets beside the repository", name)
	}
	return path
}

func gunzip(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newsPages are the 181 pages of the benchmark, in order.
func newsPages(t testing.TB) (pages [][]byte) {
	names, err := filepath.Glob(filepath.Join(shared(t, "extraction"), "html", "*.gz"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d pages, %v", len(names), err)
	}
	for _, name := range names {
		pages = append(pages, gunzip(t, name))
	}
	return pages
}

var word = regexp.MustCompile(`[\pL\pN_]+`)

// shingles counts the runs of four words; a text of fewer is one.
func shingles(s string) map[string]float64 {
	words := word.FindAllString(s, -1)
	all := map[string]float64{}
	for i := 0; i+4 <= max(len(words), 4); i++ {
		all[strings.Join(words[i:min(i+4, len(words))], " ")]++
	}
	return all
}

// TestExtractionF1 is the measure of scrapinghub/article-extraction-benchmark:
// shingles found, missed and wrong, each page with the same weight.
func TestExtractionF1(t *testing.T) {
	dir := shared(t, "extraction")
	b, err := os.ReadFile(filepath.Join(dir, "ground-truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth map[string]struct{ ArticleBody string }
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		extract string
		least   float64
	}{{ExtractTrafilatura, 0.966}, {ExtractFast, 0.952}} {
		var tp, fp, fn float64
		for id, page := range truth {
			got, l := Config{Extract: m.extract}.extract(gunzip(t, filepath.Join(dir, "html", id+".html.gz")), "")
			if l != nil {
				t.Logf("%s: %v", id, l)
			}
			p, f, n := compared(shingles(page.ArticleBody), shingles(got.text))
			if sum := p + f + n; sum > 0 {
				tp, fp, fn = tp+p/sum, fp+f/sum, fn+n/sum
			}
		}
		precision, recall := tp/(tp+fp), tp/(tp+fn)
		f1 := 2 * precision * recall / (precision + recall)
		t.Logf("%-11s %d pages  F1 %.4f  precision %.4f  recall %.4f", m.extract, len(truth), f1, precision, recall)
		if len(truth) != 181 || f1 < m.least {
			t.Errorf("%s: F1 %.4f on %d pages, want at least %.3f on 181", m.extract, f1, len(truth), m.least)
		}
	}
}

// compared counts the shingles that were found, that are too many, and missed.
func compared(want, have map[string]float64) (found, wrong, missed float64) {
	for s, w := range want {
		found += min(w, have[s])
		missed += max(0, w-have[s])
	}
	for s, h := range have {
		wrong += max(0, h-want[s])
	}
	return found, wrong, missed
}
