package fsx

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path"
)

// WriteFile makes name hold data: whatever happens, a reader finds the old
// content or the new one, and the new one survives a power cut.
func WriteFile(fs FS, name string, data []byte) error {
	s, err := Stage(fs, path.Dir(name), path.Base(name))
	if err != nil {
		return err
	}
	if _, err := s.Write(data); err != nil {
		return errors.Join(err, s.Abort())
	}
	return s.Commit(func(string) string { return path.Base(name) })
}

// ReadFile is the whole content of a file of at most limit bytes.
func ReadFile(fs FS, name string, limit int64) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errors.New(name + " is larger than its limit")
	}
	return b, err
}

// Staged is a file being written under a temporary name.
type Staged struct {
	fs   FS
	dir  string
	temp string
	f    File
	buf  *bufio.Writer // before f; its first error stays until Commit
	sum  hash.Hash
	size int64
}

// stagedBuffer is the size of a write to the file system.
const stagedBuffer = 256 << 10

// Stage starts a file in dir. The temporary name is made of base, so that a
// rerun replaces what a killed run left.
func Stage(fs FS, dir, base string) (*Staged, error) {
	temp := path.Join(dir, TempPrefix+base)
	f, err := fs.Create(temp)
	if err != nil {
		return nil, err
	}
	return &Staged{fs: fs, dir: dir, temp: temp, f: f, buf: bufio.NewWriterSize(f, stagedBuffer), sum: sha256.New()}, nil
}

// Write appends to the file.
func (s *Staged) Write(p []byte) (int, error) {
	n, err := s.buf.Write(p)
	s.sum.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// Size is the bytes written so far, Sum their SHA-256 in hex.
func (s *Staged) Size() int64 { return s.size }

// Sum is the SHA-256 of the bytes written so far, in hex.
func (s *Staged) Sum() string { return hex.EncodeToString(s.sum.Sum(nil)) }

// Commit syncs the file, gives it the name that name makes of its SHA-256, and
// syncs the directory. On an error nothing of that name appears.
func (s *Staged) Commit(name func(sum string) string) error {
	if err := errors.Join(s.buf.Flush(), s.f.Sync()); err != nil {
		return errors.Join(err, s.Abort())
	}
	if err := s.f.Close(); err != nil {
		return errors.Join(err, s.fs.Remove(s.temp))
	}
	if err := s.fs.Rename(s.temp, path.Join(s.dir, name(s.Sum()))); err != nil {
		return err
	}
	return s.fs.SyncDir(s.dir)
}

// Abort drops the file.
func (s *Staged) Abort() error { return errors.Join(s.f.Close(), s.fs.Remove(s.temp)) }
