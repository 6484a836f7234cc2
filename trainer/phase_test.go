package trainer

import (
	"context"
	"errors"
	"math"
	"testing"

	"corpus"
	"corpus/internal/fsx/fsxtest"
)

// grow is the job after a second generation came, asked for steps.
func (j Job) grow(steps int64) Job {
	j.Data, j.Spec.Steps, j.Make = DataInfo{Shards: "s2", Generations: 2}, steps, made(newBigram(j.Config))
	return j
}

// TestRunGrows: new shards leave a finished run alone; more steps go on over all
// of them, and each phase reads what it began with.
func TestRunGrows(t *testing.T) {
	j := smallJob(t, "clm", 40)
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	before := outcome(t, j.FS, j)
	idle := j.grow(40)
	idle.Make = func() (Model, error) { return nil, errors.New("there is nothing to train") }
	got, err := Run(context.Background(), idle)
	if err != nil || !got.Done || got.Resumed != 40 || got.Data != j.Data || got.Unigram == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if outcome(t, j.FS, idle) != before {
		t.Error("new shards changed a finished run")
	}

	more := j.grow(80)
	var read []DataInfo
	more.Open = func(d DataInfo) (*Data, error) { read = append(read, d); return testData(d) }
	if got, err = Run(context.Background(), more); err != nil || !got.Done || got.Resumed != 40 || got.Step != 80 || got.Data != more.Data {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(read) != 1 || read[0] != more.Data {
		t.Errorf("it read %v", read)
	}
	info, err := ReadRun(j.FS, j.Dir)
	if err != nil || len(info.Phases) != 2 || info.Phases[1].From != 40 || info.Phases[0].Data != j.Data || info.Phases[1].Data != more.Data {
		t.Fatalf("%+v, %v", info, err)
	}
	if _, err := Check(j.FS, j.Dir); err != nil {
		t.Error(err)
	}
	after := outcome(t, j.FS, more)
	if got, err = Run(context.Background(), j); err != nil || !got.Done || got.Step != 80 {
		t.Errorf("asked for fewer steps again: %+v, %v", got, err)
	}
	if outcome(t, j.FS, more) != after {
		t.Error("asking for fewer steps again changed the run")
	}
}

// TestRunKilledInAnyPhase: a run that was killed before steps of either phase
// ends with the same bytes, also when more steps were asked for before it had
// the first.
func TestRunKilledInAnyPhase(t *testing.T) {
	t.Parallel()
	j := smallJob(t, "clm", 40)
	left := map[int64]*fsxtest.Mem{}
	note := func(j Job) Job {
		disk := j.FS.(*fsxtest.Mem)
		j.Make = made(killedModel{model(j).(*bigram), 0, func(step int64) { left[step] = disk.Crash(step%2 == 0) }})
		return j
	}
	for _, part := range []Job{j, j.grow(80)} {
		if _, err := Run(context.Background(), note(part)); err != nil {
			t.Fatal(err)
		}
	}
	straight := j.grow(80)
	want := outcome(t, straight.FS, straight)
	for at := int64(1); at <= 80; at += 3 {
		next := j.grow(80)
		next.FS = left[at]
		if at < 20 { // not recorded yet: it begins with the old shards
			first := j
			first.FS, first.Make = left[at], made(killedModel{newBigram(j.Config), 30, nil})
			if _, err := Run(context.Background(), first); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
		}
		if got, err := Run(context.Background(), next); err != nil || !got.Done {
			t.Fatalf("killed before step %d: %+v, %v", at, got, err)
		}
		if outcome(t, next.FS, next) != want {
			t.Fatalf("killed before step %d and resumed, the run differs", at)
		}
	}
}

// TestRunPowerCutInSecondPhase cuts the power at every write of a second phase.
func TestRunPowerCutInSecondPhase(t *testing.T) {
	t.Parallel()
	job := func() Job {
		j := smallJob(t, "clm", 3)
		j.Spec.SaveEvery, j.Spec.EvalEvery, j.Spec.Keep = 2, 2, 1
		if _, err := Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		j.FS.(*fsxtest.Mem).ClearLog()
		return j.grow(6)
	}
	straight := job()
	if _, err := Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	want, writes := outcome(t, straight.FS, straight), straight.FS.(*fsxtest.Mem).Writes()
	for at := 1; at <= writes; at++ {
		j := job()
		disk := j.FS.(*fsxtest.Mem)
		disk.FailAt, disk.Fail = at, fsxtest.ErrCrash
		if _, err := Run(context.Background(), j); !errors.Is(err, fsxtest.ErrCrash) {
			t.Fatalf("power cut at write %d: %v", at, err)
		}
		j.FS, j.Make = disk.Crash(at%2 == 0), made(newBigram(j.Config))
		if _, err := Check(j.FS, j.Dir); err != nil {
			t.Fatalf("after a power cut at write %d: %v", at, err)
		}
		if _, err := OpenFolder(j.FS, j.Dir); err != nil {
			t.Fatalf("after a power cut at write %d: %v", at, err)
		}
		if _, err := Run(context.Background(), j); err != nil {
			t.Fatalf("after a power cut at write %d: %v", at, err)
		}
		if outcome(t, j.FS, j) != want {
			t.Fatalf("after a power cut at write %d the run differs", at)
		}
	}
}

// TestPhaseRate: a later phase rises and falls over its own steps.
func TestPhaseRate(t *testing.T) {
	spec := Spec{Schedule: "linear", LR: 1, Warmup: 500, Steps: 1040}
	p := Phase{From: 1000, Spec: spec}
	for step, want := range map[int64]float64{1001: 0.5, 1002: 1, 1021: 0.5, 1040: 0} {
		if got := p.rate(step); math.Abs(got-want) > 1e-9 {
			t.Errorf("rate of step %d is %v, want %v", step, got, want)
		}
	}
	p.Spec.Schedule, p.Spec.Decay = "wsd", 500 // at most a fifth of 40 steps
	for step, want := range map[int64]float64{1002: 1, 1032: 1, 1034: 0.5, 1040: 0} {
		if got := p.rate(step); math.Abs(got-want) > 1e-9 {
			t.Errorf("wsd: rate of step %d is %v, want %v", step, got, want)
		}
	}
}

// TestRunWithoutRunJSON: what the message about a damaged run.json advises.
func TestRunWithoutRunJSON(t *testing.T) {
	j := smallJob(t, "clm", 40)
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, j.FS, j)
	if err := j.FS.Remove(j.Dir + "/" + runFile); err != nil {
		t.Fatal(err)
	}
	other := j
	other.Spec.LR *= 2
	if _, err := Run(context.Background(), other); corpus.ClassOf(err) != corpus.Usage {
		t.Errorf("with other settings: %v", err)
	}
	if _, err := ReadRun(j.FS, j.Dir); err == nil {
		t.Error("a refused run has written run.json")
	}
	j.Make = made(newBigram(j.Config))
	if got, err := Run(context.Background(), j); err != nil || got.Resumed != 40 {
		t.Fatalf("%+v, %v", got, err)
	}
	if outcome(t, j.FS, j) != want {
		t.Error("the run differs")
	}
}
