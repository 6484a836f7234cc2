package place

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"corpus/internal/fsx"
)

// Spool keeps copies of files in a directory, so that what is read twice, or
// again after a kill, is fetched once. A file is copied while it is read from
// its beginning to its end, when there is room for it. One process at a time
// uses a directory.
type Spool struct {
	fs  fsx.FS
	dir string

	whole sync.Mutex // one file at a time that cannot be read by ranges

	mu     sync.Mutex
	room   int64
	copies map[string]bool // being made
}

// once begins the names of copies whose version is not known: another run must
// not take them for the file.
const once = "once-"

// NewSpool opens the spool in dir, making it, with room for so many bytes,
// those that are in it included.
func NewSpool(fs fsx.FS, dir string, room int64) (*Spool, error) {
	if err := fs.MkdirAll(dir); err != nil {
		return nil, err
	}
	s := &Spool{fs: fs, dir: dir, room: room, copies: map[string]bool{}}
	names, err := fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasPrefix(name, fsx.TempPrefix) || strings.HasPrefix(name, once) {
			if err := fs.Remove(path.Join(dir, name)); err != nil {
				return nil, err
			}
			continue
		}
		if n, err := fs.Size(path.Join(dir, name)); err == nil {
			s.room -= n
		}
	}
	return s, nil
}

// Clean removes all copies. Files that are open go on.
func (s *Spool) Clean() error {
	names, err := s.fs.ReadDir(s.dir)
	errs := []error{err}
	for _, name := range names {
		errs = append(errs, s.fs.Remove(path.Join(s.dir, name)))
	}
	return errors.Join(errs...)
}

// spooled is the name of the copy of a file.
func spooled(in Info) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", in.Name, in.Version, in.Size))
	name := hex.EncodeToString(sum[:])
	if in.Version == "" {
		name = once + name
	}
	return name
}

// open gives the whole copy of a file.
func (s *Spool) open(in Info) (fsx.File, int64, bool) {
	name := path.Join(s.dir, spooled(in))
	size, err := s.fs.Size(name)
	if err != nil || in.Size >= 0 && size != in.Size {
		return nil, 0, false
	}
	f, err := s.fs.Open(name)
	return f, size, err == nil
}

// copying is a copy being made.
type copying struct {
	spool  *Spool
	name   string
	staged *fsx.Staged
	held   int64 // of the spool's room
	next   int64 // the block to write
}

// begin starts a copy; nil when there is no spool, no room, or another reader
// makes it.
func (s *Spool) begin(in Info) *copying {
	if s == nil {
		return nil
	}
	name, held := spooled(in), max(in.Size, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.copies[name] || held > s.room {
		return nil
	}
	staged, err := fsx.Stage(s.fs, s.dir, name)
	if err != nil {
		return nil
	}
	s.copies[name] = true
	s.room -= held
	return &copying{spool: s, name: name, staged: staged, held: held}
}

// Write adds bytes to a copy of a file of unknown size as far as there is room.
func (c *copying) Write(p []byte) (int, error) {
	if more := c.staged.Size() + int64(len(p)) - c.held; more > 0 {
		c.spool.mu.Lock()
		enough := more <= c.spool.room
		if enough {
			c.spool.room -= more
			c.held += more
		}
		c.spool.mu.Unlock()
		if !enough {
			return 0, errNoSpool
		}
	}
	return c.staged.Write(p)
}

// done gives the copy its name and opens it.
func (c *copying) done() (fsx.File, error) {
	err := c.staged.Commit(func(string) string { return c.name })
	c.release(err == nil)
	if err != nil {
		return nil, err
	}
	return c.spool.fs.Open(path.Join(c.spool.dir, c.name))
}

func (c *copying) abort() {
	_ = c.staged.Abort()
	c.release(false)
}

// release gives back the room of what was not kept.
func (c *copying) release(kept bool) {
	c.spool.mu.Lock()
	defer c.spool.mu.Unlock()
	delete(c.spool.copies, c.name)
	if !kept {
		c.spool.room += c.held
	}
}

// keep writes the block that the copy wants next; with the last one the copy
// takes the place of the server. A disk that fails costs the copy only.
func (f *File) keep(b *block) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.copy
	if c == nil || b.index != c.next {
		return
	}
	if _, err := c.Write(b.data); err != nil {
		c.abort()
		f.copy = nil
		return
	}
	c.next++
	if c.next*f.block < f.size {
		return
	}
	f.copy = nil
	if local, err := c.done(); err == nil {
		f.local, f.blocks = local, nil
	}
}

// whole copies a file that cannot be read by ranges, or whose size the server
// does not tell, and reads the copy.
func (o *Opener) whole(ctx context.Context, s store, a address, in Info) (*File, error) {
	if o.cfg.Spool == nil {
		return nil, errNoSpool
	}
	o.cfg.Spool.whole.Lock()
	defer o.cfg.Spool.whole.Unlock()
	if local, size, ok := o.cfg.Spool.open(in); ok {
		return &File{local: local, size: size}, nil
	}
	var f *File
	err := o.retry(ctx, func(ctx context.Context) error {
		c := o.cfg.Spool.begin(in)
		if c == nil {
			return errNoSpool
		}
		if err := stream(ctx, s, a, in, c); err != nil {
			c.abort()
			return err
		}
		size := c.staged.Size()
		local, err := c.done()
		f = &File{size: size, local: local}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// stream gives w the whole file in one request.
func stream(ctx context.Context, s store, a address, in Info, w io.Writer) error {
	b, err := s.read(ctx, a, in, 0, -1)
	if err != nil {
		return err
	}
	defer b.Close()
	n, err := io.Copy(w, b)
	if err == nil && in.Size >= 0 && n != in.Size {
		return &netError{io.ErrUnexpectedEOF}
	}
	return err
}
