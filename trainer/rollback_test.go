package trainer

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx/fsxtest"
)

// poisoned is a model that the rows of some batches ruin: all losses behind their
// update are no numbers.
type poisoned struct {
	*bigram
	poison []int32 // beginning of the input of the batch
	kill   int     // the update, counted from 1, before which the process is killed
	calls  *int
}

func (m poisoned) Step(b []Batch, h Hyper) (Stats, error) {
	if *m.calls++; *m.calls == m.kill {
		return Stats{}, errKilled
	}
	s, err := m.bigram.Step(b, h)
	if err == nil && !s.Skipped && slices.Equal(b[0].Input, m.poison) {
		m.w[m.e][0] = math.NaN()
	}
	return s, err
}

// poisonedJob is a run of 60 steps, whose batch number 29 is poison.
func poisonedJob(t *testing.T) (j Job, job func(kill int) Job) {
	t.Helper()
	j = smallJob(t, "clm", 60)
	j.Spec.MaxBad = 3
	obj, err := NewObjective(j.Spec, j.Special, testVocab, false)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := testData(j.Data)
	d, err := NewDataset("training", data.Train, obj, j.Spec, j.Special, j.Spec.Seed)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.Batch(2*29, 1)
	if err != nil {
		t.Fatal(err)
	}
	return j, func(kill int) Job {
		next := j
		next.Make = made(poisoned{newBigram(j.Config), b.Input, kill, new(int)})
		return next
	}
}

// TestRunGoesBack: updates are skipped, the run goes back to its last checkpoint and
// past what it has read, names the documents, and ends as a good run.
func TestRunGoesBack(t *testing.T) {
	_, job := poisonedJob(t)
	j := job(0)
	var warned []string
	j.Warn = func(w string) { warned = append(warned, w) }
	got, err := Run(context.Background(), j)
	if err != nil || !got.Done || got.Step != 60 || got.Resumed != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	info, err := ReadRun(j.FS, j.Dir)
	if err != nil || len(info.Rollbacks) != 1 {
		t.Fatalf("%+v, %v", info, err)
	}
	b := info.Rollbacks[0]
	if b.From != 33 || b.To != 20 || b.Place != 33 || b.Try != 1 || len(b.Documents) < 4 {
		t.Errorf("%+v", b)
	}
	if len(warned) != 4 || !strings.Contains(warned[0], "step 31 was skipped: its loss is NaN; its documents: ") || !strings.Contains(warned[3], "going back to step 20") {
		t.Errorf("warned %q", warned)
	}
	for _, d := range b.Documents[len(b.Documents)-1:] { // of the last batch
		if !strings.Contains(warned[2], d.ID+" of "+d.Source) {
			t.Errorf("%v is not in %q", d, warned[2])
		}
	}
	steps, told := []int64{}, 0
	for _, m := range metrics(t, j) {
		steps = append(steps, m.Step)
		if m.Rollback != nil {
			told++
		}
	}
	if told != 1 || !slices.IsSorted(steps) || steps[len(steps)-1] != 60 {
		t.Errorf("%d returns in the metrics of steps %v", told, steps)
	}
	if _, err := Check(j.FS, j.Dir); err != nil {
		t.Error(err)
	}
}

// TestRunGoesBackKilled kills a run that goes back before every third update, and
// each time once more three updates on.
func TestRunGoesBackKilled(t *testing.T) {
	t.Parallel()
	j, job := poisonedJob(t)
	if _, err := Run(context.Background(), job(0)); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, j.FS, j)
	for at := 1; at <= 73; at += 3 {
		next := job(at)
		disk := fsxtest.New()
		next.FS = disk
		if _, err := Run(context.Background(), next); !errors.Is(err, errKilled) {
			t.Fatalf("killed before update %d: %v", at, err)
		}
		again := job(3)
		again.FS = disk.Crash(at%2 == 0)
		if _, err := Run(context.Background(), again); !errors.Is(err, errKilled) {
			if at < 70 {
				t.Fatalf("killed again after update %d: %v", at, err)
			}
		}
		last := job(0)
		last.FS = again.FS.(*fsxtest.Mem).Crash(at%2 == 1)
		if got, err := Run(context.Background(), last); err != nil || !got.Done {
			t.Fatalf("after update %d: %+v, %v", at, got, err)
		}
		if outcome(t, last.FS, last) != want {
			t.Fatalf("killed before update %d and resumed, the run differs", at)
		}
	}
}

