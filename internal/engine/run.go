package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
)

// run is one generation of a stage being made.
type run struct {
	ctx            context.Context
	engine         *Engine
	job            Job
	gen            int
	prior          []corpus.Generation // those before it
	key            string
	first          int                 // number of its first part
	parts          int                 // of the input's generation; 0 when it follows none
	done           map[string][]record // by pass
	asked          bool                // whether what is left to do fits on the disk
	keys           map[string]string   // pass → key
	units, resumed int64
}

func (e *Engine) newRun(ctx context.Context, job Job, m *corpus.Manifest, g int) (*run, error) {
	r := &run{
		ctx: ctx, engine: e, job: job, gen: g, prior: m.Generations[:min(g, len(m.Generations))],
		done: map[string][]record{}, keys: map[string]string{},
	}
	for _, p := range r.prior {
		r.first += len(p.Parts)
	}
	if job.Follows != "" && !job.Frozen {
		r.first = r.followed()[0].First
	}
	for _, p := range r.followed() {
		r.parts += len(p.Parts)
	}
	var err error
	r.key, err = r.generationKey()
	return r, err
}

// followed are the generations of the input that this one is made from.
func (r *run) followed() []corpus.Generation {
	if r.job.Follows == "" {
		return nil
	}
	gens := r.job.Inputs[r.job.Follows].Manifest.Generations
	if r.job.Frozen {
		return gens
	}
	return gens[r.gen : r.gen+1]
}

// generationKey hashes all that the generation is a function of.
func (r *run) generationKey() (string, error) {
	s := r.job.Stage
	k := keyer{}
	k.add(s.Name, s.Version, s.Seed)
	if len(r.prior) > 0 {
		k.add(r.prior[len(r.prior)-1].Key)
	}
	for _, p := range s.Passes {
		c, err := canonical(p.Config)
		if err != nil {
			return "", err
		}
		k.add(p.Name, c)
	}
	for _, h := range r.inputs() {
		k.add(h)
	}
	return k.sum(), nil
}

// inputs are the keys of the input datasets' generations, with their names.
func (r *run) inputs() []string {
	var all []string
	for name, d := range r.job.Inputs {
		if !d.Exists() {
			continue
		}
		gens := d.Manifest.Generations
		if !r.job.Frozen && r.gen < len(gens) {
			gens = gens[r.gen : r.gen+1]
		}
		for _, g := range gens {
			all = append(all, name+" "+g.Key)
		}
	}
	slices.Sort(all)
	return all
}

// keyer hashes a list of values as JSON lines.
type keyer struct{ b strings.Builder }

func (k *keyer) add(vals ...any) {
	for _, v := range vals {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // only strings and numbers come here
		}
		k.b.Write(append(b, '\n'))
	}
}

func (k *keyer) sum() string {
	sum := sha256.Sum256([]byte(k.b.String()))
	return hex.EncodeToString(sum[:])
}

func canonical(config any) (string, error) {
	b, err := json.Marshal(config)
	return string(b), err
}

// passKey hashes what the pass is a function of: its configuration and the
// files behind the roles it reads.
func (r *run) passKey(p *corpus.Pass) (string, error) {
	c, err := canonical(p.Config)
	if err != nil {
		return "", fmt.Errorf("configuration of %s: %w", p.Name, err)
	}
	v, err := canonical(p.Volatile)
	if err != nil {
		return "", fmt.Errorf("sources of %s: %w", p.Name, err)
	}
	k := keyer{}
	k.add(r.job.Stage.Name, r.job.Stage.Version, r.job.Stage.Seed, p.Name, c, v, r.first)
	for _, role := range p.Inputs {
		k.add(role)
		for _, f := range r.filesOf(role) {
			k.add(f.SHA256)
		}
	}
	return k.sum(), nil
}

