package place

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"corpus"
	"corpus/internal/fsx"
)

// File is the bytes of one file. It is read in blocks, of which it keeps three;
// one that follows another is asked for before it is needed.
type File struct {
	size  int64
	block int64
	ctx   context.Context
	stop  context.CancelFunc
	fetch func(ctx context.Context, p []byte, off int64) error

	mu     sync.Mutex
	blocks []*block // the last used one is last
	copy   *copying // nil when none is made
	local  fsx.File // the whole copy, nil while there is none
}

// block is a piece of a file, once done is closed.
type block struct {
	index int64
	done  chan struct{}
	data  []byte
	err   error
}

// open makes a File, and reads its first block, which tells whether it can be
// read at all and by ranges.
func (o *Opener) open(ctx context.Context, s store, a address, in Info) (*File, error) {
	if in.Size < 0 {
		return o.whole(ctx, s, a, in)
	}
	f := &File{size: in.Size, block: o.cfg.BlockBytes}
	f.ctx, f.stop = context.WithCancel(ctx)
	f.fetch = func(ctx context.Context, p []byte, off int64) error { return o.fetch(ctx, s, a, in, p, off) }
	if in.Size > 0 {
		f.mu.Lock()
		first := f.get(0)
		f.mu.Unlock()
		<-first.done
		if first.err != nil {
			f.stop()
			if errors.Is(first.err, errNoRanges) {
				return o.whole(ctx, s, a, in)
			}
			return nil, first.err
		}
	}
	f.copy = o.cfg.Spool.begin(in)
	return f, nil
}

// fetch fills p with the bytes at off. A body that is cut is continued where it
// was cut.
func (o *Opener) fetch(ctx context.Context, s store, a address, in Info, p []byte, off int64) error {
	got := 0
	err := o.retry(ctx, func(ctx context.Context) error {
		b, err := s.read(ctx, a, in, off+int64(got), int64(len(p)-got))
		if err != nil {
			return err
		}
		defer b.Close()
		n, err := io.ReadFull(b, p[got:])
		got += n
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = &netError{io.ErrUnexpectedEOF}
		}
		return err
	})
	if err = explain(ctx, a, err); err != nil {
		var e *corpus.Error
		if errors.As(err, &e) && e.Offset < 0 {
			e.Offset = off + int64(got)
		}
	}
	return err
}

// Size is the length of the file.
func (f *File) Size() int64 { return f.size }

// Close ends what is under way. A copy that is not whole is dropped.
func (f *File) Close() error {
	if f.stop != nil {
		f.stop()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.blocks = nil
	if f.copy != nil {
		f.copy.abort()
		f.copy = nil
	}
	if f.local == nil {
		return nil
	}
	return f.local.Close()
}

// ReadAt is of io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if at < 0 || at >= f.size {
			return n, io.EOF
		}
		m, err := f.readSome(p[n:], at)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readSome reads from the local copy or from one block.
func (f *File) readSome(p []byte, off int64) (int, error) {
	f.mu.Lock()
	if local := f.local; local != nil {
		f.mu.Unlock()
		return local.ReadAt(p[:min(int64(len(p)), f.size-off)], off)
	}
	i := off / f.block
	sequential := f.find(i-1) >= 0
	b := f.get(i)
	if sequential && (i+1)*f.block < f.size {
		f.get(i + 1)
	}
	f.mu.Unlock()
	select {
	case <-b.done:
	case <-f.ctx.Done():
		return 0, context.Cause(f.ctx)
	}
	if b.err != nil {
		return 0, b.err
	}
	f.keep(b)
	return copy(p, b.data[off-i*f.block:]), nil
}

// find is the place of a block among those kept, -1 when it is not.
func (f *File) find(index int64) int {
	return slices.IndexFunc(f.blocks, func(b *block) bool { return b.index == index })
}

// get is a block, which is asked for when it is not there, or failed. The one
// that was used least lately makes room.
func (f *File) get(index int64) *block {
	at := f.find(index)
	if at >= 0 {
		b := f.blocks[at]
		f.blocks = append(slices.Delete(f.blocks, at, at+1), b)
		return b
	}
	b := &block{index: index, done: make(chan struct{})}
	if len(f.blocks) == maxBlocks {
		f.blocks = slices.Delete(f.blocks, 0, 1)
	}
	f.blocks = append(f.blocks, b)
	go func() {
		off := index * f.block
		data := make([]byte, min(f.block, f.size-off))
		b.err = f.fetch(f.ctx, data, off)
		b.data = data
		if b.err != nil {
			f.forget(b)
		}
		close(b.done)
	}()
	return b
}

// forget lets the next reader of a block that failed try again.
func (f *File) forget(b *block) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at := slices.Index(f.blocks, b); at >= 0 {
		f.blocks = slices.Delete(f.blocks, at, at+1)
	}
}
