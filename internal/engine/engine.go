package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
)

// Engine is where stages run: a file system and this machine's means.
type Engine struct {
	FS      fsx.FS
	Workers int    // goroutines; 0 = all cores
	Memory  int64  // ceiling of the process in bytes; 0 = 1 GiB
	Scratch string // a real directory for temporary files
	// Room is asked before a stage writes what it may need; nil = any amount.
	Room func(stage string, need int64) error
	// Plan is told what a generation takes before it is made; nil = nobody asks.
	Plan func(stage string, p corpus.Plan) error
	// Progress is called as tasks proceed, from any goroutine; nil = silent.
	Progress func(Progress)
}

// Progress is how far a pass is.
type Progress struct {
	Stage, Pass  string
	Tasks, Done  int
	Bytes        int64 // since the pass began
	CurrentStart time.Time
}

// Job is a stage with the datasets it reads and the directory it writes.
type Job struct {
	Stage corpus.Stage
	Dir   string
	// Inputs by name. The generations of Follows are followed one by one;
	// "" means the stage finds its own new input (ingest).
	Inputs  map[string]*shards.Dataset
	Follows string
	// Frozen stages run once, over all generations there are, and then never
	// again (the tokenizer).
	Frozen bool
	// Settled stages keep the settings of their first generation: others would
	// undo what was decided (which documents are held out).
	Settled bool
	Rebuild bool // forget what was committed and what killed runs finished
	// Plan ends the run of every generation when its plan is told: nothing is written.
	Plan bool
	// Trial names passes that must have been run. The others are run for every
	// generation, and what they count is the summary; nothing is committed.
	Trial []string
}

// Summary is what a run did; UpToDate means nothing had to be done.
type Summary struct {
	Stage        string
	UpToDate     bool
	Generations  int // committed by this run
	Counts       corpus.Counts
	Units        int64 // input units of the tasks
	UnitsResumed int64 // of them, those an earlier run had finished
	Seconds      float64
}

// Run brings the dataset up to date: every new generation of the input becomes
// a generation of the output, committed one after the other. Where generations
// that were committed are made anew, because of other settings or a rebuild, the
// last good dataset stays until all of them are.
func (e *Engine) Run(ctx context.Context, job Job) (Summary, error) {
	start := time.Now()
	sum := Summary{Stage: job.Stage.Name, Counts: corpus.Counts{}}
	err := e.run(ctx, job, &sum)
	sum.Seconds = time.Since(start).Seconds()
	return sum, err
}

func (e *Engine) run(ctx context.Context, job Job, sum *Summary) error {
	if err := e.FS.MkdirAll(job.Dir); err != nil {
		return err
	}
	own, err := shards.OpenDataset(e.FS, job.Dir)
	if err != nil {
		if !job.Rebuild {
			return err
		}
		own = &shards.Dataset{Dir: job.Dir} // a damaged manifest is no dataset
	}
	manifest, have := &corpus.Manifest{Stage: job.Stage.Name, Version: job.Stage.Version}, 0
	if own.Exists() {
		have = len(own.Manifest.Generations)
		if !job.Rebuild && own.Manifest.Version == job.Stage.Version {
			manifest = own.Manifest
			if err := e.mend(job, manifest); err != nil {
				return err
			}
		}
	}
	if job.Trial != nil {
		return e.trial(ctx, job, manifest, sum)
	}
	if (job.Frozen || job.Settled) && len(manifest.Generations) > 0 {
		if err := checkSettings(job, manifest.Generations[0]); err != nil || job.Frozen {
			sum.UpToDate = true
			return err
		}
	}
	return e.generations(ctx, job, manifest, have, sum)
}

// generations makes those that are new or made from other things, and commits
// when there are as many as before.
func (e *Engine) generations(ctx context.Context, job Job, m *corpus.Manifest, have int, sum *Summary) error {
	waiting := false
	if n := job.inputs(); n < len(m.Generations) { // a rebuilt input may have fewer
		m = &corpus.Manifest{Stage: m.Stage, Version: m.Version, Generations: m.Generations[:n]}
		waiting = n > 0
	}
	for g := range e.wanted(job, len(m.Generations)) {
		gen, err := e.generation(ctx, job, m, g, sum)
		if err != nil {
			return err
		}
		if gen == nil {
			continue
		}
		m = &corpus.Manifest{Stage: job.Stage.Name, Version: job.Stage.Version, Generations: append(slices.Clone(m.Generations[:g]), *gen)}
		sum.Generations++
		if waiting = len(m.Generations) < have; !waiting {
			if err := e.commit(job, m); err != nil {
				return err
			}
		}
	}
	sum.UpToDate = sum.Generations == 0
	if waiting {
		return e.commit(job, m)
	}
	return nil
}

