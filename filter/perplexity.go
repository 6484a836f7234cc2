package filter

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/ngram"
)

// Perplexity is models of the target's words, one for each of its languages.
type Perplexity struct {
	models map[string]*ngram.Model
	hash   string
	full   bool
	bytes  int64
}

// MarshalJSON is the hash of what the models were made from.
func (p *Perplexity) MarshalJSON() ([]byte, error) {
	if p == nil {
		return json.Marshal(nil)
	}
	return json.Marshal(p.hash)
}

// Full says whether the target has more n-grams than models may hold, so that the
// rest of it was not learnt from (ngram.MaxGrams).
func (p *Perplexity) Full() bool { return p.full }

// LoadPerplexity learns from files, which are read as readTarget says.
func LoadPerplexity(files []string, lang Detect) (*Perplexity, error) {
	room, trainers := ngram.NewRoom(), map[string]*ngram.Trainer{}
	hash, err := readTarget(files, lang, func(piece, lang string) {
		t := trainers[lang]
		if t == nil {
			t = ngram.NewTrainer(room)
			trainers[strings.Clone(lang)] = t
		}
		t.Add(piece)
	})
	if err != nil {
		return nil, err
	}
	p := &Perplexity{map[string]*ngram.Model{}, hash, room.Full(), 0}
	for _, lang := range slices.Sorted(maps.Keys(trainers)) {
		p.models[lang] = trainers[lang].Model()
		p.bytes += p.models[lang].Bytes()
		delete(trainers, lang)
	}
	return p, nil
}

// The column of rolePerplexity: the mean log-probability of a token in nats, the
// logarithm of the perplexity with its sign changed; null in a language that the
// target has not.
var perplexityColumns = []string{"perplexity.score"}

func perplexityPass(p *Perplexity) corpus.Pass {
	memory := int64(scoreMemory + scorerMemory)
	if p != nil {
		memory += p.bytes
	}
	return corpus.Pass{
		Name: "perplexity", Config: p, Inputs: []string{rolePart, roleLang}, Memory: memory,
		Run: func(e corpus.Env) error {
			return scoreTexts(e, rolePerplexity, perplexityColumns, crew(e, memory-scorerMemory, scorerMemory), p.scorer)
		},
	}
}

func (p *Perplexity) scorer() scorer {
	s := new(ngram.Scorer)
	return func(dst []float64, text, lang string) {
		dst[0] = math.NaN()
		if m := p.models[lang]; m != nil {
			logp, tokens := s.Score(m, text)
			dst[0] = logp / float64(tokens)
		}
	}
}
