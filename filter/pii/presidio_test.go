package pii

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"unicode/utf8"
)

// labelled is a text of presidio-research's set; its places count characters.
type labelled struct {
	Text     string `json:"full_text"`
	Template int    `json:"template_id"`
	Spans    []struct {
		Type  string `json:"entity_type"`
		Start int    `json:"start_position"`
		End   int    `json:"end_position"`
	} `json:"spans"`
}

// isHeldOut splits by template: rules were written with the other half in sight only.
func (l *labelled) isHeldOut() bool {
	return sha256.Sum256([]byte(strconv.Itoa(l.Template)))[0]&1 == 1
}

// ours are the set's names of our kinds.
var ours = map[string]string{
	"EMAIL_ADDRESS": "pii.email", "PHONE_NUMBER": "pii.phone", "IP_ADDRESS": "pii.ip",
	"CREDIT_CARD": "pii.card", "IBAN_CODE": "pii.iban", "US_SSN": "pii.id",
}

type tally struct{ found, missed, wrong int }

// measure counts on one half. A span is found when one of ours of its kind covers it
// but for two bytes on each side.
func measure(t *testing.T, heldOut bool) map[string]*tally {
	f := finder(t)
	tallies := map[string]*tally{}
	for _, k := range Kinds() {
		tallies[k] = &tally{}
	}
	for _, l := range presidio(t) {
		if l.isHeldOut() != heldOut {
			continue
		}
		edits := f.Append(nil, l.Text)
		used := make([]bool, len(edits))
		for _, s := range l.Spans {
			kind := ours[s.Type]
			if kind == "" {
				continue
			}
			start, end := byteAt(l.Text, s.Start), byteAt(l.Text, s.End)
			hit := false
			for i, e := range edits {
				if e.Rule == kind && e.Start <= start+2 && e.End >= end-2 {
					hit, used[i] = true, true
				}
			}
			if hit {
				tallies[kind].found++
			} else {
				tallies[kind].missed++
				if !heldOut {
					t.Logf("missed a %s of template %d", kind, l.Template)
				}
			}
		}
		for i, e := range edits {
			if !used[i] {
				tallies[e.Rule].wrong++
				if !heldOut {
					t.Logf("a wrong %s in template %d", e.Rule, l.Template)
				}
			}
		}
	}
	return tallies
}

// byteAt is where the nth character begins.
func byteAt(text string, n int) (at int) {
	for range n {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

func presidio(t *testing.T) (all []labelled) {
	file, err := os.Open("../../../shared/data/pii/presidio-synth-v2.json.gz")
	if err != nil {
		t.Skip("needs pii/ of the shared data folder")
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPresidio holds the rules to the half of the templates that they were not
// written on, and to the other. All addresses of machines are in two templates of the
// latter.
func TestPresidio(t *testing.T) {
	for _, half := range []struct {
		name    string
		heldOut bool
	}{{"tuning", false}, {"held out", true}} {
		t.Run(half.name, func(t *testing.T) {
			tallies := measure(t, half.heldOut)
			for _, k := range Kinds() {
				n := tallies[k]
				t.Logf("%s: found %d, missed %d, wrong %d", k, n.found, n.missed, n.wrong)
				if k != "pii.phone" && (n.missed > 1 || n.wrong > 1) {
					t.Errorf("%s: missed %d and wrong %d, want one each at most", k, n.missed, n.wrong)
				}
			}
			p := tallies["pii.phone"]
			recall, precision := float64(p.found)/float64(p.found+p.missed), float64(p.found)/float64(p.found+p.wrong)
			t.Logf("phones: recall %.3f, precision %.3f", recall, precision)
			if recall < 0.80 || precision < 0.90 {
				t.Errorf("phones: recall %.3f, precision %.3f, want 0.80 and 0.90", recall, precision)
			}
		})
	}
}
