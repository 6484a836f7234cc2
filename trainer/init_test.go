package trainer

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
)

// A family's size takes numbers in the place of its own, which others follow.
func TestNumbersOfASize(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want Config
	}{
		{Spec{Objective: "mlm", Hidden: 192, Layers: 3}, Config{Hidden: 192, Layers: 3, Heads: 3, HeadDim: 64, FFN: 768}},
		{Spec{Objective: "clm", Heads: 8, FFN: 300}, Config{Hidden: 128, Layers: 4, Heads: 8, HeadDim: 16, FFN: 300}},
		{Spec{Objective: "clm", Model: "bloom", Size: "small", Hidden: 256}, Config{Hidden: 256, Layers: 6, Heads: 4, HeadDim: 64, FFN: 1024}},
		{Spec{Objective: "span", Layers: 3, DecLayers: 1, HeadDim: 16}, Config{Hidden: 128, Layers: 3, DecLayers: 1, Heads: 4, HeadDim: 16, FFN: 256}},
		{Spec{Objective: "denoise", Layers: 5}, Config{Hidden: 128, Layers: 5, DecLayers: 5, Heads: 4, HeadDim: 32, FFN: 512}},
	} {
		s, err := c.spec.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Architecture(testVocab, testSpecial)
		if err != nil {
			t.Fatal(err)
		}
		got = Config{Hidden: got.Hidden, Layers: got.Layers, DecLayers: got.DecLayers, Heads: got.Heads, HeadDim: got.HeadDim, FFN: got.FFN}
		if got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.spec, got, c.want)
		}
	}
	for why, s := range map[string]Spec{
		"3 heads of 42 do not make the hidden size 128": {Objective: "clm", Heads: 3},
		"bert-base has its own numbers":                 {Objective: "mlm", Model: "bert-base", Layers: 3},
		"the head size of gpt2 is 32":                   {Objective: "clm", HeadDim: 16},
		"gpt2 has no decoder beside an encoder":         {Objective: "clm", DecLayers: 2},
		"layers is -1":                                  {Objective: "clm", Layers: -1},
		"bloom has 4 × 128":                             {Objective: "clm", Model: "bloom", FFN: 5},
	} {
		if _, err := s.Resolve(); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), why) {
			t.Errorf("%+v: %v, want %s", s, err, why)
		}
	}
}

// A training that goes on from a model has its architecture, more ids than tokens
// too, and its weights, to which run.json holds it.
func TestGoesOnFromAModel(t *testing.T) {
	for _, objective := range []string{"mlm", "clm", "span", "denoise"} {
		j := smallJob(t, objective, 3)
		from := j.Config
		from.Vocab += 5
		s := Spec{Objective: objective, Steps: 3, SeqLen: 12, Batch: 1, LR: 0.02, Optimizer: "adamw", Dropout: None, Init: "one", From: &from}
		var err error
		if j.Spec, err = s.Resolve(); err != nil {
			t.Fatal(err)
		}
		if j.Config, err = j.Spec.Architecture(testVocab, testSpecial); err != nil {
			t.Fatal(err)
		}
		if want := from; j.Config.Vocab != want.Vocab || j.Config.Hidden != 6 || j.Config.Dropout != 0 || j.Config.AttnDropout != 0 {
			t.Fatalf("%s: %+v, from %+v", objective, j.Config, want)
		}
		model := &begins{bigram: newBigram(j.Config)}
		j.Make = func() (Model, error) { return model, nil }
		want := Init(j.Config, 99)
		j.Initial = func() ([]Tensor, error) { return want, nil }
		if _, err := Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		if !sameTensors(t, model.first, want) {
			t.Errorf("%s: the run did not begin with the weights that were given", objective)
		}
		raw, err := fsx.ReadFile(j.FS, path.Join(j.Dir, runFile), maxJSON)
		if err != nil {
			t.Fatal(err)
		}
		var info RunInfo
		if err := json.Unmarshal(raw, &info); err != nil || info.last().Spec.Init != "one" || info.last().Spec.Size != "" {
			t.Errorf("%s: run.json says %+v, %v", objective, info.last().Spec, err)
		}
		j.Spec.Init = "two"
		if _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), "spec.init one, now two") {
			t.Errorf("%s: from other weights: %v", objective, err)
		}
	}
}

// begins keeps the state that it is given first.
type begins struct {
	*bigram
	first []Tensor
}

func (b *begins) Load(state []Tensor) error {
	if b.first == nil {
		b.first = state
	}
	return b.bigram.Load(state)
}

func sameTensors(t *testing.T, a, b []Tensor) bool {
	t.Helper()
	var raw [2]bytes.Buffer
	for i, list := range [][]Tensor{a, b} {
		if err := WriteSafetensors(&raw[i], list); err != nil {
			t.Fatal(err)
		}
	}
	return bytes.Equal(raw[0].Bytes(), raw[1].Bytes())
}

// What does not belong to a model is refused.
func TestGoesOnRefuses(t *testing.T) {
	from := smallJob(t, "mlm", 1).Config
	for why, s := range map[string]Spec{
		"it takes no model or size":   {Objective: "mlm", Size: "small", From: &from},
		"has its own numbers":         {Objective: "mlm", Layers: 2, From: &from},
		"objective clm trains a gpt2": {Objective: "clm", From: &from},
		"rows of 4096 do not fit":     {Objective: "mlm", SeqLen: 4096, From: &from},
	} {
		if _, err := s.Resolve(); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), why) {
			t.Errorf("%+v: %v, want %s", s, err, why)
		}
	}
	s, err := Spec{Objective: "mlm", From: &from}.Resolve()
	if err != nil || s.SeqLen != from.MaxPositions {
		t.Fatalf("rows of %d for %d positions, %v", s.SeqLen, from.MaxPositions, err)
	}
	if _, err := s.Architecture(from.Vocab+1, testSpecial); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("a tokenizer of more tokens than ids: %v", err)
	}
	roberta := from
	roberta.Family, roberta.TypeVocab, roberta.Pad = "roberta", 1, int(testSpecial.Pad)+1
	s, err = Spec{Objective: "mlm", From: &roberta}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Architecture(testVocab, testSpecial); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "positions count from it") {
		t.Errorf("another padding token: %v", err)
	}
}
