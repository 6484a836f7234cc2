package fsx

import (
	"io"
)

// TempPrefix begins the name of every file that is not complete yet.
const TempPrefix = ".tmp-"

// FS is what the program needs of a file system. Names are slash-separated
// paths; errors of missing files satisfy errors.Is(err, fs.ErrNotExist).
type FS interface {
	// Create makes an empty file, replacing one of that name.
	Create(name string) (File, error)
	// Append opens a log for writing at its end, making it when missing.
	Append(name string) (File, error)
	Open(name string) (File, error)
	// Size is the length of a file; a directory is an error.
	Size(name string) (int64, error)
	Rename(from, to string) error
	Remove(name string) error
	Truncate(name string, size int64) error
	// MkdirAll makes a directory and its parents, durably.
	MkdirAll(dir string) error
	// ReadDir lists names in order; those of directories end in "/".
	ReadDir(dir string) ([]string, error)
	// SyncDir makes the creations, renames and removals in dir durable.
	SyncDir(dir string) error
	// Map is the content of a file, without a copy where the system allows.
	Map(name string) (*Mapping, error)
	// Lock takes the lock of name for this process, or fails at once with an
	// error of class Locked that names the holder.
	Lock(name, holder string) (io.Closer, error)
	// Share takes the lock of name beside others who share it: while they do, Lock
	// of it fails. Who may not write there gets none and no error.
	Share(name string) (io.Closer, error)
}

// File is an open file. ReadAt is for files from Open, Write and Sync for files
// from Create and Append.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	Sync() error
	Close() error
}

// Mapping is the bytes of a mapped file until Close.
type Mapping struct {
	Data  []byte
	unmap func() error
}

// NewMapping wraps bytes; unmap may be nil.
func NewMapping(data []byte, unmap func() error) *Mapping { return &Mapping{data, unmap} }

// Close unmaps; Data must not be used after it.
func (m *Mapping) Close() error {
	m.Data = nil
	if m.unmap == nil {
		return nil
	}
	return m.unmap()
}
