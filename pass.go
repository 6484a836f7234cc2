package corpus

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Stage is a list of passes that turns datasets into a dataset. It keeps no
// state of its own: all it remembers is what its passes wrote.
type Stage struct {
	Name    string // also the directory under data/
	Version int    // raised whenever the same input would give other bytes
	Seed    uint64
	Passes  []Pass
	Keep    []string // roles that the manifest keeps; the others are garbage after the run
	Publish []string // roles, of single files, that also get a plain name (tokenizer.json)

	// Derive makes files with plain names that other programs look for beside the
	// parts, out of the manifest about to be committed; nil = none.
	Derive func(m *Manifest) ([]Derived, error)

	// Plan says what a generation will take, before anything of it is written; it
	// may try its work on a sample of the input for a second. nil = not told.
	Plan func(Env) (Plan, error)

	// Gate looks at a generation's counts before it is committed; an error
	// of kind Refused leaves the last good dataset as it was.
	Gate func(Counts) error
}

// Plan is what making a generation takes, as far as it can be told before.
type Plan struct {
	Documents, Bytes int64   // of the generation
	Sampled          int64   // bytes of text that speeds were measured on
	Seconds          float64 // that took
	Steps            []Step
}

// Step is what a pass takes.
type Step struct {
	Pass    string
	Data    int64   // bytes of the files that it leaves
	Scratch int64   // most bytes of temporary files at a time
	Memory  int64   // bytes that its workers and sorts hold at most
	Seconds float64 // estimated
}

// Disk is the most bytes there will be at a time beside those there are.
func (p Plan) Disk() (most int64) {
	data := int64(0)
	for _, s := range p.Steps {
		data += s.Data
		most = max(most, data+s.Scratch)
	}
	return most
}

// Derived is a small file made from a manifest, such as a list of its parts.
type Derived struct {
	Name string // relative to the dataset's directory
	Data []byte
}

// Pass is one step of a stage: a list of independent tasks, run in any order on
// any number of workers, each writing its own files.
type Pass struct {
	Name   string
	Config any // all of the configuration that the output depends on; part of the pass's key
	// Volatile is part of the pass's key too, but of no manifest: what tells
	// that sources are unchanged (times), without their content being a function of it.
	Volatile any
	// Inputs says which roles the pass reads ("signature" of this stage,
	// "ingest/part" of another dataset); the files behind them are in the key.
	// With "+" at its end ("signature+") a role means earlier generations too.
	Inputs []string
	// Tasks is the number of tasks; nil = one for every part of the generation.
	// It is asked after the pass before has ended. One makes it one task.
	Tasks func(Env) (int, error)
	// Exclusive tasks use all workers themselves and run one after the other.
	Exclusive bool
	// Memory is the most bytes that a task, or a worker of an exclusive task,
	// holds whatever Env.Memory says. No more of them run at a time than the
	// ceiling has room for; a stage with a pass of which not one fits is refused
	// before it starts.
	Memory int64
	// Need estimates the bytes that this pass and those after it will write. The
	// first pass that has tasks to do is asked, the answer is printed, and a run
	// that would not fit is refused; nil = not worth asking.
	Need func(Env) (int64, error)
	Run  func(Env) error
}

// One is Pass.Tasks of a pass that has a single task.
func One(Env) (int, error) { return 1, nil }

// Env is what a task may touch; the engine implements it. Roles name tables:
// "part" is the documents themselves, others are row-aligned sidecars or the
// outputs of earlier passes. "dataset/role" names a role of an input dataset.
type Env interface {
	Context() context.Context
	// Task is the number of this task, from 0.
	Task() int
	// Parts are the numbers of the generation's parts: first, first+1, …
	// first+n-1. Those below first belong to earlier generations.
	Parts() (first, n int)
	// Input is the counts of the generation that this one follows, or of all there
	// are for a stage that runs once over them; empty when it follows none.
	Input() Counts
	// Open reads the table that part number part has under role. A part of an
	// earlier pass of this run has the number first + task. Where that part has no
	// such table the error is ErrNoTable. The engine's are Seekers.
	Open(role string, part int) (TableReader, error)
	// Rows is the number of rows of the table that Open opens; the file is not read.
	Rows(role string, part int) (int64, error)
	// File is the whole content of a single file of a dataset, of an earlier pass,
	// or, under a role that means earlier generations too, of the newest that has
	// one, verified.
	File(role string) ([]byte, error)
	// Create starts the output of this task under role.
	Create(role string, s Schema) (TableWriter, error)
	// CreateFile starts a single file, such as tokenizer.json: name is the role
	// and its extension. It is complete when the task ends without error.
	CreateFile(name string) (io.Writer, error)
	// Count adds n to a named count of this task; counts are kept in records
	// and manifest, so they must not depend on time or workers.
	Count(name string, n int64)
	// Total is the sum of a count over the named earlier pass of this run.
	Total(pass, name string) int64
	// Sort starts an external sort of fixed-width records by their bytes, within
	// a share of Memory; the spilled runs lie in this task's scratch space.
	Sort(width int) (Sorter, error)
	// Scratch is a directory for temporary files of this task, emptied before
	// and after it.
	Scratch() (string, error)
	// Memory is the bytes this task may use, Workers the goroutines.
	Memory() int64
	Workers() int
	// Progress adds to the done bytes shown while the pass runs.
	Progress(n int64)
}

// ErrNoTable says that a part has no table under a role.
var ErrNoTable = errors.New("no pass or input has this role")

// Sorter sorts records that may not fit in memory. Add copies the record; after
// the last Add, Each yields all in ascending byte order, each valid until the
// next; equal records are all kept.
type Sorter interface {
	Add(record []byte) error
	Each() iter.Seq2[[]byte, error]
	Close() error
}

// Counts are named sums, such as docs_in or dropped.gopher.min_words.
type Counts map[string]int64

// Add adds all of more.
func (c Counts) Add(more Counts) {
	for k, n := range more {
		c[k] += n
	}
}
