package langid

import (
	"bufio"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pemistahl/lingua-go"
)

// TestLinguasAnswers holds the packed models against what lingua-go said
// (testdata/scripts/langid_fixture) of sentences in all its languages, of pieces of
// them, and of two together.
func TestLinguasAnswers(t *testing.T) {
	sentences, answers := fixture(t, "sentences.txt"), fixture(t, "lingua.txt")
	for i, s := range sentences {
		texts := []string{s, s[:min(len(s), 100)], s[max(0, len(s)-100):], s + "\n" + sentences[(i+1)%len(sentences)]}
		for j, want := range strings.Fields(answers[i]) {
			if got, _ := detector().Detect(texts[j]); got != strings.Trim(want, "-") {
				t.Errorf("%q: lingua says %s, we say %s", texts[j], want, got)
			}
		}
	}
}

func fixture(t *testing.T, name string) []string {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// TestAccuracy joins sentences of each language to documents of about 1 kB and
// demands that at least 96 % are recognised: as lingua does.
func TestAccuracy(t *testing.T) {
	right, all := 0, 0
	for _, file := range sentenceFiles(t) {
		for _, doc := range documents(t, file, 20) {
			if got, _ := detector().Detect(doc); got == code(file) {
				right++
			}
			all++
		}
	}
	t.Logf("%d of %d = %.4f", right, all, float64(right)/float64(all))
	if float64(right) < 0.96*float64(all) {
		t.Errorf("accuracy %d of %d", right, all)
	}
}

// TestAgreesWithLingua holds the packed models against lingua-go itself, the
// authority: a document of 1 kB in every language and two of 200 bytes. That they
// are all equal is what docs/languages.md says of 55,000.
func TestAgreesWithLingua(t *testing.T) {
	authority := lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithLowAccuracyMode().Build()
	for _, file := range sentenceFiles(t) {
		docs := documents(t, file, 3)
		for i := range docs[1:] {
			docs[1+i] = strings.ToValidUTF8(docs[1+i][:200], "")
		}
		for _, doc := range docs {
			want, got := "", ""
			if l, ok := authority.DetectLanguageOf(doc); ok {
				want = strings.ToLower(l.IsoCode639_1().String())
			}
			if got, _ = detector().Detect(doc); got != want {
				t.Errorf("%s, %d bytes: lingua says %q, we say %q", code(file), len(doc), want, got)
			}
		}
	}
}

// BenchmarkKilobyte takes documents of 1 kB of every language in turn, for us and
// for lingua-go itself.
func BenchmarkKilobyte(b *testing.B) {
	var docs []string
	for _, file := range sentenceFiles(b) {
		docs = append(docs, documents(b, file, 4)...)
	}
	authority := lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithLowAccuracyMode().Build()
	run := func(name string, detect func(string)) {
		b.Run(name, func(b *testing.B) {
			for _, doc := range docs { // loads the models
				detect(doc)
			}
			began, i := processorTime(), 0
			for ; b.Loop(); i++ {
				detect(docs[i%len(docs)])
			}
			b.ReportMetric(float64(processorTime()-began)/float64(i), "cpu-ns/op")
		})
	}
	run("packed", func(text string) { detector().Detect(text) })
	run("lingua", func(text string) { authority.DetectLanguageOf(text) })
}

// processorTime is what this process has used; the clock tells little on a machine
// that does other work.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func sentenceFiles(t testing.TB) []string {
	files, _ := filepath.Glob("../../../shared/data/langid/*.txt.gz")
	if len(files) == 0 {
		t.Skip("needs langid/ of the shared data folder: sentences of 75 languages, XX.txt.gz each (the test data of lingua-go)")
	}
	return files
}

// documents joins the lines of a file to texts of about 1 kB, at most n.
func documents(t testing.TB, file string, n int) (docs []string) {
	doc := ""
	for _, line := range lines(t, file) {
		if doc += line + "\n"; len(doc) > 1000 && len(docs) < n {
			docs, doc = append(docs, doc), ""
		}
	}
	return docs
}

// lines are the sentences of a file.
func lines(t testing.TB, file string) (all []string) {
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