// TestRunGoesBackPowerCut cuts the power at every fourth write of such a run.
func TestRunGoesBackPowerCut(t *testing.T) {
	t.Parallel()
	j, job := poisonedJob(t)
	if _, err := Run(context.Background(), job(0)); err != nil {
		t.Fatal(err)
	}
	want, writes := outcome(t, j.FS, j), j.FS.(*fsxtest.Mem).Writes()
	for at := 1; at <= writes; at += 4 {
		next := job(0)
		disk := fsxtest.New()
		disk.FailAt, disk.Fail = at, fsxtest.ErrCrash
		next.FS = disk
		if _, err := Run(context.Background(), next); !errors.Is(err, fsxtest.ErrCrash) {
			t.Fatalf("power cut at write %d: %v", at, err)
		}
		next = job(0)
		next.FS = disk.Crash(at%8 == 1)
		if _, err := Run(context.Background(), next); err != nil {
			t.Fatalf("after a power cut at write %d: %v", at, err)
		}
		if outcome(t, next.FS, next) != want {
			t.Fatalf("after a power cut at write %d the run differs", at)
		}
	}
}

// TestRunGoesBackInPhase: a later phase goes back to its own beginning at most.
func TestRunGoesBackInPhase(t *testing.T) {
	j := smallJob(t, "clm", 20)
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	j = j.grow(40)
	m := newBigram(j.Config)
	for s := int64(25); s < 40; s++ {
		m.failAt[s] = true
	}
	j.Make = made(m)
	var d *Diverged
	if _, err := Run(context.Background(), j); !errors.As(err, &d) || d.Back != 1 || corpus.ClassOf(err) != corpus.Refused {
		t.Errorf("%v", err)
	}
	info, err := ReadRun(j.FS, j.Dir)
	if err != nil || len(info.Rollbacks) != 1 || info.Rollbacks[0].To != 20 || info.Rollbacks[0].Place != 14 {
		t.Errorf("%+v, %v", info, err)
	}

	// what a phase before went through does not count
	j = smallJob(t, "clm", 40)
	m = newBigram(j.Config)
	fails := 0
	j.Make = made(failing{m, func(step int64) bool {
		if step >= 25 && step < 35 && fails < 10 {
			fails++
			return true
		}
		return false
	}})
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	fails = 0
	next := j.grow(80)
	next.Make = made(failing{newBigram(j.Config), func(step int64) bool {
		if step >= 45 && fails < 10 {
			fails++
			return true
		}
		return false
	}})
	if _, err := Run(context.Background(), next); err != nil {
		t.Fatal(err)
	}
	info, err = ReadRun(j.FS, j.Dir)
	if err != nil || len(info.Rollbacks) != 2 || info.Rollbacks[1].To != 40 || info.Rollbacks[1].Try != 1 {
		t.Errorf("%+v, %v", info, err)
	}
}

// failing has losses that are no numbers when it is told so.
type failing struct {
	*bigram
	fails func(step int64) bool
}

func (m failing) Step(b []Batch, h Hyper) (Stats, error) {
	m.failAt[h.Step] = m.fails(h.Step)
	return m.bigram.Step(b, h)
}

// TestRunSkipsSpikes: an update whose gradient is far beyond those before is not made.
func TestRunSkipsSpikes(t *testing.T) {
	j := smallJob(t, "clm", 120)
	j.Make = made(spiky{newBigram(j.Config), 100})
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	var skipped []int64
	for _, m := range metrics(t, j) {
		if m.Skipped != "" {
			skipped = append(skipped, m.Step)
			if !strings.HasPrefix(m.Skipped, "its loss of ") {
				t.Error(m.Skipped)
			}
		}
	}
	if !slices.Equal(skipped, []int64{100}) {
		t.Errorf("skipped %v", skipped)
	}
}

// spiky predicts the opposite at a step.
type spiky struct {
	*bigram
	at int64
}

func (m spiky) Step(b []Batch, h Hyper) (Stats, error) {
	if h.Step != m.at {
		return m.bigram.Step(b, h)
	}
	for i := range m.w[m.e] {
		m.w[m.e][i] *= -30
	}
	s, err := m.bigram.Step(b, h)
	for i := range m.w[m.e] {
		m.w[m.e][i] /= -30
	}
	return s, err
}
