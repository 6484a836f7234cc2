package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
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
	Memory  int64  // bytes all tasks together may use; 0 = 1 GiB
	Scratch string // a real directory for temporary files
	// Room is asked before a stage writes what it may need; nil = any amount.
	Room func(stage string, need int64) error
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
// a generation of the output, committed one after the other.
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
	if err != nil && !job.Rebuild {
		return err
	}
	if own == nil || job.Rebuild || own.Exists() && own.Manifest.Version != job.Stage.Version {
		own = &shards.Dataset{Dir: job.Dir}
	}
	manifest := &corpus.Manifest{Stage: job.Stage.Name, Version: job.Stage.Version}
	if own.Exists() {
		manifest = own.Manifest
	}
	if (job.Frozen || job.Settled) && len(manifest.Generations) > 0 {
		if err := checkSettings(job, manifest.Generations[0]); err != nil || job.Frozen {
			sum.UpToDate = true
			return err
		}
	}
	for g := range e.generations(job, len(manifest.Generations)) {
		committed, err := e.generation(ctx, job, manifest, g, sum)
		if err != nil {
			return err
		}
		if committed != nil {
			manifest = committed
			sum.Generations++
		}
	}
	sum.UpToDate = sum.Generations == 0
	return nil
}

// generations is how many there are to look at: those of the input, or for a
// stage that finds its own input the next one only.
func (e *Engine) generations(job Job, have int) func(func(int) bool) {
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

// generation runs the passes for generation g and commits it, unless what is
// committed was made from the same things. A nil manifest means it was.
func (e *Engine) generation(ctx context.Context, job Job, m *corpus.Manifest, g int, sum *Summary) (*corpus.Manifest, error) {
	r, err := e.newRun(ctx, job, m, g)
	if err != nil {
		return nil, err
	}
	if g < len(m.Generations) && job.Follows != "" && m.Generations[g].Key == r.key {
		return nil, nil
	}
	if err := e.holds(job.Stage); err != nil {
		return nil, err
	}
	for i := range job.Stage.Passes {
		if err := r.pass(&job.Stage.Passes[i]); err != nil {
			return nil, err
		}
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
	return r.commit(gen)
}

// holds refuses a stage that no ceiling of this height holds.
func (e *Engine) holds(s corpus.Stage) error {
	for _, p := range s.Passes {
		if p.Memory > e.memory() {
			return &corpus.Error{
				Class: corpus.Refused, Offset: -1,
				What: fmt.Sprintf("%s %s may hold %d bytes of memory, the ceiling is %d", s.Name, p.Name, p.Memory, e.memory()),
				Next: fmt.Sprintf("give --memory %d or more", p.Memory),
			}
		}
	}
	return nil
}

// fit is how many workers of a pass the memory has room for.
func (e *Engine) fit(p *corpus.Pass) int {
	if p.Memory == 0 {
		return e.workers()
	}
	return max(1, min(e.workers(), int(e.memory()/p.Memory)))
}

// commit makes the generation visible: plain-named files, then the manifest.
func (r *run) commit(gen corpus.Generation) (*corpus.Manifest, error) {
	if err := r.publish(&gen); err != nil {
		return nil, err
	}
	m := &corpus.Manifest{Stage: r.job.Stage.Name, Version: r.job.Stage.Version}
	m.Generations = append(append(m.Generations, r.prior...), gen)
	if err := r.derive(m); err != nil {
		return nil, err
	}
	last := &m.Generations[len(m.Generations)-1]
	for i, g := range r.prior {
		m.Generations[i].Files = slices.DeleteFunc(slices.Clone(g.Files), func(f corpus.File) bool { return published(last, f) })
	}
	b, err := m.Seal()
	if err != nil {
		return nil, err
	}
	return m, fsx.WriteFile(r.engine.FS, path.Join(r.job.Dir, shards.ManifestName), b)
}

// publish gives single files their plain names beside the content-named ones.
func (r *run) publish(gen *corpus.Generation) error {
	for _, f := range slices.Clone(gen.Files) {
		if !slices.Contains(r.job.Stage.Publish, f.Role) {
			continue
		}
		b, err := fsx.ReadFile(r.engine.FS, path.Join(r.job.Dir, f.Name), corpus.MaxManifest)
		if err != nil {
			return err
		}
		if err := r.writePlain(gen, f.Role, f.Role+path.Ext(f.Name), b); err != nil {
			return err
		}
	}
	return nil
}

// derive writes the files that the stage makes from the manifest.
func (r *run) derive(m *corpus.Manifest) error {
	if r.job.Stage.Derive == nil {
		return nil
	}
	files, err := r.job.Stage.Derive(m)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := r.writePlain(&m.Generations[len(m.Generations)-1], f.Name, f.Name, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// writePlain writes a file under a plain name and adds it to the generation.
func (r *run) writePlain(gen *corpus.Generation, role, name string, b []byte) error {
	sum := sha256.Sum256(b)
	gen.Files = append(gen.Files, corpus.File{
		Role: shards.PublishedRole(role), Name: name,
		Size: int64(len(b)), SHA256: hex.EncodeToString(sum[:]),
	})
	return fsx.WriteFile(r.engine.FS, path.Join(r.job.Dir, name), b)
}

// published says whether f is a plain-named copy that gen has replaced.
func published(gen *corpus.Generation, f corpus.File) bool {
	return slices.ContainsFunc(gen.Files, func(n corpus.File) bool { return n.Name == f.Name && n.Role == f.Role })
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

var errNoRole = errors.New("no pass or input has this role")
