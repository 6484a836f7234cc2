package place_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"corpus"
	"corpus/ingest/place"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
)

func TestRangeless(t *testing.T) {
	data := some(200_000)
	for _, length := range []bool{true, false} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			p := newProxy(t, rangeless(data, length))
			dir, cfg := t.TempDir(), quick()
			in := must[place.Info](t)(opener(t, cfg).Stat(t.Context(), p.URL))
			if length != (in.Size == int64(len(data))) {
				t.Fatalf("found %+v", in)
			}
			_, err := opener(t, cfg).Open(t.Context(), in)
			wantError(t, err, corpus.Disk, "ranges", "download it")

			cfg.Spool = must[*place.Spool](t)(place.NewSpool(fsx.OS{}, dir, 100_000))
			_, err = opener(t, cfg).Open(t.Context(), in)
			wantError(t, err, corpus.Disk, "no room")
			if names := must[[]string](t)(fsx.OS{}.ReadDir(dir)); len(names) != 0 {
				t.Errorf("left %v", names)
			}

			cfg.Spool = must[*place.Spool](t)(place.NewSpool(fsx.OS{}, dir, 250_000))
			o := opener(t, cfg)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if got, err := content(t, o, in); err != nil || !bytes.Equal(got, data) {
						t.Errorf("%d bytes, %v", len(got), err)
					}
				})
			}
			wg.Wait()
			p.set(func() {})
			wantContent(t, opener(t, cfg), in, data)
			if got := p.requests(); len(got) != 0 {
				t.Errorf("asked for %v though a copy is there", got)
			}
		})
	}
	p := newProxy(t, rangeless(data[:50_000], true))
	in := must[place.Info](t)(opener(t, quick()).Stat(t.Context(), p.URL))
	wantContent(t, opener(t, quick()), in, data[:50_000]) // one block needs no range
}

func TestSpool(t *testing.T) {
	data := some(500_000)
	s := &site{data: data, tag: `"1"`}
	p := newProxy(t, s)
	fs := fsxtest.New()
	open := func(room int64) *place.Opener {
		cfg := quick()
		cfg.Spool = must[*place.Spool](t)(place.NewSpool(fs, "spool", room))
		return opener(t, cfg)
	}
	files := func() []string { return must[[]string](t)(fs.ReadDir("spool")) }

	o := open(1 << 20)
	in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
	f := must[*place.File](t)(o.Open(t.Context(), in))
	if _, err := io.ReadAll(io.NewSectionReader(f, 0, 300_000)); err != nil {
		t.Fatal(err)
	}
	if got := files(); len(got) != 1 || !strings.HasPrefix(got[0], fsx.TempPrefix) {
		t.Fatalf("in the middle there is %v", got)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := files(); len(got) != 0 {
		t.Fatalf("a file that was not read to its end left %v", got)
	}

	f = must[*place.File](t)(o.Open(t.Context(), in))
	defer f.Close()
	for range 2 { // the second time from the copy, in the file that is open
		p.set(func() {})
		got, err := io.ReadAll(io.NewSectionReader(f, 0, in.Size))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	wantContent(t, o, in, data)
	fs = fs.Crash(false) // what was renamed is durable
	wantContent(t, open(1<<20), in, data)
	if got := p.requests(); len(got) != 0 {
		t.Errorf("asked for %v though a copy is there", got)
	}

	s.replace(some(500_001), `"2"`)
	o = open(500_000 + 499_999) // the old copy takes its room
	in = must[place.Info](t)(o.Stat(t.Context(), p.URL))
	wantContent(t, o, in, some(500_001))
	if got := files(); len(got) != 1 {
		t.Errorf("there are copies %v beyond the room", got)
	}
	sp := must[*place.Spool](t)(place.NewSpool(fs, "spool", 0))
	if err := sp.Clean(); err != nil || len(files()) != 0 {
		t.Errorf("clean left %v, %v", files(), err)
	}
}

// A file of unknown version is not taken for the same by a later run.
func TestSpoolUnknownVersion(t *testing.T) {
	s := &site{data: some(100_000)}
	p := newProxy(t, s)
	dir := t.TempDir()
	for _, data := range [][]byte{some(100_000), bytes.ToUpper(some(100_000))} {
		s.replace(data, "")
		cfg := quick()
		cfg.Spool = must[*place.Spool](t)(place.NewSpool(fsx.OS{}, dir, 1<<20))
		o := opener(t, cfg)
		in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
		wantContent(t, o, in, data)
		p.set(func() {})
		wantContent(t, o, in, data)
		if got := p.requests(); len(got) != 0 {
			t.Errorf("the same run asked for %v again", got)
		}
	}
}