// filesOf are the files that a declared input names: "role" or "dataset/role"
// of this generation's parts, with "+" at its end those of earlier ones too.
func (r *run) filesOf(input string) []corpus.File {
	role, all := strings.CutSuffix(input, "+")
	var files []corpus.File
	from := r.first
	if all {
		from = 0
	}
	if ds, rest, ok := r.dataset(role); ok {
		if !ds.Exists() {
			return nil
		}
		if f, ok := ds.Manifest.File(rest); ok {
			return []corpus.File{f}
		}
		for _, p := range ds.Parts() {
			if f, ok := p.File(rest); ok && p.Number >= from && p.Number < r.first+r.parts {
				files = append(files, f)
			}
		}
		return files
	}
	if all {
		for _, g := range r.prior {
			for _, p := range g.Parts {
				if f, ok := p.File(role); ok {
					files = append(files, f)
				}
			}
			for _, f := range g.Files {
				if f.Role == role {
					files = append(files, f)
				}
			}
		}
	}
	for _, p := range r.job.Stage.Passes {
		for _, rec := range r.done[p.Name] {
			if f, ok := rec.file(role); ok {
				files = append(files, f)
			}
		}
	}
	return files
}

// dataset splits "dataset/role" when dataset is an input.
func (r *run) dataset(role string) (*shards.Dataset, string, bool) {
	name, rest, ok := strings.Cut(role, "/")
	if !ok {
		return nil, "", false
	}
	d, ok := r.job.Inputs[name]
	return d, rest, ok
}

// plan tells what the generation will take. Where the plan is all that is wanted,
// it is held against the disk here, which runs are by their passes.
func (r *run) plan() error {
	if err := r.engine.holds(r.job.Stage); err != nil {
		return err
	}
	e := r.engine
	if r.job.Stage.Plan == nil || e.Plan == nil {
		return nil
	}
	env := &env{run: r, pass: &corpus.Pass{Name: "plan"}, counts: corpus.Counts{}, report: func(int64, int) {}}
	p, err := r.job.Stage.Plan(env)
	env.cleanup()
	if err != nil {
		return err
	}
	if err := e.Plan(r.job.Stage.Name, p); err != nil || !r.job.Plan || e.Room == nil {
		return err
	}
	return e.Room(r.job.Stage.Name, p.Disk())
}

// passes runs them all, where the memory holds them.
func (r *run) passes() error {
	if err := r.engine.holds(r.job.Stage); err != nil {
		return err
	}
	for i := range r.job.Stage.Passes {
		if err := r.pass(&r.job.Stage.Passes[i]); err != nil {
			return err
		}
	}
	return nil
}

// pass runs the tasks of a pass that no earlier run has finished.
func (r *run) pass(p *corpus.Pass) error {
	key, err := r.passKey(p)
	if err != nil {
		return err
	}
	r.keys[p.Name] = key
	tasks := r.parts
	if p.Tasks != nil {
		if tasks, err = p.Tasks(&env{run: r, pass: p, task: -1}); err != nil {
			return err
		}
	}
	dir := r.passDir(p)
	records := make([]record, tasks)
	var todo []int
	for t := range tasks {
		rec, ok := r.readRecord(dir, t)
		if ok && !r.job.Rebuild {
			records[t] = rec
			r.resumed += rec.units()
		} else {
			todo = append(todo, t)
		}
	}
	if slices.Contains(r.job.Trial, p.Name) && len(todo) > 0 {
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("that needs a re-run: %s %s has not been run with these settings", r.job.Stage.Name, p.Name),
			Next: fmt.Sprintf("run `corpus %s` with them", r.job.Stage.Name),
		}
	}
	if err := r.room(p, len(todo)); err != nil {
		return err
	}
	if err := r.writePlan(dir, p, key, tasks); err != nil {
		return err
	}
	if err := r.tasks(p, dir, records, todo); err != nil {
		return err
	}
	for _, rec := range records {
		r.units += rec.units()
	}
	r.done[p.Name] = records
	return nil
}

