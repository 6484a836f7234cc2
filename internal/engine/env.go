package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"corpus"
	"corpus/internal/extsort"
	"corpus/internal/fsx"
	"corpus/shards"
)

// env is the corpus.Env of one task. Its outputs become files when the task ends.
type env struct {
	ctx    context.Context
	run    *run
	pass   *corpus.Pass
	task   int
	share  int // tasks that run beside this one, itself included
	report func(int64, int)

	mu      sync.Mutex
	counts  corpus.Counts
	outputs []*output
	files   []corpus.File
	sorters []*extsort.Sorter
	scratch string
}

// output is a table or single file being written.
type output struct {
	role, ext string
	staged    *fsx.Staged
	table     *shards.Writer // nil for a single file
}

var _ corpus.Env = (*env)(nil)

func (e *env) Context() context.Context {
	if e.ctx == nil {
		return e.run.ctx
	}
	return e.ctx
}

func (e *env) Task() int             { return e.task }
func (e *env) Parts() (first, n int) { return e.run.first, e.run.parts }
func (e *env) Progress(n int64)      { e.report(n, 0) }
func (e *env) Total(p, name string) int64 {
	var sum int64
	for _, rec := range e.run.done[p] {
		sum += rec.Counts[name]
	}
	return sum
}

func (e *env) Count(name string, n int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counts[name] += n
}

// Input is the counts of the input's generation.
func (e *env) Input() corpus.Counts {
	sum := corpus.Counts{}
	for _, g := range e.run.followed() {
		sum.Add(g.Counts)
	}
	return sum
}

func (e *env) Workers() int {
	if e.pass.Exclusive || e.share == 0 {
		return e.run.engine.fit(e.pass)
	}
	return max(1, e.run.engine.fit(e.pass)/e.share)
}

func (e *env) Memory() int64 { return Heap(e.run.engine.memory()) / int64(max(1, e.share)) }

// Open opens the file in the directory of its dataset.
func (e *env) Open(role string, part int) (corpus.TableReader, error) {
	if d, rest, ok := e.run.dataset(role); ok {
		parts := d.Parts()
		if part < 0 || part >= len(parts) {
			return nil, fmt.Errorf("%s: there is no part %d", role, part)
		}
		return d.Table(parts[part], rest)
	}
	f, err := e.table(role, part)
	if err != nil {
		return nil, err
	}
	return shards.OpenTable(e.run.engine.FS, path.Join(e.run.job.Dir, f.Name), f, nil, "corpus "+e.run.job.Stage.Name+" --rebuild")
}

// Rows is what the manifest or record says.
func (e *env) Rows(role string, part int) (int64, error) {
	if d, rest, ok := e.run.dataset(role); ok {
		if parts := d.Parts(); part >= 0 && part < len(parts) {
			if f, ok := parts[part].File(rest); ok {
				return f.Rows, nil
			}
		}
	}
	f, err := e.table(role, part)
	return f.Rows, err
}

// table finds a table of an earlier generation or among the outputs of an earlier
// pass.
func (e *env) table(role string, part int) (corpus.File, error) {
	for _, g := range e.run.prior {
		for _, p := range g.Parts {
			if f, ok := p.File(role); ok && p.Number == part {
				return f, nil
			}
		}
	}
	for _, p := range e.run.job.Stage.Passes {
		recs := e.run.done[p.Name]
		if i := part - e.run.first; i >= 0 && i < len(recs) {
			if f, ok := recs[i].file(role); ok {
				return f, nil
			}
		}
	}
	return corpus.File{}, fmt.Errorf("%s of part %d: %w", role, part, errNoRole)
}

// File finds the file where Open finds tables; of earlier generations the newest
// that has one.
func (e *env) File(role string) ([]byte, error) {
	if d, rest, ok := e.run.dataset(role); ok {
		return d.File(rest)
	}
	for _, p := range e.run.job.Stage.Passes {
		for _, rec := range e.run.done[p.Name] {
			if f, ok := rec.file(role); ok && f.Rows < 0 {
				return shards.ReadFile(e.run.engine.FS, path.Join(e.run.job.Dir, f.Name), f, "corpus "+e.run.job.Stage.Name+" --rebuild")
			}
		}
	}
	for _, g := range slices.Backward(e.run.prior) {
		for _, f := range g.Files {
			if f.Role == role {
				return shards.ReadFile(e.run.engine.FS, path.Join(e.run.job.Dir, f.Name), f, "corpus "+e.run.job.Stage.Name+" --rebuild")
			}
		}
	}
	return nil, fmt.Errorf("%s: %w", role, errNoRole)
}

