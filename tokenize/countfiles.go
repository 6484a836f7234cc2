package tokenize

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"corpus/tokenize/count"

	"corpus"
)

// countFiles are count files in a task's scratch space, oldest first.
type countFiles struct {
	env   corpus.Env
	names []string
	made  int
}

// add writes a stream as one more file.
func (f *countFiles) add(counts count.Counts) error {
	dir, err := f.env.Scratch()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, fmt.Sprintf("counts-%d", f.made))
	file, err := os.Create(name)
	if err != nil {
		return scratchError(name, err)
	}
	f.made++
	out := &scratchFile{file}
	if err := errors.Join(count.Write(out, counts), out.Close()); err != nil {
		return err
	}
	f.names = append(f.names, name)
	return f.env.Context().Err()
}

// merged gives the files and one more stream as one stream. Where the files are
// many they are first merged into fewer, a round at a time.
func (f *countFiles) merged(more count.Counts, do func(count.Counts) error) error {
	for len(f.names) > fileFanIn {
		group := f.names[:fileFanIn]
		f.names = f.names[fileFanIn:]
		if err := mergeFiles(group, nil, f.add); err != nil {
			return err
		}
		for _, name := range group {
			if err := os.Remove(name); err != nil {
				return scratchError(name, err)
			}
		}
	}
	return mergeFiles(f.names, []count.Counts{more}, do)
}

// mergeFiles opens the files for as long as do takes.
func mergeFiles(names []string, streams []count.Counts, do func(count.Counts) error) (err error) {
	for _, name := range names {
		file, openErr := os.Open(name)
		if openErr != nil {
			return scratchError(name, openErr)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		streams = append(streams, count.Read(file))
	}
	return do(count.Merge(streams...))
}

// scratchFile gives the errors of a file that is written their class.
type scratchFile struct{ *os.File }

func (f *scratchFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, scratchError(f.Name(), err)
}

func (f *scratchFile) Close() error { return scratchError(f.Name(), f.File.Close()) }

func scratchError(name string, err error) error {
	if err == nil {
		return nil
	}
	return &corpus.Error{Class: corpus.Disk, What: "cannot use scratch file", Path: name, Offset: -1, Err: err}
}
