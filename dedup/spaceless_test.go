package dedup

import (
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// langSentences are those of a language in the shared data folder.
func langSentences(t *testing.T, lang string) []string {
	t.Helper()
	f, err := os.Open("../../shared/data/langid/" + lang + ".txt.gz")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("needs langid/ of the shared data folder")
	}
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
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// Five characters of Thai, or of Japanese, in which two of Kanji are enough, tell
// texts apart: halves of all the sentences that there are have hardly anything in
// common, so that none share a band, and of a text with a twentieth of its sentences
// replaced nearly all is.
func TestLanguagesWithoutSpaces(t *testing.T) {
	c := Config{}.withDefaults()
	for lang, limit := range map[string]float64{"th": 0.15, "ja": 0.15, "zh": 0.2} {
		t.Run(lang, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(26, 26))
			all, s := langSentences(t, lang), newSigner(c)
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			half := len(all) / 2
			text, other := strings.Join(all[:half], "\n"), strings.Join(all[half:2*half], "\n")
			changed := strings.Join(append(all[half:half+half/20], all[half/20:half]...), "\n")
			_, x := s.sign(nil, text)
			_, y := s.sign(nil, other)
			_, z := s.sign(nil, changed)
			unrelated, near := c.similarity(x[c.Bands:], y[c.Bands:]), c.similarity(x[c.Bands:], z[c.Bands:])
			if t.Logf("%d and %d bytes: similarity %.3f, of an edited copy %.3f", len(text), len(other), unrelated, near); unrelated > limit {
				t.Errorf("unrelated texts have a similarity of %.3f", unrelated)
			}
			if shareBand(x[:c.Bands], y[:c.Bands]) || !linked(c, x, z) {
				t.Error("unrelated texts share a band, or an edited copy does not")
			}
		})
	}
}