// trial counts what the stage would do, generation by generation: each follows the
// earlier ones of the trial, not those that are committed.
func (e *Engine) trial(ctx context.Context, job Job, m *corpus.Manifest, sum *Summary) error {
	tried := &corpus.Manifest{Stage: m.Stage, Version: m.Version}
	for g := range e.wanted(job, 0) {
		r, err := e.newRun(ctx, job, tried, g)
		if err != nil {
			return err
		}
		if err := r.passes(); err != nil {
			return err
		}
		for _, records := range r.done {
			for _, rec := range records {
				sum.Counts.Add(rec.Counts)
			}
		}
		gen, err := r.assemble()
		if err != nil {
			return err
		}
		tried.Generations = append(tried.Generations, gen)
	}
	return nil
}

// inputs is how many generations a dataset can have at most.
func (j Job) inputs() int {
	if in := j.Inputs[j.Follows]; j.Follows != "" && !j.Frozen && in.Exists() {
		return len(in.Manifest.Generations)
	}
	return math.MaxInt
}

// wanted are the generations to look at: those of the input, or for a stage that
// finds its own input the next one only.
func (e *Engine) wanted(job Job, have int) func(func(int) bool) {
	return func(yield func(int) bool) {
		switch {
		case job.Follows == "":
			yield(have)
		case job.Frozen:
			yield(0)
		default:
			in := job.Inputs[job.Follows]
			if !in.Exists() {
				return
			}
			for g := range in.Manifest.Generations {
				if !yield(g) {
					return
				}
			}
		}
	}
}

// checkSettings says that other settings need a rebuild.
func checkSettings(job Job, g corpus.Generation) error {
	for _, p := range job.Stage.Passes {
		want, err := canonical(p.Config)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(want, g.Config[p.Name]) {
			return &corpus.Error{
				Class: corpus.BadConfig, What: fmt.Sprintf("the %s dataset was made with other settings (%s), which hold for all that is added to it",
					job.Stage.Name, g.Config[p.Name]), Path: job.Dir, Offset: -1,
				Next: fmt.Sprintf("run `corpus %s --rebuild` to make it anew, and rebuild what follows it", job.Stage.Name),
			}
		}
	}
	return nil
}

// generation runs the passes for generation g, unless the one there is was made
// from the same things: then it is nil, as it is when there is nothing new.
func (e *Engine) generation(ctx context.Context, job Job, m *corpus.Manifest, g int, sum *Summary) (*corpus.Generation, error) {
	r, err := e.newRun(ctx, job, m, g)
	if err != nil {
		return nil, err
	}
	if g < len(m.Generations) && job.Follows != "" && m.Generations[g].Key == r.key {
		return nil, nil
	}
	if err := r.plan(); err != nil || job.Plan {
		return nil, err
	}
	if err := r.passes(); err != nil {
		return nil, err
	}
	sum.Units += r.units
	sum.UnitsResumed += r.resumed
	gen, err := r.assemble()
	if err != nil {
		return nil, err
	}
	sum.Counts.Add(gen.Counts)
	if len(gen.Parts) == 0 && len(gen.Files) == 0 {
		return nil, nil
	}
	if job.Stage.Gate != nil {
		if err := job.Stage.Gate(gen.Counts); err != nil {
			return nil, err
		}
	}
	return &gen, nil
}

// holds refuses a stage that no ceiling of this height holds, with its largest need.
func (e *Engine) holds(s corpus.Stage) error {
	if len(s.Passes) == 0 {
		return nil
	}
	p := slices.MaxFunc(s.Passes, func(a, b corpus.Pass) int { return cmp.Compare(a.Memory, b.Memory) })
	if p.Memory <= e.memory() {
		return nil
	}
	return &corpus.Error{
		Class: corpus.Refused, Offset: -1,
		What: fmt.Sprintf("%s %s may hold %s of memory, the ceiling is %s", s.Name, p.Name, Mebibytes(p.Memory), Mebibytes(e.memory())),
		Next: fmt.Sprintf("give --memory %s or more", Mebibytes(p.Memory)),
	}
}

// Mebibytes is n bytes as --memory takes it, rounded up.
func Mebibytes(n int64) string { return fmt.Sprintf("%dMiB", (n+1<<20-1)>>20) }

// fit is how many workers of a pass the memory has room for.
func (e *Engine) fit(p *corpus.Pass) int {
	if p.Memory == 0 {
		return e.workers()
	}
	return max(1, min(e.workers(), int(e.memory()/p.Memory)))
}

func (e *Engine) workers() int {
	if e.Workers > 0 {
		return e.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (e *Engine) memory() int64 {
	if e.Memory > 0 {
		return e.Memory
	}
	return 1 << 30
}

// program is what the process holds beside its heap, in bytes: the pages of its
// file that it has touched (51 MB while dedup runs).
const program = 56 << 20

// Heap is what a ceiling leaves for the heap, at least half of it.
func Heap(ceiling int64) int64 { return max(ceiling-program, ceiling/2) }

var errNoRole = corpus.ErrNoTable
