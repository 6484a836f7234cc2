package langid

import (
	"bufio"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pemistahl/lingua-go"
)

// TestAccuracy joins sentences of each language to documents of about 1 kB and
// demands that at least 96 % are recognised.
func TestAccuracy(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/langid/*.txt.gz")
	if len(files) == 0 {
		t.Skip("needs langid/ of the shared data folder: sentences of 75 languages, XX.txt.gz each (the test data of lingua-go)")
	}
	perLanguage := 4
	if os.Getenv("LANGID_ALL") != "" { // every sentence: minutes
		perLanguage = 1000
	}
	right, all := 0, 0
	for _, file := range files {
		want, hits, n := strings.TrimSuffix(filepath.Base(file), ".txt.gz"), 0, 0
		for _, doc := range documents(t, file, perLanguage) {
			got, _ := detector().Detect(doc)
			if n++; got == want {
				hits++
			}
		}
		right, all = right+hits, all+n
		if hits < n {
			t.Logf("%s %d of %d", want, hits, n)
		}
	}
	t.Logf("%d of %d = %.4f", right, all, float64(right)/float64(all))
	if float64(right) < 0.96*float64(all) {
		t.Errorf("accuracy %d of %d", right, all)
	}
}

// TestAgreesWithLingua holds the packed models against lingua-go itself, the
// authority, which reads the whole text.
func TestAgreesWithLingua(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/langid/*.txt.gz")
	if len(files) == 0 {
		t.Skip("needs langid/ of the shared data folder: sentences of 75 languages, XX.txt.gz each (the test data of lingua-go)")
	}
	authority := lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithLowAccuracyMode().Build()
	same, all := 0, 0
	for _, file := range files {
		for _, doc := range documents(t, file, 4) {
			want, _ := authority.DetectLanguageOf(doc)
			got, _ := detector().Detect(doc)
			if all++; got == strings.ToLower(want.IsoCode639_1().String()) {
				same++
			} else {
				t.Logf("%s: lingua says %s, we say %s", filepath.Base(file), want.IsoCode639_1(), got)
			}
		}
	}
	t.Logf("%d of %d equal", same, all)
	if float64(same) < 0.97*float64(all) {
		t.Errorf("%d of %d documents have lingua's answer", same, all)
	}
}

// documents joins the lines of a file to texts of about 1 kB, at most n.
func documents(t *testing.T, file string, n int) (docs []string) {
	doc := ""
	for _, line := range lines(t, file) {
		if doc += line + "\n"; len(doc) > 1000 && len(docs) < n {
			docs, doc = append(docs, doc), ""
		}
	}
	return docs
}

// lines are the sentences of a file.
func lines(t *testing.T, file string) (all []string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(z); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}

// code is the language of a file.
func code(file string) string { return strings.TrimSuffix(filepath.Base(file), ".txt.gz") }
