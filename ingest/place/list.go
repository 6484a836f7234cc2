package place

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"corpus"
)

// ReadList gives the names in a list file, local or remote, plain or compressed
// by gzip or zstd: one a line; blank lines and those that begin with # are none.
// The prefix goes before each name that is neither an address nor an absolute
// path, with a slash between them. A list from elsewhere may not name local
// files.
func ReadList(ctx context.Context, o *Opener, name, prefix string) ([]string, error) {
	b, err := o.content(ctx, name)
	if err != nil {
		return nil, err
	}
	r, err := decoded(bytes.NewReader(b))
	if err != nil {
		return nil, listError(name, err)
	}
	defer r.Close()
	names, err := parseList(r, prefix, Remote(name))
	if err != nil {
		return nil, listError(name, err)
	}
	return names, nil
}

func listError(name string, err error) error {
	return &corpus.Error{
		Class: corpus.NoInput, What: "the list cannot be read", Path: Redacted(name), Offset: -1, Err: err,
		Next: "a list has one name on a line",
	}
}

// content is a small file, local or remote, as stored.
func (o *Opener) content(ctx context.Context, name string) ([]byte, error) {
	if !Remote(name) {
		f, err := os.Open(name)
		if err != nil {
			return nil, listError(name, errors.Unwrap(err))
		}
		defer f.Close()
		w := &capped{}
		_, err = io.Copy(w, f)
		if err != nil {
			return nil, listError(name, err)
		}
		return w.Bytes(), nil
	}
	var w capped
	err := o.with(ctx, name, func(ctx context.Context, s store, a address) error {
		in, err := s.stat(ctx, a)
		if err != nil {
			return err
		}
		return o.retry(ctx, func(ctx context.Context) error {
			w.Reset()
			return stream(ctx, s, a, in, &w)
		})
	})
	return w.Bytes(), err
}

// capped is a list as stored.
type capped struct{ bytes.Buffer }

var errLongList = fmt.Errorf("it is longer than %d bytes (%d decoded) or %d names; split it", MaxList, MaxListDecoded, MaxNames)

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > MaxList {
		return 0, corpus.Errorf(corpus.NoInput, "a list: %w", errLongList)
	}
	return c.Buffer.Write(p)
}

// ReadFrom goes through Write.
func (c *capped) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

// decoded is a list without its compression.
func decoded(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReader(r)
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return gzip.NewReader(br)
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		d, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxWindow))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return io.NopCloser(br), nil
}

// parseList reads the lines of a list.
func parseList(r io.Reader, prefix string, remote bool) ([]string, error) {
	var names []string
	lr := &io.LimitedReader{R: r, N: MaxListDecoded + 1}
	br := bufio.NewReaderSize(lr, MaxListLine)
	for n := 1; ; n++ {
		b, err := br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("line %d is longer than %d bytes", n, MaxListLine)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if n == 1 {
			b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		}
		name, bad := entry(string(bytes.TrimSpace(b)), prefix, remote)
		if bad != nil {
			return nil, fmt.Errorf("line %d: %w", n, bad)
		}
		if name != "" {
			names = append(names, name)
		}
		if len(names) > MaxNames || n > 2*MaxNames || lr.N == 0 {
			return nil, errLongList
		}
		if err != nil {
			return names, nil
		}
	}
}

// entry is the name that a line means, "" for none.
func entry(s, prefix string, remote bool) (string, error) {
	if s == "" || s[0] == '#' {
		return "", nil
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", errors.New("a control character: this is no list of names")
	}
	if prefix != "" && !Remote(s) && !filepath.IsAbs(s) {
		s = strings.TrimSuffix(prefix, "/") + "/" + s
	}
	if remote && !Remote(s) {
		return "", fmt.Errorf("%q would be a local file; give --prefix with the address before the names, or download the list", s)
	}
	return s, nil
}
