package main

import (
	"bufio"
	"compress/gzip"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corpus/filter/linear"
	"corpus/filter/toxic"
)

const dataFolder = "../../../../shared/data"

// scored is the scores of the texts of a set, toxic ones and others.
type scored struct{ bad, good []float64 }

func score(examples []linear.Example) (s scored) {
	m := toxic.NewMeter(nil)
	for _, e := range examples {
		if p := m.Measure(nil, e.Text, "en")[1]; e.Label {
			s.bad = append(s.bad, p)
		} else {
			s.good = append(s.good, p)
		}
	}
	return s
}

// over is the share of scores above the default limit.
func over(scores []float64) float64 {
	n := 0
	for _, p := range scores {
		if p > toxic.Limit {
			n++
		}
	}
	return float64(n) / float64(len(scores))
}

func (s scored) auc() float64 { return linear.AUC(s.bad, s.good) }

// load reads a set of the shared data, all of it or what is held out.
func load(t *testing.T, name string, read func(string) ([]linear.Example, error), held float64) []linear.Example {
	t.Helper()
	all, err := read(filepath.Join(dataFolder, name))
	if os.IsNotExist(err) {
		t.Skipf("needs %s of the shared data folder", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e linear.Example) bool { return !toxic.HeldOut(e.Text, held) })
}

func TestSurge(t *testing.T) {
	s := score(load(t, "toxicity/surge-2021.csv.gz", surge, 0.5))
	recall, wrong, auc := over(s.bad), over(s.good), s.auc()
	t.Logf("%d toxic, %d other: recall %.3f, false positives %.3f, AUC %.4f", len(s.bad), len(s.good), recall, wrong, auc)
	if recall < 0.60 || wrong > 0.04 || auc < 0.90 {
		t.Error("want recall 0.60, at most 0.04 false positives, AUC 0.90")
	}
}

func TestDavidson(t *testing.T) {
	s := score(load(t, "toxicity/davidson-2017.csv.gz", davidson, 0.2))
	auc := s.auc()
	t.Logf("%d toxic, %d other: recall %.3f, false positives %.3f, AUC %.4f", len(s.bad), len(s.good), over(s.bad), over(s.good), auc)
	if auc < 0.98 {
		t.Error("want AUC 0.98")
	}
}

// TestPlainProse: what is held out of the plain texts is hardly ever flagged.
func TestPlainProse(t *testing.T) {
	for _, s := range sources[2:] {
		prose := score(load(t, s.name, s.read, s.held))
		t.Logf("%s: %d texts, false positives %.4f", s.name, len(prose.good), over(prose.good))
		if over(prose.good) > 0.01 {
			t.Error("want at most 0.01")
		}
	}
}

// identities are the terms of madlibs, spelled as there.
//
//nolint:misspell // as above
var identities = strings.Split("lesbian gay bisexual transgender trans queer lgbt lgbtq homosexual straight heterosexual male female nonbinary african "+
	"african_american black white european hispanic latino latina latinx mexican canadian american asian indian middle_eastern chinese japanese christian "+
	"muslim jewish buddhist catholic protestant sikh taoist old older young younger teenage millenial middle_aged elderly blind deaf paralyzed", " ")

func madlibs(path string) ([]linear.Example, error) {
	return table(path, 0, func(row []string) bool { return row[1] == "BAD" })
}

func TestMadlibs(t *testing.T) {
	examples := load(t, "bias/madlibs-77k.csv.gz", madlibs, 1)
	s := score(examples)
	t.Logf("recall %.3f, false positives %.4f, AUC %.4f", over(s.bad), over(s.good), s.auc())
	if over(s.bad) < 0.60 || over(s.good) > 0.25 {
		t.Error("want recall 0.60, at most 0.25 false positives")
	}
	gap(t, examples, identities)
}

// gap is the difference of the largest and the smallest false-positive rate of
// the groups that terms name.
func gap(t *testing.T, examples []linear.Example, terms []string) {
	t.Helper()
	most, least, which := 0.0, 1.0, ""
	for _, term := range terms {
		term = strings.ReplaceAll(term, "_", " ")
		var about []linear.Example
		for _, e := range examples {
			if strings.Contains(" "+strings.ToLower(e.Text)+" ", " "+term+" ") {
				about = append(about, e)
			}
		}
		s := score(about)
		if len(s.good) == 0 {
			t.Errorf("no sentence about %s", term)
			continue
		}
		rate := over(s.good)
		if rate > most {
			most, which = rate, term
		}
		least = min(least, rate)
	}
	t.Logf("%d groups: false positives %.4f to %.4f (%s)", len(terms), least, most, which)
	if most-least > 0.05 {
		t.Error("want a gap of at most 0.05")
	}
}

// packages are folders of documentation, none trained on.
var packages = []string{"/usr/share/doc", "/usr/share/man", "/usr/share/perl"}

func TestPackages(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	pieces := cleanPieces(t, append(packages, strings.TrimSpace(string(root))))
	flagged, worst, sure, listed := 0, 0, 0, 0
	m := toxic.NewMeter(nil)
	for _, p := range pieces {
		v := m.Measure(nil, p, "en")
		if v[0] > toxic.ShareLimit {
			listed++
		}
		if v[2] > toxic.Limit {
			worst++
		}
		if v[2] > 0.9 {
			sure++
		}
		if v[1] > toxic.Limit {
			flagged++
			t.Logf("%.3f %.200q", v[1], p)
		}
	}
	t.Logf("%d of %d pieces flagged; %d have a paragraph that is, %d one above 0.9, %d many listed words", flagged, len(pieces), worst, sure, listed)
	if float64(flagged) > 0.001*float64(len(pieces)) {
		t.Error("want at most 0.001")
	}
}

var (
	tags  = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)
	texts = regexp.MustCompile(`\.(txt|html?|md|rst|go|c|h|py|pm|pod|[1-8])(\.gz)?$|/(README|NEWS|changelog|copyright|TODO|THANKS|FAQ)[^/]*$`)
)

const maxPiece = 1024

// cleanPieces is pieces of 1 kB of the text files below the folders: of one file
// in filesIn, its first megabyte, every twentieth. With ALL_PIECES set it is every
// fifth of all files.
func cleanPieces(t *testing.T, folders []string) (pieces []string) {
	step, filesIn := 20, uint32(3)
	if os.Getenv("ALL_PIECES") != "" {
		filesIn, step = 1, 5
	}
	for _, folder := range folders {
		n := len(pieces)
		filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !texts.MatchString(path) || strings.Contains(path, "/man/") && !strings.Contains(path, "/man/man") ||
				crc32.ChecksumIEEE([]byte(path))%filesIn != 0 {
				return nil
			}
			text := tags.ReplaceAllString(readText(path), " ")
			for i := 0; len(text) > maxPiece; i++ {
				cut := strings.LastIndexAny(text[:maxPiece], " \n")
				if cut < maxPiece/2 {
					cut = maxPiece
				}
				if i%step == 0 {
					pieces = append(pieces, text[:cut])
				}
				text = text[cut:]
			}
			return nil
		})
		t.Logf("%s: %d pieces", folder, len(pieces)-n)
	}
	if len(pieces) < 10_000 {
		t.Skipf("needs 10,000 pieces of documentation that Debian packages, has %d", len(pieces))
	}
	return pieces
}

func readText(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	var r io.Reader = bufio.NewReader(f)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return ""
		}
	}
	raw, _ := io.ReadAll(io.LimitReader(r, 1<<20))
	return strings.ToValidUTF8(string(raw), "")
}
