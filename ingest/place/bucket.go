package place

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"gocloud.dev/blob"

	"corpus"
)

// provider is what differs between object stores.
type provider struct {
	scheme      string
	settings    []string // what may stand behind the question mark
	credentials string   // where they come from
	open        func(context.Context, address, *http.Client) (*blob.Bucket, error)
	// version is found through the As of attributes, of a listed object and of a reader.
	version func(as func(any) bool) string
	// stored makes a read give the bytes as they are stored; nil = it does.
	stored func(as func(any) bool) error
}

// bucket is the store of one bucket.
type bucket struct {
	*blob.Bucket
	o *Opener
}

func (b *bucket) stat(ctx context.Context, a address) (Info, error) {
	in := Info{Name: a.name}
	if a.key == "" {
		return in, corpus.Errorf(corpus.Usage, "%s names a bucket; end it with a slash to read all of it", a.name)
	}
	err := b.o.retry(ctx, func(ctx context.Context) error {
		attrs, err := b.Attributes(ctx, a.key)
		if err == nil {
			in.Size, in.Version = attrs.Size, a.provider.version(attrs.As)
		}
		return err
	})
	return in, err
}

// wild are the characters that make a pattern of a key.
const wild = `*?[`

func (b *bucket) list(ctx context.Context, a address) ([]Info, error) {
	prefix, match := a.key, func(string) bool { return true }
	if i := strings.IndexAny(a.key, wild); i >= 0 {
		if _, err := path.Match(a.key, ""); err != nil {
			return nil, corpus.Errorf(corpus.Usage, "%s: %w", a.name, err)
		}
		prefix = a.key[:i]
		match = func(key string) bool { ok, _ := path.Match(a.key, key); return ok }
	} else if a.key != "" && !strings.HasSuffix(a.key, "/") {
		return one(b.stat(ctx, a))
	}
	return b.all(ctx, a, prefix, match)
}

// all lists the objects under a prefix, page by page. A key that ends with a
// slash is what tools leave for a directory.
func (b *bucket) all(ctx context.Context, a address, prefix string, match func(string) bool) ([]Info, error) {
	var found []Info
	token := blob.FirstPageToken
	for range MaxPages {
		var page []*blob.ListObject
		var next []byte
		err := b.o.retry(ctx, func(ctx context.Context) (err error) {
			page, next, err = b.ListPage(ctx, token, 1000, &blob.ListOptions{Prefix: prefix})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, obj := range page {
			if !strings.HasSuffix(obj.Key, "/") && match(obj.Key) {
				found = append(found, Info{Name: a.of(obj.Key), Size: obj.Size, Version: a.provider.version(obj.As)})
			}
		}
		if len(next) == 0 {
			slices.SortFunc(found, func(x, y Info) int { return strings.Compare(x.Name, y.Name) })
			return found, nil
		}
		if len(found) > MaxFiles {
			break
		}
		token = next
	}
	return nil, corpus.Errorf(corpus.Usage, "%s lists more than %d files or %d pages; name a longer prefix", a.name, MaxFiles, MaxPages)
}

func (b *bucket) read(ctx context.Context, a address, in Info, off, n int64) (body, error) {
	r, err := b.NewRangeReader(ctx, a.key, off, n, &blob.ReaderOptions{BeforeRead: a.provider.stored})
	if err != nil {
		return nil, moved(err)
	}
	v := a.provider.version(r.As)
	if r.Size() != in.Size || v != in.Version {
		_ = r.Close()
		return nil, fmt.Errorf("%w (%d bytes, version %s)", ErrChanged, r.Size(), v)
	}
	return r, nil
}