// room asks whether what is left to do will fit on the disk, when the first pass
// with something left comes.
func (r *run) room(p *corpus.Pass, todo int) error {
	if p.Need == nil || todo == 0 || r.engine.Room == nil || r.asked {
		return nil
	}
	r.asked = true
	need, err := p.Need(&env{run: r, pass: p, task: -1})
	if err != nil {
		return err
	}
	return r.engine.Room(r.job.Stage.Name, need)
}

// tasks runs the todo list with workers. The first failure stops the others.
func (r *run) tasks(p *corpus.Pass, dir string, records []record, todo []int) error {
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	workers := min(r.engine.fit(p), len(todo))
	if p.Exclusive {
		workers = min(1, len(todo))
	}
	report := r.reporter(p, len(records), len(records)-len(todo))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(todo) {
					return
				}
				rec, err := r.task(ctx, p, dir, todo[i], workers, report)
				if err != nil {
					cancel(err)
					return
				}
				records[todo[i]] = rec
				report(0, 1)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// reporter adds up progress of a pass: bytes and finished tasks.
func (r *run) reporter(p *corpus.Pass, tasks, done int) func(bytes int64, tasks int) {
	if r.engine.Progress == nil {
		return func(int64, int) {}
	}
	var mu sync.Mutex
	state := Progress{Stage: r.job.Stage.Name, Pass: p.Name, Tasks: tasks, Done: done, CurrentStart: time.Now()}
	return func(bytes int64, n int) {
		mu.Lock()
		defer mu.Unlock()
		state.Bytes += bytes
		state.Done += n
		r.engine.Progress(state)
	}
}

// task runs one task and writes its record, which makes it done for ever.
func (r *run) task(ctx context.Context, p *corpus.Pass, dir string, t, workers int, report func(int64, int)) (record, error) {
	e := &env{ctx: ctx, run: r, pass: p, task: t, share: workers, report: report, counts: corpus.Counts{}}
	err := p.Run(e)
	if err == nil {
		err = e.finish()
	}
	e.cleanup()
	if err != nil {
		return record{}, err
	}
	rec := record{Counts: e.counts, Files: e.files}
	b, err := json.Marshal(rec.sealed())
	if err != nil {
		return record{}, err
	}
	return rec, fsx.WriteFile(r.engine.FS, recordName(dir, t), b)
}

// assemble makes the generation out of the records of all passes.
func (r *run) assemble() (corpus.Generation, error) {
	g := corpus.Generation{Key: r.key, Config: map[string]string{}, Inputs: r.inputs(), First: r.first, Counts: corpus.Counts{}}
	parts := map[int]*corpus.Part{}
	for _, p := range r.job.Stage.Passes {
		c, err := canonical(p.Config)
		if err != nil {
			return g, err
		}
		g.Config[p.Name] = c
		for t, rec := range r.done[p.Name] {
			g.Counts.Add(rec.Counts)
			for _, f := range rec.Files {
				r.place(&g, parts, r.first+t, f)
			}
		}
	}
	for n := r.first; parts[n] != nil; n++ {
		g.Parts = append(g.Parts, *parts[n])
	}
	if r.job.Follows == "" { // the input is known by what was read of it
		k := keyer{}
		k.add(r.key)
		for _, p := range g.Parts {
			for _, f := range p.Files {
				k.add(f.SHA256)
			}
		}
		g.Key = k.sum()
	}
	return g, nil
}

// place puts a kept file where the manifest shows it.
func (r *run) place(g *corpus.Generation, parts map[int]*corpus.Part, number int, f corpus.File) {
	if !slices.Contains(r.job.Stage.Keep, f.Role) {
		return
	}
	if f.Rows < 0 { // a single file, not a table
		f.Rows = 0
		g.Files = append(g.Files, f)
		return
	}
	if parts[number] == nil {
		parts[number] = &corpus.Part{Number: number}
	}
	parts[number].Files = append(parts[number].Files, f)
}

func (r *run) passDir(p *corpus.Pass) string {
	return path.Join(r.job.Dir, PassesDir, p.Name+"-"+r.keys[p.Name][:12])
}
