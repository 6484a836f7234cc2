package export

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
)

// Names of formats.
const (
	Megatron = "megatron"
	MDS      = "mds"
	Nanotron = "nanotron"
)

// Formats are the names of all.
func Formats() []string { return []string{Megatron, MDS, Nanotron} }

// CheckFormat refuses what is no name of a format.
func CheckFormat(name string) error {
	if writers()[name] == nil {
		return corpus.Errorf(corpus.Usage, "unknown format %q; want --format %s", name, strings.Join(Formats(), ", "))
	}
	return nil
}

// Job is an export.
type Job struct {
	FS     fsx.FS
	Set    *shards.Dataset
	Dir    string // made where it is missing; else empty, or with an export
	Format string
	Vocab  int    // ids are below it
	EOS    uint32 // follows every document
	// Files are written beside the tokens, under their names: the tokenizer.
	Files map[string][]byte

	Room     func(need int64) error      // refuses what the disk has no room for; may be nil
	Progress func(split string, n int64) // n tokens more are written; may be nil
	Holder   string                      // names this process to those who find Dir locked
}

// splits are the sets of a dataset, under the names that all formats give them.
var splits = []struct{ name, role string }{{"train", shards.TrainRole}, {"valid", shards.ValidRole}}

// Run writes the export, unless it is there as a whole. Every file is written aside
// and renamed, the record that names them all comes last; a run that was killed is
// repeated, and ends with the same bytes. What an older export left is removed.
func Run(ctx context.Context, j Job) (r *Record, upToDate bool, err error) {
	if err := CheckFormat(j.Format); err != nil {
		return nil, false, err
	}
	if err := j.FS.MkdirAll(j.Dir); err != nil {
		return nil, false, err
	}
	if _, err := readRecord(j.FS, j.Dir); err != nil { // before a lock is left there
		return nil, false, err
	}
	lock, err := j.FS.Lock(path.Join(j.Dir, lockName), j.Holder)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	old, err := readRecord(j.FS, j.Dir)
	if err != nil {
		return nil, false, err
	}
	e := &export{Job: j, ctx: ctx, record: j.describe()}
	if old.holds(j.FS, j.Dir, e.record) {
		return old, true, nil
	}
	return e.record, false, e.run(writers()[j.Format])
}

// export is an export under way.
type export struct {
	Job
	ctx    context.Context
	record *Record
	limit  int64 // of an MDS shard; 0 = mdsLimit

	ids []int32 // a buffer of tokens, and what is made of them
	buf []byte
}

// writer writes a split, which has documents.
type writer func(e *export, s *split) error

func writers() map[string]writer {
	return map[string]writer{Megatron: writeMegatron, MDS: writeMDS, Nanotron: writeDatatrove}
}

// split is the documents of train or valid.
type split struct {
	name   string
	role   string
	tokens *shards.Tokens
	all    *shards.Stream
	docs   int64
}

func (e *export) run(write writer) (err error) {
	sets, err := e.open()
	defer func() {
		for _, s := range sets {
			err = errors.Join(err, s.tokens.Close())
		}
	}()
	if err == nil && e.Room != nil {
		err = e.Room(e.need(sets))
	}
	if err == nil {
		err = e.clear()
	}
	if err != nil {
		return err
	}
	for _, s := range sets {
		if s.docs == 0 {
			continue
		}
		e.record.Splits[s.name] = Size{s.docs, s.all.Len()}
		if err := e.FS.MkdirAll(path.Join(e.Dir, s.name)); err != nil {
			return err
		}
		if err := write(e, s); err != nil {
			return fmt.Errorf("export %s: %w", s.name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Files)) {
		if err := e.file(name, func(f *fsx.Staged) error { _, err := f.Write(e.Files[name]); return err }); err != nil {
			return err
		}
	}
	e.record.Complete = true
	return e.record.write(e.FS, e.Dir)
}

func (e *export) open() (sets []*split, err error) {
	for _, s := range splits {
		t, err := shards.OpenTokens(e.Set, s.role, e.Vocab, e.EOS)
		if err != nil {
			return sets, err
		}
		sets = append(sets, &split{s.name, s.role, t, t.All(), t.Docs()})
	}
	return sets, nil
}

// file writes a file of the export, whose name is relative to its directory.
func (e *export) file(name string, write func(*fsx.Staged) error) error {
	f, err := fsx.Stage(e.FS, path.Join(e.Dir, path.Dir(name)), path.Base(name))
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Abort())
	}
	e.record.Files = append(e.record.Files, File{name, f.Size(), f.Sum()})
	return f.Commit(func(string) string { return path.Base(name) })
}

// progress tells that n tokens more are written, and whether to go on.
func (e *export) progress(s *split, n int) error {
	if e.Progress != nil {
		e.Progress(s.name, int64(n))
	}
	return context.Cause(e.ctx)
}
