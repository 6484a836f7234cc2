package trainer

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"corpus"
	"corpus/internal/fsx/fsxtest"
)

// budgetJob is a job whose updates take 10 ms each, for a clock of its own, and
// evaluations 20 ms a batch.
func budgetJob(t *testing.T, seconds int64) Job {
	t.Helper()
	j := smallJob(t, "clm", 1)
	ask := Spec{
		Objective: "clm", SeqLen: 12, Batch: 1, Accum: 2, Seed: 11, LR: 0.02, Optimizer: "adamw", EvalBatches: 3, Budget: seconds, Schedule: "wsd",
	}
	var err error
	if j.Spec, err = ask.Resolve(); err != nil {
		t.Fatal(err)
	}
	j.Plan = func(steps int64) (Spec, error) {
		s := ask
		s.Steps = steps
		return s.Resolve()
	}
	return j.timed()
}

// timed gives a job a model and a clock that its work moves on.
func (j Job) timed() Job {
	now := time.Unix(0, 0)
	j.Make = made(clocked{newBigram(j.Config), &now})
	j.Now = func() time.Time { return now }
	return j
}

type clocked struct {
	*bigram
	now *time.Time
}

func (m clocked) Step(b []Batch, h Hyper) (Stats, error) {
	*m.now = m.now.Add(10 * time.Millisecond)
	return m.bigram.Step(b, h)
}

func (m clocked) Eval(b Batch) (Stats, error) {
	*m.now = m.now.Add(20 * time.Millisecond)
	return m.bigram.Eval(b)
}

// TestBudget: the steps that fit are decided once and recorded, and the run is that
// of so many steps, in about the time it was given.
func TestBudget(t *testing.T) {
	j := budgetJob(t, 10)
	got, err := Run(context.Background(), j)
	if err != nil || !got.Done {
		t.Fatalf("%+v, %v", got, err)
	}
	info, err := ReadRun(j.FS, j.Dir)
	if err != nil {
		t.Fatal(err)
	}
	p := info.Phases[0]
	// 9.8 s less 23 updates and one evaluation of 3 batches to measure, and a last
	// evaluation of all 42
	want := int64((9.8 - 0.23 - 0.06 - 0.02*42) / (0.01 + 0.06/float64(p.Spec.EvalEvery)))
	if d := p.Decision; d == nil || d.Update != 0.01 || d.Evaluation != 0.06 || d.Measured != 20 || p.Spec.Steps < want-2 || p.Spec.Steps > want+2 {
		t.Fatalf("%+v of %+v, want about %d steps", p.Decision, p.Spec, want)
	}
	if took := j.Now().Sub(time.Unix(0, 0)).Seconds(); took > 10 || took < 9.5 {
		t.Errorf("it took %v s of 10", took)
	}
	if line := p.Spec.String(); line != "clm gpt2 tiny, in 10s" {
		t.Error(line)
	}
	if p.Spec.Decay != p.Spec.Steps/5 || p.Spec.Warmup != p.Spec.Steps/20 {
		t.Errorf("%+v", p.Spec)
	}
	plain := budgetJob(t, 10) // of the same steps, asked for by number
	if plain.Spec, err = plain.Plan(p.Spec.Steps); err != nil {
		t.Fatal(err)
	}
	plain.Plan = nil
	if _, err := Run(context.Background(), plain); err != nil {
		t.Fatal(err)
	}
	a, b := read(t, j.FS, j.Dir+"/model.safetensors"), read(t, plain.FS, plain.Dir+"/model.safetensors")
	if string(a) != string(b) {
		t.Error("it is another run than that of so many steps")
	}
}

// TestBudgetResumed: a run that was killed goes on to the steps decided on, on a
// machine of another speed too, and ends with the same bytes.
func TestBudgetResumed(t *testing.T) {
	straight := budgetJob(t, 3)
	if _, err := Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	info, err := ReadRun(straight.FS, straight.Dir)
	if err != nil {
		t.Fatal(err)
	}
	straight.Spec = info.Phases[0].Spec
	want := outcome(t, straight.FS, straight)
	for _, at := range []int64{1, 2, 50, straight.Spec.Steps} {
		j := budgetJob(t, 3)
		j.Make = made(&killedBehind{clocked: model(j).(clocked), at: at})
		if _, err := Run(context.Background(), j); !errors.Is(err, errKilled) {
			t.Fatalf("not killed at step %d: %v", at, err)
		}
		j.FS = j.FS.(*fsxtest.Mem).Crash(at%2 == 0)
		next := budgetJob(t, 3)
		next.FS = j.FS
		now := time.Unix(0, 0)
		next.Now = func() time.Time { now = now.Add(time.Second); return now } // slow
		next.Make = made(newBigram(j.Config))
		if got, err := Run(context.Background(), next); err != nil || !got.Done {
			t.Fatalf("%+v, %v", got, err)
		}
		next.Spec = straight.Spec
		if outcome(t, next.FS, next) != want {
			t.Errorf("killed at step %d and resumed, the run differs", at)
		}
	}
	for seconds, what := range map[int64]string{4: "begun with another budget", 1: "begun with another budget"} {
		j := budgetJob(t, seconds)
		j.FS = straight.FS
		if _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), what) {
			t.Errorf("%d s: %v", seconds, err)
		}
	}
	more := budgetJob(t, 3) // on, by a number of steps
	more.FS, more.Plan, more.Spec.Budget = straight.FS, nil, 0
	more.Spec.Steps = straight.Spec.Steps + 40
	if got, err := Run(context.Background(), more); err != nil || !got.Done || got.Step != more.Spec.Steps {
		t.Errorf("%+v, %v", got, err)
	}
	again := budgetJob(t, 3)
	again.FS = straight.FS
	if got, err := Run(context.Background(), again); err != nil || !got.Done {
		t.Errorf("%+v, %v", got, err)
	}
}

// killedBehind is killed at a step behind the measurement, in which all steps are 1.
type killedBehind struct {
	clocked
	at    int64
	loads int
}

func (m *killedBehind) Load(s []Tensor) error {
	m.loads++
	return m.clocked.Load(s)
}

func (m *killedBehind) Step(b []Batch, h Hyper) (Stats, error) {
	if m.loads == 2 && h.Step == m.at {
		return Stats{}, errKilled
	}
	return m.clocked.Step(b, h)
}

// TestBudgetTooSmall: what has no room for a training is refused, and nothing is left.
func TestBudgetTooSmall(t *testing.T) {
	j := budgetJob(t, 1)
	if _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), "a budget of 1s has room for") {
		t.Errorf("%v", err)
	}
	if _, err := ReadRun(j.FS, j.Dir); err == nil {
		t.Error("run.json is written")
	}
}
