package trainer

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"testing"

	"corpus"
)

// sickModel evaluates or gives out what is no number.
type sickModel struct {
	*bigram
	loss, weight float64 // added
}

func (m sickModel) Eval(b Batch) (Stats, error) {
	s, err := m.bigram.Eval(b)
	s.Loss += m.loss
	return s, err
}

func (m sickModel) State() ([]Tensor, error) {
	state, err := m.bigram.State()
	for _, t := range state {
		if t.Name == m.e {
			t.Data[3] += float32(m.weight)
		}
	}
	return state, err
}

// TestGate: what is no model is refused, and again when it is asked for again.
func TestGate(t *testing.T) {
	for name, sick := range map[string]func(*bigram) Model{
		"last updates skipped": func(m *bigram) Model { m.failAt[3], m.failAt[4] = true, true; return m },
		"every update skipped": func(m *bigram) Model {
			m.failAt = map[int64]bool{1: true, 2: true, 3: true, 4: true}
			return m
		},
		"validation loss": func(m *bigram) Model { return sickModel{m, math.NaN(), 0} },
		"weight":          func(m *bigram) Model { return sickModel{m, 0, math.Inf(1)} },
	} {
		j := smallJob(t, "clm", 4)
		j.Make = made(sick(newBigram(j.Config)))
		for range 2 {
			if got, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Refused || got.Done {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		if _, err := j.FS.Size(j.Dir + "/" + manifestFile); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a model folder is written: %v", name, err)
		}
	}
}

// TestLastEvaluationIsWhole: the loss after the last step and the unigram
// cross-entropy are over the same examples, which are all there are.
func TestLastEvaluationIsWhole(t *testing.T) {
	j := smallJob(t, "mlm", 4)
	j.Spec.EvalEvery, j.Spec.EvalBatches = 2, 1
	got, err := Run(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := testData(j.Data)
	set, err := NewValidation(j.Spec, j.Special, testVocab, data.Valid)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Evaluate(context.Background(), model(j), set, 1<<30, 1)
	if err != nil || math.Abs(*got.Valid-whole) > 1e-9 {
		t.Errorf("validation loss %v, of the whole set %v, %v", *got.Valid, whole, err)
	}
	unigram, err := set.Unigram(context.Background())
	if err != nil || *got.Unigram != unigram {
		t.Errorf("unigram %v, want %v, %v", *got.Unigram, unigram, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := set.Unigram(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestNeed: the numbers of BERT base, and a run that is refused leaves nothing.
func TestNeed(t *testing.T) {
	spec, err := Spec{Objective: "mlm", Model: "bert-base", Batch: 2}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	c, err := spec.Architecture(30522, testSpecial)
	if err != nil {
		t.Fatal(err)
	}
	obj, err := NewObjective(spec, testSpecial, c.Vocab, false)
	if err != nil {
		t.Fatal(err)
	}
	params := Count(c)
	// 28 bytes a parameter, and of 2 × 512 tokens in 12 layers: 20 × 768 + 4 × 3072 + 48 × 512; 77 logits twice.
	layer := int64(512 * (20*768 + 4*3072 + 48*512))
	memory := 28*params + 4*2*(12*layer+2*77*30522)
	if got := need(spec, c, obj, 0); got.Memory != memory || got.Disk != 4*params*(3*5+1) {
		t.Errorf("%+v, want %d of memory", got, memory)
	}
	if got := need(spec, c, obj, 5); got.Disk != 4*params*(3+1) {
		t.Errorf("with five checkpoints there: %+v", got)
	}

	again := spec
	again.Recompute, again.Batch = true, 40 // whose logits are more than are made at once
	if got, want := need(again, c, obj, 0).Memory, 28*params+4*40*(layer+12*512*768)+8*LossChunk; got != want {
		t.Errorf("made again: %d, want %d", got, want)
	}

	j := smallJob(t, "clm", 4)
	small := errors.New("too small")
	j.Admit = func(n Need) error {
		if n.Memory < 28*Count(j.Config) || n.Disk < 12*Count(j.Config) {
			t.Errorf("%+v", n)
		}
		return small
	}
	j.Make = func() (Model, error) { t.Error("a model is made"); return nil, small }
	if _, err := Run(context.Background(), j); !errors.Is(err, small) {
		t.Errorf("%v", err)
	}
	if _, err := ReadRun(j.FS, j.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("run.json: %v", err)
	}
}
