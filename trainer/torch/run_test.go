//go:build torch

package torch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
	"corpus/trainer"
)

// text is a trainer.Tokens of documents of 15 tokens, the last of each being 2.
type text []int32

func newText(n int, seed uint64) text {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make(text, n)
	for i := range out {
		out[i] = int32(3 + r.IntN(40))
		if i > 0 && i%15 > 0 && r.IntN(3) > 0 {
			out[i] = 3 + (out[i-1]*7)%40
		}
		if i%15 == 14 {
			out[i] = 2
		}
	}
	return out
}

func (t text) Len() int64 { return int64(len(t)) }

func (t text) Read(dst []int32, at int64) error {
	copy(dst, t[at:])
	return nil
}

func (t text) Ends(dst []int, at int64, n int) ([]int, error) {
	for i, id := range t[at : at+int64(n)] {
		if id == 2 {
			dst = append(dst, i+1)
		}
	}
	return dst, nil
}

func (t text) Names(at, n int64, do func(id, source string)) error {
	for doc := at / 15; doc*15 < at+n; doc++ {
		do(fmt.Sprint(doc), "source")
	}
	return nil
}

func (t text) Lengths(dst []int64, at int64) (n int, err error) {
	for ; n < len(dst) && at+int64(15*n) < t.Len(); n++ {
		dst[n] = 15
	}
	return n, nil
}

// newJob is a run of a small GPT-2 with dropout.
func newJob(t testing.TB, fs fsx.FS, dir string, steps int64) trainer.Job {
	t.Helper()
	spec, err := trainer.Spec{
		Objective: "clm", Steps: steps, SeqLen: 24, Batch: 2, Accum: 2, Seed: 5, LR: 3e-3, LogEvery: 5, SaveEvery: 20, EvalEvery: 40, EvalBatches: 2,
	}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	special := trainer.Special{Pad: 0, BOS: 1, EOS: 2}
	c := tinyConfig("gpt2")
	return trainer.Job{
		FS: fs, Dir: dir, Spec: spec, Config: c, Special: special, Data: trainer.DataInfo{Shards: "s", Generations: 1},
		Files: map[string][]byte{trainer.TokenizerFile: []byte("{}\n")},
		Open: func(trainer.DataInfo) (*trainer.Data, error) {
			return &trainer.Data{Train: trainer.All(newText(6000, 1)), Valid: newText(600, 2)}, nil
		},
		Make: func() (trainer.Model, error) { return New(c, Options{Threads: 1, Device: device}) },
	}
}

// outcome is all that must not depend on how often a run was stopped.
func outcome(t testing.TB, j trainer.Job) string {
	t.Helper()
	var b strings.Builder
	last := fmt.Sprintf("checkpoints/step-%08d/", j.Spec.Steps)
	for _, name := range []string{"model.safetensors", "run.json", last + "model.safetensors", last + "optimizer.safetensors", last + "state.json"} {
		raw, err := fsx.ReadFile(j.FS, j.Dir+"/"+name, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %x\n", name, raw)
	}
	raw, err := fsx.ReadFile(j.FS, j.Dir+"/metrics.jsonl", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var m trainer.Metric
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		m.Time, m.TokensPerSecond, m.Memory, m.MFU = 0, 0, 0, 0
		again, _ := json.Marshal(m)
		fmt.Fprintf(&b, "%s\n", again)
	}
	return b.String()
}

// ruined is a model whose weights are no numbers behind the update of some rows.
type ruined struct {
	trainer.Model
	by []int32
}

func (m ruined) Step(b []trainer.Batch, h trainer.Hyper) (trainer.Stats, error) {
	s, err := m.Model.Step(b, h)
	if err != nil || s.Skipped || !slices.Equal(b[0].Input, m.by) {
		return s, err
	}
	state, err := m.State()
	if err != nil {
		return s, err
	}
	state[0].Data[0] = float32(math.NaN())
	return s, m.Load(state)
}

// TestRunGoesBack: weights that are ruined by an update are put back, and the run
// goes on behind the rows that ruined them; stopped on the way, it ends with the
// same bytes.
func TestRunGoesBack(t *testing.T) {
	var rows []int32
	note := newJob(t, fsxtest.New(), "runs/a", 30)
	note.Make = func() (trainer.Model, error) {
		m, err := New(note.Config, Options{Threads: 1, Device: device})
		return noted{m, 27, &rows}, err
	}
	if _, err := trainer.Run(context.Background(), note); err != nil {
		t.Fatal(err)
	}
	job := func(fs fsx.FS, stop func(h trainer.Hyper)) trainer.Job {
		j := newJob(t, fs, "runs/a", 50)
		j.Spec.MaxBad = 3
		j.Make = func() (trainer.Model, error) {
			m, err := New(j.Config, Options{Threads: 1, Device: device})
			return stopped{ruined{m, rows}, stop}, err
		}
		return j
	}
	straight := job(fsxtest.New(), func(trainer.Hyper) {})
	if _, err := trainer.Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	info, err := trainer.ReadRun(straight.FS, straight.Dir)
	if err != nil || len(info.Rollbacks) != 1 || info.Rollbacks[0].To != 20 || info.Rollbacks[0].From != 30 || len(info.Rollbacks[0].Documents) == 0 {
		t.Fatalf("%+v, %v", info, err)
	}
	want := outcome(t, straight)
	for _, at := range []int{25, 29, 31, 38} { // updates: the second 21 is the 31st
		fs, calls := fsxtest.New(), 0
		ctx, cancel := context.WithCancel(context.Background())
		j := job(fs, func(trainer.Hyper) {
			if calls++; calls == at {
				cancel()
			}
		})
		if _, err := trainer.Run(ctx, j); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped in update %d: %v", at, err)
		}
		j = job(fs, func(trainer.Hyper) {})
		if _, err := trainer.Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		if outcome(t, j) != want {
			t.Errorf("stopped in update %d the run differs", at)
		}
	}
}

// noted keeps the rows of a step.
type noted struct {
	trainer.Model
	at   int64
	rows *[]int32
}

func (m noted) Step(b []trainer.Batch, h trainer.Hyper) (trainer.Stats, error) {
	if h.Step == m.at {
		*m.rows = slices.Clone(b[0].Input)
	}
	return m.Model.Step(b, h)
}

// stopped calls before each update.
type stopped struct {
	trainer.Model
	before func(h trainer.Hyper)
}

func (m stopped) Step(b []trainer.Batch, h trainer.Hyper) (trainer.Stats, error) {
	m.before(h)
	return m.Model.Step(b, h)
}
