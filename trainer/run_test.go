package trainer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
)

// ids is a Tokens in memory.
type ids []int32

func (t ids) Len() int64 { return int64(len(t)) }
func (t ids) Read(dst []int32, at int64) error {
	if at < 0 || at+int64(len(dst)) > int64(len(t)) {
		return fmt.Errorf("tokens %d to %d of %d", at, at+int64(len(dst)), len(t))
	}
	copy(dst, t[at:])
	return nil
}

func (t ids) Ends(dst []int, at int64, n int) ([]int, error) {
	for i, id := range t[at : at+int64(n)] {
		if id == testSpecial.EOS {
			dst = append(dst, i+1)
		}
	}
	return dst, nil
}

// Names numbers the documents, by twos to a source.
func (t ids) Names(at, n int64, do func(id, source string)) error {
	doc := 0
	for i, id := range t[:at+n] {
		if int64(i) >= at && (int64(i) == at || t[i-1] == testSpecial.EOS) {
			do(strconv.Itoa(doc), "s"+strconv.Itoa(doc/2))
		}
		if id == testSpecial.EOS {
			doc++
		}
	}
	return nil
}

func (t ids) Lengths(dst []int64, at int64) (n int, err error) {
	rest := t[at:]
	for ; n < len(dst) && len(rest) > 0; n++ {
		length := min(slices.Index(rest, testSpecial.EOS)+1, len(rest))
		if length == 0 { // a last document without an end
			length = len(rest)
		}
		dst[n], rest = int64(length), rest[length:]
	}
	return n, nil
}

// testSpecial reserves the ids 0 to 16.
var testSpecial = Special{Pad: 0, BOS: 1, EOS: 2, Unk: 3, CLS: 4, SEP: 5, Mask: 6, Sentinels: []int32{7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}

const testVocab = 40

// chain is text with something to learn: each token decides its two successors;
// documents of about 30 tokens end with EOS.
func chain(n int, seed uint64) ids {
	r := stream(seed)
	out := make(ids, 0, n)
	for x := 17; len(out) < n; {
		if x = 17 + (3*(x-17)+1+r.IntN(2))%(testVocab-17); r.IntN(30) == 0 {
			out = append(out, testSpecial.EOS)
			continue
		}
		out = append(out, int32(x))
	}
	return out
}

// smallJob is a run of an objective on the fake model and a file system in memory.
func smallJob(t testing.TB, objective string, steps int64) Job {
	t.Helper()
	spec := Spec{
		Objective: objective, Steps: steps, SeqLen: 12, Batch: 1, Accum: 2, Seed: 11, LR: 0.02, Optimizer: "adamw", Dropout: 0.1,
		LogEvery: 5, EvalEvery: 20, EvalBatches: 3, SaveEvery: 20,
	}
	spec, err := spec.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	c, err := spec.Architecture(testVocab, testSpecial)
	if err != nil {
		t.Fatal(err)
	}
	c.Hidden, c.Heads, c.HeadDim, c.FFN, c.Layers = 6, 2, 3, 2, 1
	if c.Stacks() == EncoderDecoder {
		c.DecLayers = 1
	}
	clock := time.Unix(0, 0)
	return Job{
		FS: fsxtest.New(), Dir: "runs/a", Spec: spec, Config: c, Special: testSpecial, Make: made(newBigram(c)),
		Data: DataInfo{Shards: "s", Generations: 1}, Open: testData, Env: Env{Program: "test", Threads: 1},
		Files: map[string][]byte{"tokenizer.json": []byte("{}\n")},
		Now: func() time.Time {
			clock = clock.Add(time.Millisecond)
			return clock
		},
	}
}

// made gives a model to a run, which closes it.
func made(m Model) func() (Model, error) { return func() (Model, error) { return m, nil } }

func model(j Job) Model {
	m, _ := j.Make()
	return m
}

// opened gives shards to a run.
func opened(train, valid Tokens) func(DataInfo) (*Data, error) {
	return func(DataInfo) (*Data, error) { return &Data{Train: All(train), Valid: valid}, nil }
}

// testData is 3,000 tokens, and 500 held out, for each generation.
func testData(d DataInfo) (*Data, error) {
	return &Data{Train: All(chain(3000*d.Generations, 1)), Valid: chain(500*d.Generations, 2)}, nil
}

// outcome is what must not depend on how a run was interrupted: the bytes of
// the model folder and the last optimizer state, and the metrics without time.
func outcome(t testing.TB, fsys fsx.FS, j Job) string {
	t.Helper()
	var b strings.Builder
	last := j.Dir + "/checkpoints/" + stepName(j.Spec.Steps) + "/"
	for _, name := range []string{
		"model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "manifest.json",
		"run.json",
	} {
		fmt.Fprintf(&b, "%s %x\n", name, read(t, fsys, j.Dir+"/"+name))
	}
	for _, name := range []string{"model.safetensors", "optimizer.safetensors", "state.json"} {
		fmt.Fprintf(&b, "last %s %x\n", name, read(t, fsys, last+name))
	}
	for _, line := range strings.Split(strings.TrimSpace(string(read(t, fsys, j.Dir+"/metrics.jsonl"))), "\n") {
		var m Metric
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("metrics line %q: %v", line, err)
		}
		m.Time, m.TokensPerSecond, m.Memory, m.MFU = 0, 0, 0, 0
		again, _ := json.Marshal(m)
		fmt.Fprintf(&b, "%s\n", again)
	}
	return b.String()
}

