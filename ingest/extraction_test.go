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
	var tp, fp, fn float64
	for id, page := range truth {
		got, l := extract(gunzip(t, filepath.Join(dir, "html", id+".html.gz")), "")
		if l != nil {
			t.Logf("%s: %v", id, l)
		}
		var p, f, n float64
		want, have := shingles(page.ArticleBody), shingles(got.text)
		for s, w := range want {
			p += min(w, have[s])
			n += max(0, w-have[s])
		}
		for s, h := range have {
			f += max(0, h-want[s])
		}
		if sum := p + f + n; sum > 0 {
			tp, fp, fn = tp+p/sum, fp+f/sum, fn+n/sum
		}
	}
	precision, recall := tp/(tp+fp), tp/(tp+fn)
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("%d pages: F1 %.4f, precision %.4f, recall %.4f", len(truth), f1, precision, recall)
	if len(truth) != 181 || f1 < 0.962 {
		t.Errorf("F1 %.4f on %d pages, want at least 0.962 on 181", f1, len(truth))
	}
}
