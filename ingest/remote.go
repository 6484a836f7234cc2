package ingest

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"corpus"
	"corpus/ingest/place"
)

// askers is how many servers are asked for a file's size and version at a time.
const askers = 16

// lists puts the names in list files (@FILE) in their place. A list in a list is
// the name of a file.
func lists(ctx context.Context, cfg *Config, sources []string) ([]string, error) {
	var all []string
	for _, source := range sources {
		name, ok := strings.CutPrefix(source, "@")
		if !ok {
			all = append(all, source)
			continue
		}
		if cfg.Places == nil {
			return nil, corpus.Errorf(corpus.Usage, "%s: lists cannot be read here", source)
		}
		names, err := place.ReadList(ctx, cfg.Places, name, cfg.Prefix)
		if err != nil {
			return nil, err
		}
		all = append(all, names...)
	}
	return all, nil
}

// listing is what a SOURCE means.
type listing struct {
	source string
	remote bool
	files  []place.Info
	err    error
}

// list asks for the files of a SOURCE that is elsewhere. What makes every other
// one fail too is an error; a file that is not there is a bad source.
func (f *finder) list(ctx context.Context, source string) (listing, error) {
	l := listing{source: source, remote: f.cfg.Places != nil && place.Remote(source)}
	if !l.remote {
		return l, nil
	}
	l.files, l.err = f.cfg.Places.List(ctx, source)
	for i := range l.files {
		if l.files[i].Size < 0 && l.err == nil {
			l.err = f.measure(ctx, &l.files[i])
		}
	}
	if ctx.Err() != nil || corpus.ClassOf(l.err) == corpus.BadConfig {
		return l, l.err
	}
	return l, nil
}

// measure reads a file whose size its server does not tell; the copy is kept.
func (f *finder) measure(ctx context.Context, in *place.Info) error {
	file, err := f.cfg.Places.Open(ctx, *in)
	if err != nil {
		return err
	}
	in.Size = file.Size()
	return file.Close()
}

func (f *finder) addRemote(l listing) error {
	if l.err != nil || len(l.files) == 0 {
		why := "no file there"
		var e *corpus.Error
		if errors.As(l.err, &e) {
			why = strings.TrimSuffix(e.What+": "+cause(e.Err), ": ")
		}
		f.put(l.source, input{name: nameOf(l.source), path: l.source, bad: Unreadable, why: why, places: f.cfg.Places, failed: l.err})
		return nil
	}
	for _, in := range l.files {
		version := time.Now().UnixNano() // not known, so never the same
		if in.Version != "" {
			version = int64(xxh3.HashString(in.Version) >> 1)
		}
		f.put(l.source, input{name: nameOf(in.Name), path: in.Name, size: in.Size, mtime: version, places: f.cfg.Places, remote: in})
	}
	return nil
}

// nameOf is an address without what opens it: of an object the settings behind
// its key, of a page the user, and the query where that is a signature.
func nameOf(address string) string {
	if !strings.HasPrefix(address, "http") {
		name, settings, _ := strings.Cut(address, "?")
		if strings.Contains(settings, "=") {
			return name
		}
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return place.Redacted(address)
	}
	u.User, u.Fragment = nil, ""
	for name := range u.Query() {
		name = strings.ToLower(name)
		if strings.Contains(name, "sig") || strings.Contains(name, "token") || strings.Contains(name, "key") {
			u.RawQuery = ""
		}
	}
	return u.String()
}
