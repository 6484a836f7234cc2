package filter

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// labelled reads a CSV of texts: toxic says whether a row is.
func labelled(t *testing.T, name string, text int, toxic func([]string) bool) (bad, good []string) {
	f, err := os.Open(filepath.Join("../../shared/data", name))
	if err != nil {
		t.Skipf("needs %s of the shared data folder", name)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all[1:] {
		if toxic(row) {
			bad = append(bad, row[text])
		} else {
			good = append(good, row[text])
		}
	}
	return bad, good
}

func share(text string) float64 { return toxicity(tokensOf(text), "en") }

// over is the share of texts over the limit.
func over(texts []string) float64 {
	n := 0
	for _, text := range texts {
		if share(text) > toxicityLimit {
			n++
		}
	}
	return float64(n) / float64(len(texts))
}

// TestToxicityOnLabelledTexts: these are short, so that one word of the list is
// over the limit, which it is not in a document of 50 words.
func TestToxicityOnLabelledTexts(t *testing.T) {
	for _, set := range []struct {
		name   string
		text   int
		toxic  func([]string) bool
		recall float64
		wrong  float64
	}{
		{"toxicity/davidson-2017.csv.gz", 6, func(r []string) bool { return r[5] != "2" }, 0.70, 0.03},
		{"toxicity/surge-2021.csv.gz", 0, func(r []string) bool { return r[1] == "Toxic" }, 0.15, 0.03},
	} {
		t.Run(set.name, func(t *testing.T) {
			bad, good := labelled(t, set.name, set.text, set.toxic)
			n := min(len(bad), len(good), 2000)
			recall, wrong := over(bad), over(good)
			t.Logf("%d toxic, %d other: found %.3f, wrongly %.3f, AUC %.3f", len(bad), len(good), recall, wrong,
				areaUnderCurve(bad[:n], good[:n], share))
			if recall < set.recall || wrong > set.wrong {
				t.Errorf("found %.3f and wrongly %.3f, want %.2f and %.2f", recall, wrong, set.recall, set.wrong)
			}
		})
	}
}

// TestToxicityBias: a harmless sentence is not dropped for naming a group of
// people. No list of identities stands in the lexicon; this holds it to that.
func TestToxicityBias(t *testing.T) {
	bad, good := labelled(t, "bias/madlibs-77k.csv.gz", 0, func(r []string) bool { return r[1] == "BAD" })
	all := over(good)
	worst, term := 0.0, ""
	for _, identity := range []string{
		"gay", "lesbian", "queer", "trans", "bisexual", "black", "white", "asian", "jewish", "muslim",
		"christian", "african", "mexican", "american", "old", "young", "male", "female", "blind", "deaf", "homosexual",
	} {
		var about []string
		for _, text := range good {
			if strings.Contains(" "+strings.ToLower(text)+" ", " "+identity+" ") {
				about = append(about, text)
			}
		}
		if len(about) == 0 {
			continue
		}
		if gap := over(about) - all; gap > worst {
			worst, term = gap, identity
		}
	}
	t.Logf("harmless dropped %.4f, toxic found %.4f, largest gap %.4f (%s)", all, over(bad), worst, term)
	if all > 0.01 || worst > 0.01 {
		t.Errorf("harmless dropped %.4f, largest gap %.4f (%s)", all, worst, term)
	}
}
