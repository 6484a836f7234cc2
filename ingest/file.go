package ingest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"corpus"
	"corpus/ingest/place"
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

// remoteFile is a file elsewhere: its place notices a change while it is read.
type remoteFile struct{ *place.File }

func (remoteFile) same() error { return nil }

// open opens an input and makes sure it is still the file that was listed.
func (in *input) open(ctx context.Context) (file, error) {
	if in.places != nil {
		f, err := in.places.Open(ctx, in.remote)
		return remoteFile{f}, err
	}
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

// ofFile says whether an error is that of a file, as against what is wrong with
// its content.
func ofFile(err error) bool {
	var local *fs.PathError
	var remote *corpus.Error
	return errors.As(err, &local) || errors.As(err, &remote) || errors.Is(err, context.Canceled)
}

// stoppable is a file that cannot be read any more once its context has ended.
type stoppable struct {
	io.ReaderAt
	ctx context.Context
}

func (f stoppable) ReadAt(b []byte, off int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, &fs.PathError{Op: "read", Err: err}
	}
	return f.ReaderAt.ReadAt(b, off)
}