func read(t testing.TB, fsys fsx.FS, name string) []byte {
	t.Helper()
	b, err := fsx.ReadFile(fsys, name, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func metrics(t testing.TB, j Job) []Metric {
	t.Helper()
	var out []Metric
	for _, line := range bytes.Split(bytes.TrimSpace(read(t, j.FS, j.Dir+"/metrics.jsonl")), []byte("\n")) {
		var m Metric
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

func TestRunLearns(t *testing.T) {
	for _, objective := range []string{"clm", "mlm", "span", "denoise"} {
		t.Run(objective, func(t *testing.T) {
			j := smallJob(t, objective, 300)
			j.Spec.Batch = 6
			var seen int
			j.OnMetric = func(Metric) { seen++ }
			got, err := Run(context.Background(), j)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Done || got.Step != 300 || got.Valid == nil || got.Best == nil {
				t.Fatalf("result %+v", got)
			}
			lines := metrics(t, j)
			if seen != len(lines) || len(lines) != 60 {
				t.Errorf("%d lines, %d calls, want 60", len(lines), seen)
			}
			first, last := lines[3], lines[len(lines)-1]
			if first.Step != 20 || first.Valid == nil || *last.Valid >= *first.Valid {
				t.Errorf("validation loss went from %v at step %d to %v", first.Valid, first.Step, *last.Valid)
			}
			if p := math.Exp(*last.Valid); math.Abs(*last.Perplexity-p) > 1e-9 || last.Tokens != 300*j.perStep(t) || last.TokensPerSecond <= 0 {
				t.Errorf("last line %+v", last)
			}
			valid, err := NewValidation(j.Spec, j.Special, testVocab, chain(500, 2))
			if err != nil {
				t.Fatal(err)
			}
			unigram, err := valid.Unigram(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: loss %.3f to %.3f, unigram %.3f", objective, *first.Valid, *last.Valid, unigram)
			if objective == "clm" && *last.Valid >= unigram {
				t.Errorf("validation loss %v is not below the unigram cross-entropy %v", *last.Valid, unigram)
			}
		})
	}
}

// perStep is the tokens of a step.
func (j Job) perStep(t *testing.T) int64 {
	obj, err := NewObjective(j.Spec, j.Special, j.Config.Vocab, false)
	if err != nil {
		t.Fatal(err)
	}
	return int64(j.Spec.Batch*j.Spec.Accum) * int64(obj.Room())
}

func TestRunTwiceIsTheSame(t *testing.T) {
	a, b := smallJob(t, "mlm", 40), smallJob(t, "mlm", 40)
	for _, j := range []Job{a, b} {
		if _, err := Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
	}
	if outcome(t, a.FS, a) != outcome(t, b.FS, b) {
		t.Error("two runs of one spec differ")
	}
	b = smallJob(t, "mlm", 40)
	b.Spec.Seed++
	if _, err := Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if outcome(t, a.FS, a) == outcome(t, b.FS, b) {
		t.Error("another seed makes the same run")
	}
}

// steppedModel calls after at the end of each update.
type steppedModel struct {
	*bigram
	after func(step int64)
}

func (m steppedModel) Step(b []Batch, h Hyper) (Stats, error) {
	s, err := m.bigram.Step(b, h)
	m.after(h.Step)
	return s, err
}

// TestRunStoppedAtEveryStep cancels the context, as SIGTERM does, within every
// step of a run of 200 (and within every seventh), each time going on with a new
// process.
func TestRunStoppedAtEveryStep(t *testing.T) {
	t.Parallel()
	straight := smallJob(t, "clm", 200)
	if _, err := Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, straight.FS, straight)
	for _, stride := range []int64{1, 7} {
		j := smallJob(t, "clm", 200)
		for stop := stride; stop < 200; stop += stride {
			ctx, cancel := context.WithCancel(context.Background())
			j.Make = made(steppedModel{newBigram(j.Config), func(step int64) {
				if step == stop {
					cancel()
				}
			}})
			got, err := Run(ctx, j)
			if !errors.Is(err, context.Canceled) || got.Step != stop || got.Resumed != stop-stride || got.Done {
				t.Fatalf("stopped at %d: %+v, %v", stop, got, err)
			}
		}
		j.Make = made(newBigram(j.Config))
		if got, err := Run(context.Background(), j); err != nil || !got.Done {
			t.Fatalf("%+v, %v", got, err)
		}
		if outcome(t, j.FS, j) != want {
			t.Errorf("stopped at every step of %d and resumed, the run differs", stride)
		}
	}
}

// TestEveryObjectiveGoesOn stops a run of each objective between two checkpoints;
// those of words and sentences make the same rows as before.
func TestEveryObjectiveGoesOn(t *testing.T) {
	specs := map[string]func(*Spec){
		"clm": nil, "mlm": nil, "span": nil, "denoise": nil, "whole words": func(s *Spec) { s.Objective, s.WholeWord = "mlm", true },
	}
	for name, change := range specs {
		t.Run(name, func(t *testing.T) {
			objective := name
			if change != nil {
				objective = "mlm"
			}
			straight, cut := smallJob(t, objective, 40), smallJob(t, objective, 40)
			for _, j := range []*Job{&straight, &cut} {
				if change != nil {
					change(&j.Spec)
				}
				j.Special.Pieces = wordyPieces()
			}
			if _, err := Run(context.Background(), straight); err != nil {
				t.Fatal(err)
			}
			cut.Make = made(killedModel{newBigram(cut.Config), 31, nil})
			if got, err := Run(context.Background(), cut); !errors.Is(err, errKilled) {
				t.Fatalf("%+v, %v", got, err)
			}
			cut.Make = made(newBigram(cut.Config))
			if got, err := Run(context.Background(), cut); err != nil || got.Resumed != 20 {
				t.Fatalf("%+v, %v", got, err)
			}
			if outcome(t, cut.FS, cut) != outcome(t, straight.FS, straight) {
				t.Error("killed and resumed, the run differs")
			}
		})
	}
}

// wordyPieces makes of a third of the tests' vocabulary ends of words, and of
// some full stops.
func wordyPieces() []Piece {
	pieces := make([]Piece, testVocab)
	for id := range pieces {
		text := " word"
		switch {
		case id%3 == 0:
			text = "ing"
		case id%7 == 0:
			text = "."
		}
		pieces[id] = NewPiece(text)
	}
	return pieces
}

// errKilled stands for SIGKILL: the process does nothing after it.
var errKilled = errors.New("killed")

// killedModel kills at a step, before its update; before is called at each step.
type killedModel struct {
	*bigram
	at     int64
	before func(step int64)
}

func (m killedModel) Step(b []Batch, h Hyper) (Stats, error) {
	if h.Step == m.at {
		return Stats{}, errKilled
	}
	if m.before != nil {
		m.before(h.Step)
	}
	return m.bigram.Step(b, h)
}

// TestRunKilledAtEveryStep takes what is on the disk before each step of a run
// of 200 (all that was written, or only what was synced), goes on from it with
// nothing else, is killed again seven steps on, and goes on from that.
func TestRunKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	j := smallJob(t, "clm", 200)
	disk := j.FS.(*fsxtest.Mem)
	left := map[int64]*fsxtest.Mem{}
	j.Make = made(killedModel{model(j).(*bigram), 0, func(step int64) { left[step] = disk.Crash(step%2 == 0) }})
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, disk, j)
	for at := int64(1); at <= 200; at++ {
		again := min(200, at+7)
		j.FS, j.Make = left[at], made(killedModel{newBigram(j.Config), again, nil})
		if got, err := Run(context.Background(), j); !errors.Is(err, errKilled) || got.Resumed != (at-1)/20*20 {
			t.Fatalf("killed before step %d, and again: %+v, %v", at, got, err)
		}
		j.FS, j.Make = left[at].Crash(at%2 == 1), made(newBigram(j.Config))
		got, err := Run(context.Background(), j)
		if err != nil || got.Resumed != (again-1)/20*20 {
			t.Fatalf("killed before step %d and again: %+v, %v", at, got, err)
		}
		if outcome(t, j.FS, j) != want {
			t.Fatalf("killed before step %d and resumed, the run differs", at)
		}
	}
}

// TestRunPowerCut cuts the power at every write operation of a short run, and once
// more as it goes on.
func TestRunPowerCut(t *testing.T) {
	t.Parallel()
	job := func() Job {
		j := smallJob(t, "clm", 12)
		j.Spec.SaveEvery, j.Spec.EvalEvery, j.Spec.LogEvery, j.Spec.Keep = 3, 4, 1, 1
		return j
	}
	straight := job()
	if _, err := Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	want, writes := outcome(t, straight.FS, straight), straight.FS.(*fsxtest.Mem).Writes()
	if writes < 100 {
		t.Fatalf("only %d writes", writes)
	}
	t.Logf("%d write operations", writes)
	for at := 1; at <= writes; at++ {
		for _, keep := range []bool{false, true} {
			j := job()
			disk := j.FS.(*fsxtest.Mem)
			disk.FailAt, disk.Fail = at, fsxtest.ErrCrash
			if _, err := Run(context.Background(), j); !errors.Is(err, fsxtest.ErrCrash) {
				t.Fatalf("power cut at write %d: %v", at, err)
			}
			j.FS, j.Make = disk.Crash(keep), made(newBigram(j.Config))
			if _, err := Check(j.FS, j.Dir); err != nil {
				t.Fatalf("after a power cut at write %d (keep %v): %v", at, keep, err)
			}
			disk = j.FS.(*fsxtest.Mem)
			disk.FailAt, disk.Fail = 1+at/2, fsxtest.ErrCrash
			if _, err := Run(context.Background(), j); err != nil && !errors.Is(err, fsxtest.ErrCrash) {
				t.Fatalf("a second power cut after write %d (keep %v): %v", at, keep, err)
			}
			j.FS, j.Make = disk.Crash(!keep), made(newBigram(j.Config))
			if _, err := Run(context.Background(), j); err != nil {
				t.Fatalf("after a power cut at write %d (keep %v): %v", at, keep, err)
			}
			if outcome(t, j.FS, j) != want {
				t.Fatalf("after a power cut at write %d (keep %v) the run differs", at, keep)
			}
		}
	}
}

// TestRunDiskFull fails one write operation at a time: the run ends with the
// error, and goes on when there is room again.
func TestRunDiskFull(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	straight := smallJob(t, "clm", 6)
	straight.Spec.SaveEvery = 3
	if _, err := Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	want, writes := outcome(t, straight.FS, straight), straight.FS.(*fsxtest.Mem).Writes()
	for at := 1; at <= writes; at++ {
		j := smallJob(t, "clm", 6)
		j.Spec.SaveEvery = 3
		j.FS.(*fsxtest.Mem).FailAt, j.FS.(*fsxtest.Mem).Fail = at, full
		if _, err := Run(context.Background(), j); !errors.Is(err, full) {
			t.Fatalf("full disk at write %d: %v", at, err)
		}
		j.Make = made(newBigram(j.Config))
		if _, err := Run(context.Background(), j); err != nil {
			t.Fatalf("after a full disk at write %d: %v", at, err)
		}
		if outcome(t, j.FS, j) != want {
			t.Fatalf("after a full disk at write %d the run differs", at)
		}
	}
}

func TestRunRefusesAnotherSpec(t *testing.T) {
	base := smallJob(t, "clm", 4)
	if _, err := Run(context.Background(), base); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Job){
		"spec.lr":             func(j *Job) { j.Spec.LR = 0.5 },
		"spec.steps":          func(j *Job) { j.Spec.Steps = 3 },
		"tokenizer":           func(j *Job) { j.Files = map[string][]byte{TokenizerFile: []byte("[]\n")} },
		"special.mask":        func(j *Job) { j.Special.Mask = 3 },
		"config.init_range":   func(j *Job) { j.Config.InitRange = 0.03 },
		"spec.weight_decay":   func(j *Job) { j.Spec.WeightDecay = 0 },
		"spec.eval_batches":   func(j *Job) { j.Spec.EvalBatches = 1 },
		"config.attn_dropout": func(j *Job) { j.Config.AttnDropout = 0 },
		"spec.precision":      func(j *Job) { j.Spec.Precision = "bf16" },
	} {
		j := base
		j.Make = made(newBigram(j.Config))
		change(&j)
		_, err := Run(context.Background(), j)
		if corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	j := base // what leaves the numbers alone may change
	j.Spec.Keep, j.Spec.SaveEvery = 7, 2
	if got, err := Run(context.Background(), j); err != nil || !got.Done {
		t.Errorf("keep and save: %+v, %v", got, err)
	}
}

func TestRunWarnsOfAnotherMachine(t *testing.T) {
	j := smallJob(t, "clm", 30)
	ctx, cancel := context.WithCancel(context.Background())
	j.Make = made(steppedModel{model(j).(*bigram), func(int64) { cancel() }})
	if _, err := Run(ctx, j); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	var warned []string
	j.Make, j.Env.Threads, j.Env.Library = made(newBigram(j.Config)), 2, "libtorch 9"
	j.Warn = func(w string) { warned = append(warned, w) }
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(warned, "\n"); len(warned) != 2 || !strings.Contains(all, "threads was 1 and is 2 now") || !strings.Contains(all, "library") {
		t.Errorf("warnings %q", warned)
	}
}

func TestRunDiverges(t *testing.T) {
	j := smallJob(t, "clm", 60)
	m := model(j).(*bigram)
	for s := int64(2); s < 60; s++ {
		m.failAt[s] = s == 4 || s == 5 || s >= 23
	}
	got, err := Run(context.Background(), j)
	var d *Diverged
	if !errors.As(err, &d) || corpus.ClassOf(err) != corpus.Refused {
		t.Fatalf("%+v, %v", got, err)
	}
	if d.Step != 32 || d.Bad != 10 || d.Back != 2 || got.Step != 32 {
		t.Errorf("%+v", d)
	}
	skipped := 0
	for _, line := range metrics(t, j) {
		if line.Skipped != "" {
			skipped++
			if line.Skipped != "its loss is NaN" || len(line.Documents) == 0 {
				t.Errorf("step %d: %q, documents %v", line.Step, line.Skipped, line.Documents)
			}
			if line.Loss != nil {
				t.Errorf("loss %v of skipped step %d", *line.Loss, line.Step)
			}
		}
	}
	if skipped != 12 {
		t.Errorf("%d skipped steps in the metrics, want 12", skipped)
	}
	if steps, _ := checkpointSteps(j.FS, j.Dir); len(steps) != 1 || steps[0] != 20 {
		t.Errorf("checkpoints %v, want the last good one, 20", steps)
	}
}

// TestRunDivergesAcrossResume: the updates skipped in a row are counted on.
func TestRunDivergesAcrossResume(t *testing.T) {
	j := smallJob(t, "clm", 60)
	fails := map[int64]bool{}
	for s := int64(23); s < 60; s++ {
		fails[s] = true
	}
	ctx, cancel := context.WithCancel(context.Background())
	first := model(j).(*bigram)
	first.failAt = fails
	j.Make = made(steppedModel{first, func(step int64) {
		if step == 25 {
			cancel()
		}
	}})
	if got, err := Run(ctx, j); !errors.Is(err, context.Canceled) || got.Step != 25 {
		t.Fatalf("%+v, %v", got, err)
	}
	second := newBigram(j.Config)
	second.failAt = fails
	j.Make = made(second)
	var d *Diverged
	if _, err := Run(context.Background(), j); !errors.As(err, &d) || d.Step != 32 || d.Bad != 10 {
		t.Errorf("%v", err)
	}
}

func TestRunLocked(t *testing.T) {
	j := smallJob(t, "clm", 4)
	if err := j.FS.MkdirAll(j.Dir); err != nil {
		t.Fatal(err)
	}
	if _, err := j.FS.Lock(j.Dir+"/.lock", "another run"); err != nil {
		t.Fatal(err)
	}
	j.Open = func(DataInfo) (*Data, error) { t.Error("shards are opened"); return nil, errKilled }
	j.Make = func() (Model, error) { t.Error("a model is made"); return nil, errKilled }
	if _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Locked {
		t.Errorf("%v", err)
	}
}

// valleyModel has its lowest validation loss at step 40.
type valleyModel struct {
	*bigram
	step *int64
}

func (m valleyModel) Step(b []Batch, h Hyper) (Stats, error) {
	*m.step = h.Step
	return m.bigram.Step(b, h)
}

func (m valleyModel) Eval(Batch) (Stats, error) {
	return Stats{Loss: 1 + math.Abs(float64(*m.step-40)), Tokens: 1}, nil
}

// TestRunKeepsNewestAndBest, also when it was stopped in between.
func TestRunKeepsNewestAndBest(t *testing.T) {
	j := smallJob(t, "clm", 100)
	j.Spec.SaveEvery, j.Spec.EvalEvery, j.Spec.Keep = 10, 10, 2
	for _, stop := range []int64{75, 200} {
		ctx, cancel := context.WithCancel(context.Background())
		var step int64
		j.Make = made(valleyModel{newBigram(j.Config), &step})
		j.OnMetric = func(m Metric) {
			if m.Step == stop {
				cancel()
			}
		}
		got, err := Run(ctx, j)
		if stop > 100 && err != nil || got.Best == nil || *got.Best != (Best{40, 1}) {
			t.Fatalf("%+v, %v", got, err)
		}
		steps, err := checkpointSteps(j.FS, j.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[int64][]int64{75: {40, 60, 70, 75}, 200: {40, 90, 100}}[stop]; !slices.Equal(steps, want) {
			t.Errorf("checkpoints %v, want %v", steps, want)
		}
	}
}

func TestRunTooLittleData(t *testing.T) {
	j := smallJob(t, "clm", 4)
	j.Open = opened(chain(11, 1), chain(500, 2))
	if _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.NoInput {
		t.Errorf("%v", err)
	}
	j = smallJob(t, "clm", 4)
	j.Open = opened(chain(3000, 1), ids{})
	if _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.NoInput {
		t.Errorf("%v", err)
	}
}

func TestRunWithoutValidation(t *testing.T) {
	j := smallJob(t, "clm", 4)
	j.Open = opened(chain(3000, 1), nil)
	got, err := Run(context.Background(), j)
	if err != nil || got.Valid != nil || got.Best != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRunOnDisk is one run on the real file system, opened again as a folder.
func TestRunOnDisk(t *testing.T) {
	j := smallJob(t, "span", 10)
	j.FS, j.Dir = fsx.OS{}, t.TempDir()+"/runs/a"
	if _, err := OpenFolder(j.FS, j.Dir); corpus.ClassOf(err) != corpus.NoInput {
		t.Errorf("no run: %v", err)
	}
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFolder(j.FS, j.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if f.Config != j.Config || f.Run == nil || f.Step != 0 {
		t.Errorf("folder %+v", f)
	}
	state, _ := model(j).State()
	weights, _ := splitState(state)
	if len(weights) != len(f.Weights) {
		t.Errorf("%d weights, want %d", len(f.Weights), len(weights))
	}
	if _, err := j.FS.Size(j.Dir + "/.tmp-model.safetensors"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a temporary file is left: %v", err)
	}
}
