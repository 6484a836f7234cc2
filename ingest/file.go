package ingest

import (
	"io"
	"io/fs"
	"os"
)

// file is the bytes of an input.
type file interface {
	io.ReaderAt
	io.Closer
	// same reports an input that is no more what was listed.
	same() error
}

// localFile is a file of this machine.
type localFile struct {
	*os.File
	in *input
}

// open opens an input and makes sure it is still the file that was listed.
func (in *input) open() (file, error) {
	f, err := os.Open(in.path)
	if err != nil {
		return nil, err
	}
	l := localFile{f, in}
	if err := l.same(); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

func (f localFile) same() error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() != f.in.size || info.ModTime().UnixNano() != f.in.mtime {
		return &fs.PathError{Op: "read", Path: f.in.path, Err: errChanged}
	}
	return nil
}
