package toxic

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"sync"

	"corpus"
	"corpus/filter/linear"
)

// Kind is what models of this package are called in their file: those that were
// trained for another purpose, or read texts differently, are refused.
const Kind = "toxicity.score/1"

// modelFile is made by go run ./filter/toxic/gen; docs/toxicity.md says from what.
//
//go:embed model.bin.gz
var modelFile []byte

// embedded is the model of modelFile.
var embedded = sync.OnceValue(func() *linear.Model {
	m, err := linear.Decode(bytes.NewReader(modelFile))
	if err != nil {
		panic("filter/toxic: the embedded model is damaged: " + err.Error()) // a test decodes it
	}
	return m
})

// LoadModel reads a model that TrainFiles made. Errors are of class BadConfig.
func LoadModel(path string) (*linear.Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, badModel(path, err)
	}
	defer f.Close()
	m, err := linear.Decode(f)
	if err == nil && m.Kind() != Kind {
		err = fmt.Errorf("it is a model of %q, want %q", m.Kind(), Kind)
	}
	if err != nil {
		return nil, badModel(path, err)
	}
	return m, nil
}

func badModel(path string, err error) error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: "filter.toxicity_model cannot be used", Path: path, Offset: -1, Err: err,
		Next: "make one with corpus filter train-toxicity FILES --out " + path,
	}
}

// HeldOut says whether text is of the share (0 to 1) of texts that a model is
// not trained on: its SHA-256 as a fraction is below share.
func HeldOut(text string, share float64) bool {
	sum := sha256.Sum256([]byte(text))
	return float64(binary.BigEndian.Uint64(sum[:])) < share*math.MaxUint64
}
