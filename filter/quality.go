package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/linear"

	"github.com/zeebo/xxh3"
)

// Quality is a classifier that tells texts worth keeping from others.
type Quality struct{ model *linear.Model }

// qualityKind is the kind of its models: what they tell and how they are to be read.
const qualityKind = "quality/1"

// MarshalJSON is the hash of the model.
func (q *Quality) MarshalJSON() ([]byte, error) {
	if q == nil {
		return json.Marshal(nil)
	}
	return json.Marshal(q.model.Hash())
}

// LoadQuality reads a model that TrainQuality's Encode wrote. Errors are of class
// BadConfig.
func LoadQuality(name string) (*Quality, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, badQuality(name, err)
	}
	defer f.Close()
	m, err := linear.Decode(f)
	if err != nil {
		return nil, badQuality(name, err)
	}
	if m.Kind() != qualityKind {
		return nil, badQuality(name, fmt.Errorf("it is a model of %q, not of quality", m.Kind()))
	}
	return &Quality{m}, nil
}

func badQuality(name string, err error) error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: "filter.quality_model cannot be used", Path: name, Offset: -1, Err: err,
		Next: "train a model with `corpus filter train-quality --good FILES --bad FILES --out MODEL`",
	}
}

// Encode writes the model.
func (q *Quality) Encode(w io.Writer) error { return q.model.Encode(w) }

// TrainQuality learns to tell good texts from bad ones: logistic regression over
// hashed 1- and 2-grams of words, both sides weighing the same. Files are read as
// textFiles does, at most 256 MiB a side; plain text is cut into examples of some
// 2 kB. The model is a function of the examples and the seed, not of their order.
func TrainQuality(good, bad []string, seed uint64) (*Quality, QualityReport, error) {
	yes, err := readExamples("--good", good, true)
	if err != nil {
		return nil, QualityReport{}, err
	}
	no, err := readExamples("--bad", bad, false)
	if err != nil {
		return nil, QualityReport{}, err
	}
	report, all := QualityReport{len(yes), len(no), math.NaN()}, append(yes, no...)
	fit, held := holdOut(all)
	if q, err := learn(fit, seed); err == nil { // else there are too few to hold out some
		report.AUC = q.auc(held)
	}
	q, err := learn(all, seed)
	return q, report, err
}

// QualityReport is what a model was learnt from, in texts, and the AUC, on a tenth
// of them, of a model of the others: the probability that a good text scores higher
// than a bad one; NaN when that tenth has not both.
type QualityReport struct {
	Good, Bad int
	AUC       float64
}

// learn trains a model.
func learn(examples []linear.Example, seed uint64) (*Quality, error) {
	m, err := linear.Train(slices.Values(examples), linear.Options{
		Kind: qualityKind, Words: 2, MinCount: 2, Balanced: true, L2: 1, Seed: seed,
	})
	if err != nil {
		return nil, &corpus.Error{Class: corpus.BadConfig, What: "no model can be learnt from these texts", Offset: -1, Err: err}
	}
	return &Quality{m}, nil
}

// holdOut parts a tenth of the examples from the others by the hash of the text,
// so that equal texts are on one side.
func holdOut(all []linear.Example) (fit, held []linear.Example) {
	for _, e := range all {
		if xxh3.HashString(e.Text)%10 == 0 {
			held = append(held, e)
		} else {
			fit = append(fit, e)
		}
	}
	return fit, held
}

// auc is the area under the ROC curve of the good examples among the bad.
func (q *Quality) auc(examples []linear.Example) float64 {
	s, value := q.scorer(), make([]float64, 1)
	var good, bad []float64
	for _, e := range examples {
		if s(value, e.Text, ""); e.Label {
			good = append(good, value[0])
		} else {
			bad = append(bad, value[0])
		}
	}
	return linear.AUC(good, bad)
}

// readExamples reads the files of one side, named by its flag.
func readExamples(flag string, files []string, label bool) (all []linear.Example, err error) {
	bad := func(name string, err error) error {
		return &corpus.Error{
			Class: corpus.BadConfig, What: flag + " cannot be used", Path: name, Offset: -1, Err: err,
			Next: "name readable text or JSONL files",
		}
	}
	r := textFiles{most: maxExamples, piece: examplePiece, bad: bad, add: func(text string) {
		all = append(all, linear.Example{Text: text, Label: label})
	}}
	if _, err = r.read(files); err == nil && len(all) == 0 {
		err = bad(strings.Join(files, ", "), errors.New("no text in it"))
	}
	return all, err
}

// The column of roleQuality: the logarithm of the odds that the text is good,
// which tells apart what a probability rounds to 1.
var qualityColumns = []string{"quality.score"}

func qualityPass(q *Quality) corpus.Pass {
	return corpus.Pass{
		Name: "quality", Config: q, Inputs: []string{rolePart, roleLang}, Memory: scoreMemory + qualityMemory,
		Run: func(e corpus.Env) error {
			return scoreTexts(e, roleQuality, qualityColumns, crew(e, scoreMemory, qualityMemory), q.scorer)
		},
	}
}

func (q *Quality) scorer() scorer {
	s := q.model.NewScorer(nil)
	return func(dst []float64, text, _ string) { dst[0] = s.Logit(clip(text, maxJudged)) }
}
