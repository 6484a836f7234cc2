package columns

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

// TestBombs: of a few kilobytes that hold a megabyte of text in a dictionary or
// a page, ten thousand times, 64 MiB are read and no more.
func TestBombs(t *testing.T) {
	for _, name := range []string{"dictionary.parquet", "plain.parquet", "dictionary.arrow", "plain.arrow"} {
		b, err := os.ReadFile("testdata/bombs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(bytes.NewReader(b), int64(len(b)), names)
		if err != nil {
			t.Fatal(err)
		}
		out := 0
		for row, e := range f.Rows(0) {
			out += len(row.Text)
			err = e
		}
		if !errors.Is(err, ErrBomb) || out > RatioFloor {
			t.Errorf("%s: %d bytes of text from %d: %v", name, out, len(b), err)
		}
	}
}

func TestTooManyRows(t *testing.T) {
	for _, list := range [][]Group{{{Rows: -1}}, {{Rows: 1 << 62}, {Rows: 1 << 62}}, {{Rows: MaxRows}, {Rows: 10_000}}} {
		if (&File{size: 1000, list: list}).plausible() == nil {
			t.Errorf("%v in 1000 bytes", list)
		}
	}
	if err := (&File{size: 1000, list: []Group{{Rows: MaxRows}, {Rows: 1000}}}).plausible(); err != nil {
		t.Error(err)
	}
}

var errDisk = errors.New("input/output error")

// TestFileErrors expects an error of the file to come as it is, whichever
// decoder meets it: it is no damage.
func TestFileErrors(t *testing.T) {
	for _, name := range damaged {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for from := int64(0); from < int64(len(b)); from += 97 {
			f, err := Open(reader(func(p []byte, off int64) (int, error) {
				if off+int64(len(p)) > from && off < from+500 {
					return 0, errDisk
				}
				return bytes.NewReader(b).ReadAt(p, off)
			}), int64(len(b)), names)
			for i := 0; err == nil && i < len(f.Groups()); i++ {
				for _, e := range f.Rows(i) {
					if e != nil {
						err = e
					}
				}
			}
			if err != nil && !errors.Is(err, errDisk) {
				t.Errorf("%s, byte %d: %v", name, from, err)
			}
		}
	}
}

type reader func(p []byte, off int64) (int, error)

func (r reader) ReadAt(p []byte, off int64) (int, error) { return r(p, off) }
