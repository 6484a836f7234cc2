package trainer

import (
	"context"
	"math"
	"testing"
)

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		s    Schedule
		step int64
		want float64
	}{
		{Schedule{"cosine", 1, 0.1, 10, 110, 0}, 1, 0.1},
		{Schedule{"cosine", 1, 0.1, 10, 110, 0}, 10, 1},
		{Schedule{"cosine", 1, 0.1, 10, 110, 0}, 35, 0.1 + 0.9*(1+math.Sqrt2/2)/2},
		{Schedule{"cosine", 1, 0.1, 10, 110, 0}, 60, 0.55},
		{Schedule{"cosine", 1, 0.1, 10, 110, 0}, 110, 0.1},
		{Schedule{"cosine", 1, 0.1, 10, 110, 0}, 500, 0.1},
		{Schedule{"linear", 1, 0, 0, 100, 0}, 1, 0.99},
		{Schedule{"linear", 2, 1, 50, 100, 0}, 75, 1.5},
		{Schedule{"linear", 2, 1, 50, 100, 0}, 100, 1},
		{Schedule{"constant", 3, 0, 4, 100, 0}, 2, 1.5},
		{Schedule{"constant", 3, 0, 4, 100, 0}, 99, 3},
		{Schedule{"inverse-sqrt", 1, 0, 100, 1000, 0}, 50, 0.5},
		{Schedule{"inverse-sqrt", 1, 0, 100, 1000, 0}, 100, 1},
		{Schedule{"inverse-sqrt", 1, 0, 100, 1000, 0}, 400, 0.5},
		{Schedule{"wsd", 2, 0.4, 10, 100, 16}, 5, 1},
		{Schedule{"wsd", 2, 0.4, 10, 100, 16}, 10, 2},
		{Schedule{"wsd", 2, 0.4, 10, 100, 16}, 84, 2},
		{Schedule{"wsd", 2, 0.4, 10, 100, 16}, 88, 1.2},
		{Schedule{"wsd", 2, 0.4, 10, 100, 16}, 100, 0.4},
		{Schedule{"cosine", 1, 0.1, 10, 5, 0}, 5, 0.5}, // shorter than its warm-up
		{Schedule{"cosine", 1, 0.1, 5, 5, 0}, 5, 0.1},
	} {
		if got := c.s.At(c.step); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%+v at %d: %v, want %v", c.s, c.step, got, c.want)
		}
	}
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want func(Spec) bool
	}{
		{Spec{Objective: "mlm"}, func(s Spec) bool {
			return s.Model == "bert" && s.Size == "tiny" && s.SeqLen == 128 && s.LR == 2e-3 && s.Beta2 == 0.98 && s.WeightDecay == 0.01 &&
				s.Dropout == 0.1 && s.Warmup == 50 && s.LRFloor == 0.1 && s.MaskRate == 0.15 && s.EvalEvery == 100 && s.SaveEvery == 100
		}},
		{Spec{Objective: "mlm", Model: "bert-base", Steps: 1_000_000}, func(s Spec) bool {
			return s.Size == "" && s.SeqLen == 512 && s.LR == 1e-4 && s.Warmup == 10_000 && s.Batch == 8
		}},
		{Spec{Objective: "clm", Steps: 200}, func(s Spec) bool {
			return s.Model == "gpt2" && s.Size == "tiny" && s.Beta2 == 0.95 && s.WeightDecay == 0.1 && s.Clip == 1 && s.Warmup == 10 && s.EvalEvery == 20
		}},
		{Spec{Objective: "clm", Model: "gpt2-medium"}, func(s Spec) bool { return s.SeqLen == 1024 && s.LR == 6e-4 }},
		{Spec{Objective: "mlm", Model: "roberta", Steps: 200}, func(s Spec) bool {
			return s.Size == "tiny" && s.Schedule == "linear" && s.LRFloor == 0 && s.Clip == 0 && s.WeightDecay == 0.01 && s.Warmup == 10
		}},
		{Spec{Objective: "clm", Model: "bloom-560m", Steps: 1_000_000}, func(s Spec) bool {
			return s.SeqLen == 2048 && s.LR == 3e-4 && s.Warmup == 715 && s.Dropout == 0 && math.Abs(s.LR*s.LRFloor-1e-5) < 1e-12
		}},
		{Spec{Objective: "denoise", Model: "bart-base", Steps: 500_000}, func(s Spec) bool {
			return s.SeqLen == 512 && s.Schedule == "linear" && s.LR == 4e-4 && s.Clip == 0.1 && s.NoiseDensity == 0.3 && s.SpanLength == 3 && s.Warmup == 10_000
		}},
		{Spec{Objective: "span"}, func(s Spec) bool {
			return s.Model == "t5" && s.Optimizer == "adamw-rms" && s.LR == 2e-2 && s.Dropout == 0 && s.WeightDecay == 0 && s.LRFloor == 5e-4
		}},
		{Spec{Objective: "clm", Dropout: None, Clip: None, WeightDecay: None, LRFloor: None, Warmup: None}, func(s Spec) bool {
			return s.Dropout == 0 && s.Clip == 0 && s.WeightDecay == 0 && s.LRFloor == 0 && s.Warmup == 0
		}},
		{Spec{Objective: "clm", Schedule: "wsd", Steps: 200}, func(s Spec) bool { return s.Decay == 40 && s.LRFloor == 0 }},
		{Spec{Objective: "clm", Schedule: "wsd", Steps: 200, Decay: 9, LRFloor: 0.2}, func(s Spec) bool { return s.Decay == 9 && s.LRFloor == 0.2 }},
		{Spec{Objective: "clm", LR: 0.5, Steps: 3}, func(s Spec) bool { return s.LR == 0.5 && s.Warmup == 1 && s.EvalEvery == 1 }},
	} {
		got, err := c.spec.Resolve()
		if err != nil || !c.want(got) {
			t.Errorf("%+v becomes %+v, %v", c.spec, got, err)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	for name, s := range map[string]Spec{
		"no objective":   {},
		"other family":   {Objective: "mlm", Model: "gpt2-medium"},
		"unknown model":  {Objective: "mlm", Model: "bort"},
		"rows too long":  {Objective: "mlm", Model: "bert-base", SeqLen: 513},
		"negative steps": {Objective: "mlm", Steps: -1},
		"optimizer":      {Objective: "mlm", Optimizer: "sgd"},
		"schedule":       {Objective: "mlm", Schedule: "step"},
		"decay":          {Objective: "mlm", Decay: 5},
		"decay of wsd":   {Objective: "mlm", Schedule: "wsd", Decay: -5},
		"beta":           {Objective: "mlm", Beta1: 1},
		"rate":           {Objective: "mlm", LR: -2},
		"rate NaN":       {Objective: "mlm", LR: math.NaN()},
		"dropout":        {Objective: "mlm", Dropout: 1},
		"clip":           {Objective: "mlm", Clip: -3},
		"precision":      {Objective: "mlm", Precision: "fp8"},
	} {
		if got, err := s.Resolve(); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A run that asks for float32 is the same as one that does not.
func TestFloat32IsTheDefault(t *testing.T) {
	plain, err := Spec{Objective: "mlm"}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if asked, err := (Spec{Objective: "mlm", Precision: "float32"}).Resolve(); err != nil || asked != plain {
		t.Errorf("%+v, %v; want %+v", asked, err, plain)
	}
}

func TestSpecArchitecture(t *testing.T) {
	s, err := Spec{Objective: "mlm", SeqLen: 64}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Architecture(1000, testSpecial)
	if err != nil || c.MaxPositions != 64 || c.Vocab != 1000 || c.Pad != 0 || c.EOS != 2 || c.DecStart != -1 {
		t.Errorf("%+v, %v", c, err)
	}
	s, _ = Spec{Objective: "mlm", Model: "bert-base", SeqLen: 64}.Resolve()
	if c, err := s.Architecture(1000, testSpecial); err != nil || c.MaxPositions != 512 {
		t.Errorf("a published model keeps its positions: %+v, %v", c, err)
	}
	s, _ = Spec{Objective: "span"}.Resolve()
	if c, err := s.Architecture(1000, testSpecial); err != nil || c.DecStart != 0 || c.MaxPositions != 0 || c.Dropout != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := s.Architecture(1, testSpecial); err == nil {
		t.Error("token ids outside the vocabulary")
	}
}

func TestUnigram(t *testing.T) {
	d := newTestSet(t, All(ids{18, 17, 18, 17, 19, 17, 20, 17}), Spec{Objective: "clm", SeqLen: 4}, 1)
	got, err := d.Unigram(context.Background()) // 1/2, 1/4, 1/8, 1/8
	if want := 1.75 * math.Ln2; err != nil || math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v, %v", got, want, err)
	}
}

// TestHyper: every micro-batch of every step of every seed has dropout of its own.
func TestHyper(t *testing.T) {
	s, err := Spec{Objective: "clm", Steps: 100, Accum: 8}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]bool{}
	for s.Seed = range uint64(5) {
		for step := int64(1); step <= 100; step++ {
			h := s.hyper(step, 1)
			if h.Step != step || h.LR != 1 || h.Beta2 != 0.95 || h.WeightDecay != 0.1 || h.RMSScaled {
				t.Fatalf("%+v", h)
			}
			for i := range uint64(8) {
				if seen[h.Seed+i] {
					t.Fatalf("step %d repeats the dropout of another", step)
				}
				seen[h.Seed+i] = true
			}
		}
	}
	if s, err = (Spec{Objective: "span"}).Resolve(); err != nil || !s.hyper(1, 1).RMSScaled {
		t.Errorf("span is not scaled by RMS: %v", err)
	}
}
