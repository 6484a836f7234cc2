package fsx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"corpus"

	"golang.org/x/sys/unix"
)

// OS is the real file system.
type OS struct{}

var _ FS = OS{}

type osFile struct{ *os.File }

func (f osFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, diskError(f.Name(), err)
}

func (f osFile) Sync() error { return diskError(f.Name(), f.File.Sync()) }

// diskError classes a failed write, so that it ends the program with exit code 74.
func diskError(name string, err error) error {
	if err == nil {
		return nil
	}
	e := &corpus.Error{Class: corpus.Disk, What: "cannot write", Path: name, Offset: -1, Err: err}
	if errors.Is(err, syscall.ENOSPC) {
		e.Next = "free some space and run the command again: it resumes"
	}
	return e
}

// Create makes an empty file.
func (OS) Create(name string) (File, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, diskError(name, err)
	}
	return osFile{f}, nil
}

// Append opens a log at its end.
func (OS) Append(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, diskError(name, err)
	}
	return osFile{f}, nil
}

// Open opens for reading.
func (OS) Open(name string) (File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Size is the length of a file.
func (OS) Size(name string) (int64, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	if info.IsDir() {
		return 0, fmt.Errorf("%s is a directory", name)
	}
	return info.Size(), nil
}

// Rename replaces to by from.
func (OS) Rename(from, to string) error { return diskError(to, os.Rename(from, to)) }

// Remove removes a file or an empty directory.
func (OS) Remove(name string) error { return os.Remove(name) }

// Truncate cuts a file.
func (OS) Truncate(name string, size int64) error { return diskError(name, os.Truncate(name, size)) }

// MkdirAll makes directories and syncs the parent of each one it made.
func (o OS) MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := o.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, os.ErrExist) {
		return diskError(dir, err)
	}
	return o.SyncDir(parent)
}

// ReadDir lists a directory in order.
func (OS) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
		if e.IsDir() {
			names[i] += "/"
		}
	}
	return names, nil
}

// SyncDir fsyncs a directory.
func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return diskError(dir, d.Sync())
}

// Map maps a file read-only.
func (OS) Map(name string) (*Mapping, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return NewMapping(nil, nil), nil
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", name, err)
	}
	return NewMapping(data, func() error { return unix.Munmap(data) }), nil
}

// Lock takes a kernel flock, which dies with the process: no lock is ever stale.
// The text in the file is only for the message.
func (OS) Lock(name, holder string) (io.Closer, error) {
	f, err := flock(name, unix.LOCK_EX)
	if err != nil {
		return nil, err
	}
	err = errors.Join(f.Truncate(0), func() error { _, err := f.WriteAt([]byte(holder+"\n"), 0); return err }())
	if err != nil {
		f.Close()
		return nil, diskError(name, err)
	}
	return f, nil
}

// Share takes a shared flock.
func (OS) Share(name string) (io.Closer, error) {
	f, err := flock(name, unix.LOCK_SH)
	if errors.Is(err, os.ErrPermission) || errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.EROFS) {
		return io.NopCloser(nil), nil
	}
	return f, err
}

// flock opens name and locks it at once or not at all.
func flock(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, diskError(name, err)
	}
	err = unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	defer f.Close()
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return nil, &corpus.Error{Class: corpus.Disk, What: "this file system has no locks", Path: name, Offset: -1, Err: err}
	}
	return nil, &corpus.Error{
		Class: corpus.Locked, What: "in use by " + holderOf(f), Path: name, Offset: -1, Next: "wait for it to end, then try again",
	}
}

// holderOf is what the one who holds the lock alone has written; those who share
// it write nothing.
func holderOf(f *os.File) string {
	if unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB) == nil {
		return "another process, which reads here"
	}
	b, _ := io.ReadAll(io.LimitReader(f, 1000)) // only a message
	return strings.TrimSpace(string(b))
}
