package place

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Info is what is known of a file without reading it.
type Info struct {
	Name string // its address as given, or as listed
	Size int64  // -1 when the server does not say
	// Version changes whenever the content does: the strong ETag, the generation,
	// or the time of change; "" when the server tells none of them.
	Version string
}

// Config says how files are read. The zero value is for production.
type Config struct {
	UserAgent string // of requests to web servers
	Anonymous bool   // ask object stores without credentials, whatever the environment has
	Spool     *Spool // keeps copies; without one each byte is asked for as often as it is read

	BlockBytes int64             // of a request; 0 = BlockBytes
	Retries    int               // of a request; 0 = 8, negative = none
	FirstWait  time.Duration     // before the first retry; 0 = 250 ms
	Stall      time.Duration     // how long a server may send nothing; 0 = a minute
	Transport  http.RoundTripper // nil = as http.DefaultTransport
}

// Opener holds the clients and credentials of a run.
type Opener struct {
	cfg     Config
	web     *web
	retried atomic.Int64 // of MaxRetries

	mu      sync.Mutex
	buckets map[string]*bucket
}

// store is a place that keeps files.
type store interface {
	stat(ctx context.Context, a address) (Info, error)
	list(ctx context.Context, a address) ([]Info, error)
	// read gives n bytes of a file from off on (n < 0: all the rest), or
	// ErrChanged when they are of another version than in.
	read(ctx context.Context, a address, in Info, off, n int64) (body, error)
}

// New makes an Opener. It connects nowhere yet.
func New(cfg Config) *Opener {
	if cfg.BlockBytes == 0 {
		cfg.BlockBytes = BlockBytes
	}
	if cfg.Retries == 0 {
		cfg.Retries = retries
	}
	if cfg.FirstWait == 0 {
		cfg.FirstWait = firstWait
	}
	if cfg.Stall == 0 {
		cfg.Stall = stall
	}
	if cfg.Transport == nil {
		cfg.Transport = newTransport(cfg.Stall)
	}
	o := &Opener{cfg: cfg, buckets: map[string]*bucket{}}
	o.web = newWeb(cfg)
	return o
}

// Close frees the clients. Files must be closed before.
func (o *Opener) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var errs []error
	for _, b := range o.buckets {
		errs = append(errs, b.Close())
	}
	if t, ok := o.cfg.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return errors.Join(errs...)
}

// Stat tells of one file. Errors are a *corpus.Error that says what to do next.
func (o *Opener) Stat(ctx context.Context, name string) (Info, error) {
	var in Info
	err := o.with(ctx, name, func(ctx context.Context, s store, a address) (err error) {
		in, err = s.stat(ctx, a)
		return err
	})
	return in, err
}

// List gives the files that a name means, in order of their names: of
// s3://bucket/prefix/ all that begin so, of a pattern (s3://bucket/x/*.jsonl.gz;
// a * does not match a slash) those that match, of other names the one. The
// same for gs and azblob; of http the one.
func (o *Opener) List(ctx context.Context, name string) ([]Info, error) {
	var all []Info
	err := o.with(ctx, name, func(ctx context.Context, s store, a address) (err error) {
		all, err = s.list(ctx, a)
		return err
	})
	return all, err
}

// Open gives the bytes of a file as it was when in was found. A File reads until
// it is closed or ctx ends.
func (o *Opener) Open(ctx context.Context, in Info) (*File, error) {
	if o.cfg.Spool != nil {
		if local, size, ok := o.cfg.Spool.open(in); ok {
			return &File{local: local, size: size}, nil
		}
	}
	var f *File
	err := o.with(ctx, in.Name, func(ctx context.Context, s store, a address) (err error) {
		f, err = o.open(ctx, s, a, in)
		return err
	})
	return f, err
}

// with runs op on the store of a name and explains its error.
func (o *Opener) with(ctx context.Context, name string, op func(context.Context, store, address) error) error {
	a, err := parse(name)
	if err != nil {
		return err
	}
	a.anonymous = a.anonymous || o.cfg.Anonymous
	s, err := o.store(ctx, a)
	if err == nil {
		err = op(ctx, s, a)
	}
	return explain(ctx, a, err)
}

func (o *Opener) store(ctx context.Context, a address) (store, error) {
	if a.provider == nil {
		return &pages{o, o.web}, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if b := o.buckets[a.home()]; b != nil {
		return b, nil
	}
	opened, err := a.provider.open(ctx, a, &http.Client{
		Transport:     &transport{base: o.cfg.Transport, stall: o.cfg.Stall},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	if err != nil {
		return nil, err
	}
	b := &bucket{Bucket: opened, o: o}
	o.buckets[a.home()] = b
	return b, nil
}

// one is a list of one file.
func one(in Info, err error) ([]Info, error) {
	if err != nil {
		return nil, err
	}
	return []Info{in}, nil
}