func (e *env) Create(role string, s corpus.Schema) (corpus.TableWriter, error) {
	o, err := e.stage(role, ".arrow")
	if err != nil {
		return nil, err
	}
	o.table, err = shards.NewWriter(o.staged, s)
	return o.table, err
}

func (e *env) CreateFile(name string) (io.Writer, error) {
	ext := path.Ext(name)
	o, err := e.stage(strings.TrimSuffix(name, ext), ext)
	if err != nil {
		return nil, err
	}
	return o.staged, nil
}

// stage starts an output; a role such as "kept/part" lies in a directory kept.
func (e *env) stage(role, ext string) (*output, error) {
	dir := path.Join(e.run.job.Dir, path.Dir(role))
	if err := e.run.engine.FS.MkdirAll(dir); err != nil {
		return nil, err
	}
	staged, err := fsx.Stage(e.run.engine.FS, dir, fmt.Sprintf("%s-%05d%s", path.Base(role), e.part(), ext))
	if err != nil {
		return nil, err
	}
	o := &output{role: role, ext: ext, staged: staged}
	e.mu.Lock()
	e.outputs = append(e.outputs, o)
	e.mu.Unlock()
	return o, nil
}

func (e *env) part() int { return e.run.first + e.task }

// finish makes the outputs files, named by their content.
func (e *env) finish() error {
	for len(e.outputs) > 0 {
		o := e.outputs[0]
		f := corpus.File{Role: o.role, Rows: -1}
		if o.table != nil {
			if err := o.table.Close(); err != nil {
				return err
			}
			f.Rows, f.Checks, f.Tokens = o.table.Rows(), o.table.Checks(), o.table.Tokens()
		}
		f.Size, f.SHA256 = o.staged.Size(), o.staged.Sum()
		name := fmt.Sprintf("%s-%05d-%s%s", path.Base(o.role), e.part(), f.SHA256[:12], o.ext)
		if o.table == nil {
			name = fmt.Sprintf("%s-%s%s", path.Base(o.role), f.SHA256[:12], o.ext)
		}
		f.Name = path.Join(path.Dir(o.role), name)
		e.outputs = e.outputs[1:]
		if err := o.staged.Commit(func(string) string { return name }); err != nil {
			return err
		}
		e.files = append(e.files, f)
	}
	return nil
}

// cleanup drops what did not become a file, and the scratch space.
func (e *env) cleanup() {
	for _, o := range e.outputs {
		_ = o.staged.Abort() // the error that stopped the task is the one to report
	}
	for _, s := range e.sorters {
		_ = s.Close()
	}
	if e.scratch != "" {
		_ = os.RemoveAll(e.scratch)
	}
}

func (e *env) Scratch() (string, error) {
	if e.scratch != "" {
		return e.scratch, nil
	}
	dir := filepath.Join(e.run.engine.Scratch, fmt.Sprintf("%s-%s-%05d", e.run.job.Stage.Name, e.pass.Name, e.task))
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o777)); err != nil {
		return "", &corpus.Error{Class: corpus.Disk, What: "cannot make scratch space", Path: dir, Offset: -1, Err: err}
	}
	e.scratch = dir
	return dir, nil
}

// sortShare is the part of a task's memory that one sorter takes.
const sortShare = 4

func (e *env) Sort(width int) (corpus.Sorter, error) {
	dir, err := e.Scratch()
	if err != nil {
		return nil, err
	}
	s, err := extsort.New(dir, width, e.Memory()/sortShare)
	if err != nil {
		return nil, err
	}
	s.Workers = e.run.engine.workers() / max(1, e.share)
	e.sorters = append(e.sorters, s)
	return s, nil
}
