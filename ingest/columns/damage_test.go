package columns

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"
)

// damaged are golden files of every kind of page and buffer.
var damaged = []string{
	"pyarrow_snappy_v1.parquet", "pyarrow_gzip_v2.parquet", "pyarrow_plain.parquet",
	"pyarrow_delta_byte_array.parquet", "pyarrow_nested.parquet", "pyarrow_lz4_v1.parquet",
	"pyarrow_brotli_v1.parquet", "pyarrow_zstd_v2.parquet",
	"file_string_none.arrow", "file_string_lz4.arrow", "file_dictionary.arrow", "file_string_view_zstd.arrow",
	"stream_string_view_none.arrow", "stream_replaced.arrow", "stream_nested.arrow", "polars_stream.arrow",
}

// span is the bytes of a group.
type span struct{ from, to int64 }

func spans(t *testing.T, b []byte) (all [][]span) {
	t.Helper()
	f, err := Open(bytes.NewReader(b), int64(len(b)), names)
	if err != nil {
		t.Fatal(err)
	}
	switch f := f.format.(type) {
	case *parquetFile:
		for _, g := range f.all {
			var s []span
			for _, c := range g.chunks {
				s = append(s, span{c.start, c.start + c.bytes})
			}
			all = append(all, s)
		}
	case *arrowFile:
		for _, g := range f.all { // a damaged head of a message in a stream ends it
			all = append(all, []span{{g.at + g.meta, g.at + g.meta + g.body}})
		}
	}
	return all
}

// mostAllocated is what reading one of the golden files may allocate in all,
// whatever is done to it: the decoders take a few MiB each.
const mostAllocated = 160 << 20

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// watch reads a damaged file and fails when that takes too much.
func watch(t *testing.T, what string, b []byte) ([]group, error) {
	t.Helper()
	before, begun := allocated(), time.Now()
	groups, err := readAll(b)
	took := time.Since(begun)
	if n := allocated() - before; n > mostAllocated {
		t.Errorf("%s: %d MiB", what, n>>20)
	}
	if took > 20*time.Second {
		t.Errorf("%s: %v", what, took)
	}
	return groups, err
}

// stride is how many bytes a test goes on by: one where CORPUS_EVERY_BYTE is
// set, which takes a minute.
func stride() int {
	if os.Getenv("CORPUS_EVERY_BYTE") != "" {
		return 1
	}
	return 7
}

// TestFlips changes bytes of files, and expects the groups that it is not
// in as they were.
func TestFlips(t *testing.T) {
	for _, name := range damaged {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			whole, err := readAll(b)
			if err != nil {
				t.Fatal(err)
			}
			places := spans(t, b)
			errors, step := 0, stride()
			for i := len(name) % step; i < len(b); i += step {
				mask := byte(1) << (i % 8)
				if i%9 == 0 {
					mask = 0xff
				}
				b[i] ^= mask
				got, err := watch(t, name, b)
				b[i] ^= mask
				if err != nil || slices.ContainsFunc(got, func(g group) bool { return g.err != nil }) {
					errors++
				}
				others(t, i, places, whole, got)
			}
			if errors == 0 {
				t.Error("no flip was noticed")
			}
		})
	}
}

// others compares the groups that byte i is not in, when it is in one.
func others(t *testing.T, i int, places [][]span, whole, got []group) {
	t.Helper()
	in := slices.IndexFunc(places, func(s []span) bool {
		return slices.ContainsFunc(s, func(s span) bool { return s.from <= int64(i) && int64(i) < s.to })
	})
	if in < 0 {
		return
	}
	if len(got) != len(whole) {
		t.Fatalf("byte %d of group %d: %d groups of %d", i, in, len(got), len(whole))
	}
	for g := range whole {
		if g != in && (got[g].err != nil || !equal(whole[g].rows, got[g].rows)) {
			t.Fatalf("byte %d of group %d: other rows in group %d: %v", i, in, g, got[g].err)
		}
	}
}

// TestChecksum expects every flip in a page to be found where pages have
// checksums.
func TestChecksum(t *testing.T) {
	b, err := os.ReadFile("testdata/pyarrow_none_v2.parquet")
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := readAll(b)
	f, _ := Open(bytes.NewReader(b), int64(len(b)), names)
	c := f.format.(*parquetFile).all[1].chunks[0]
	found := 0
	for i := c.start; i < c.start+c.bytes; i++ {
		b[i] ^= 4
		got, _ := readAll(b)
		b[i] ^= 4
		g := got[1]
		if g.err == nil && !equal(whole[1].rows, g.rows) {
			t.Errorf("byte %d: other rows and no error", i)
		}
		if g.err != nil {
			found++
		}
		if !equal(whole[1].rows[:len(g.rows)], g.rows) {
			t.Errorf("byte %d: wrong rows before the error", i)
		}
	}
	if found < int(c.bytes)/2 {
		t.Errorf("%d of %d flips found", found, c.bytes)
	}
}

// TestTruncated cuts files at many lengths. What comes of a stream is a
// beginning of what was there.
func TestTruncated(t *testing.T) {
	for _, name := range damaged {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			whole, _ := readAll(b)
			all := joined(whole)
			most, step := 0, stride()
			for n := (len(b) - 1) % step; n < len(b); n += step {
				got, err := watch(t, name, b[:n:n])
				rows := joined(got)
				if err == nil && strings.HasSuffix(name, ".parquet") {
					t.Fatalf("%d bytes of %d: no error", n, len(b))
				}
				if len(rows) > len(all) || !equal(all[:len(rows)], rows) {
					t.Fatalf("%d bytes of %d: other rows", n, len(b))
				}
				most = max(most, len(rows))
			}
			if strings.HasSuffix(name, ".arrow") && most != len(all) {
				t.Errorf("without the end, %d rows of %d", most, len(all))
			}
		})
	}
}

func equal(a, b []plainRow) bool {
	same := func(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
	return slices.EqualFunc(a, b, func(a, b plainRow) bool {
		return same(a.Text, b.Text) && same(a.URL, b.URL) && same(a.Title, b.Title)
	})
}

func joined(groups []group) (rows []plainRow) {
	for _, g := range groups {
		rows = append(rows, g.rows...)
	}
	return rows
}

func FuzzColumns(f *testing.F) {
	for _, name := range goldenFiles(f) {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Open(bytes.NewReader(b), int64(len(b)), names)
		if err != nil {
			return
		}
		left := 1 << 20
		for i, g := range file.Groups() {
			n := int64(0)
			for row, err := range file.Rows(i) {
				if err != nil {
					break
				}
				if n++; n > g.Rows || len(row.Text) > MaxText || len(row.URL) > MaxLabel || len(row.Title) > MaxLabel {
					t.Fatalf("group %d: row %d of %d", i, n, g.Rows)
				}
				if left--; left == 0 {
					return
				}
			}
		}
	})
}
