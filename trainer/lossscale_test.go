package trainer

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"corpus/internal/fsx/fsxtest"
)

func TestLossScale(t *testing.T) {
	if l, overflow := newLossScale("bf16").next(Stats{Skipped: true, Norm: math.Inf(1)}); overflow || l.Scale != 0 {
		t.Error("bf16 is scaled")
	}
	l := newLossScale("fp16")
	for range 1999 {
		l, _ = l.next(Stats{Norm: 1})
	}
	if l.Scale != 65536 || l.Good != 1999 {
		t.Errorf("%+v", l)
	}
	l, _ = l.next(Stats{Norm: 1})
	if l.Scale != 131072 || l.Good != 0 {
		t.Errorf("%+v", l)
	}
	for _, c := range []struct {
		s        Stats
		overflow bool
	}{
		{Stats{Skipped: true, Norm: math.Inf(1)}, true},
		{Stats{Skipped: true, Norm: math.NaN()}, true},
		{Stats{Skipped: true, Norm: math.NaN(), Loss: math.NaN()}, false}, // the model's own fault
		{Stats{Skipped: true, Norm: 3}, false},                            // a spike
	} {
		after, overflow := l.next(c.s)
		if overflow != c.overflow || (after.Scale < l.Scale) != c.overflow {
			t.Errorf("%+v: %+v, %v", c.s, after, overflow)
		}
	}
	if _, overflow := (LossScale{Scale: 1}).next(Stats{Skipped: true, Norm: math.Inf(1)}); overflow {
		t.Error("there is no lower scale to try")
	}
}

// fp16Model overflows where the loss is scaled by more than 2^12, and after step 30 than 2^9.
type fp16Model struct {
	*bigram
	scales *[]float64
}

func (m fp16Model) Step(b []Batch, h Hyper) (Stats, error) {
	*m.scales = append(*m.scales, h.LossScale)
	limit := 4096.
	if h.Step > 30 {
		limit = 512
	}
	if h.LossScale > limit {
		return Stats{Loss: 3, Norm: math.Inf(1), Skipped: true, Tokens: 1}, nil
	}
	return m.bigram.Step(b, h)
}

// TestRunScalesLoss: overflows lower the scale, are no fault of the rows and do not
// make the run go back; a run that is stopped in between ends with the same bytes.
func TestRunScalesLoss(t *testing.T) {
	job := func(scales *[]float64) Job {
		j := smallJob(t, "clm", 60)
		j.Spec.Precision, j.Spec.MaxBad = "fp16", 2
		j.Make = made(fp16Model{newBigram(j.Config), scales})
		return j
	}
	var scales []float64
	j := job(&scales)
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	if scales[0] != 65536 || scales[4] != 4096 || scales[59] != 512 {
		t.Errorf("%v", scales)
	}
	skipped := 0
	for _, m := range metrics(t, j) {
		if m.Skipped != "" {
			skipped++
			if !strings.HasPrefix(m.Skipped, "gradients overflow with the loss scaled by ") || m.Documents != nil {
				t.Errorf("%+v", m)
			}
		}
	}
	if info, err := ReadRun(j.FS, j.Dir); err != nil || skipped != 7 || info.Rollbacks != nil {
		t.Errorf("%d skipped, %+v, %v", skipped, info, err)
	}
	want := outcome(t, j.FS, j)
	for _, at := range []int64{2, 24, 33, 50} {
		j := job(new([]float64))
		ctx, cancel := context.WithCancel(context.Background())
		m := model(j).(fp16Model)
		j.Make = made(cancelled{m, at, cancel})
		if _, err := Run(ctx, j); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		next := job(new([]float64))
		next.FS = j.FS.(*fsxtest.Mem)
		if _, err := Run(context.Background(), next); err != nil {
			t.Fatal(err)
		}
		if outcome(t, next.FS, next) != want {
			t.Errorf("stopped at step %d the run differs", at)
		}
	}
}

// cancelled cancels in a step.
type cancelled struct {
	Model
	at     int64
	cancel func()
}

func (m cancelled) Step(b []Batch, h Hyper) (Stats, error) {
	if h.Step == m.at {
		m.cancel()
	}
	return m.Model.Step(b, h)
}
