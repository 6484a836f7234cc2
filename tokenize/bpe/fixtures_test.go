package bpe

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The fixtures are made by testdata/scripts/subword_fixtures.py.

func readModel(t testing.TB, path string) *Model {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type golden struct {
	Piece string
	IDs   []uint32
}

func goldens(t testing.TB, path string) (all []golden) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*-golden.json")
	if err != nil || len(files) < 9 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		m := readModel(t, strings.Replace(file, "-golden", "", 1))
		enc := m.NewEncoder()
		for _, g := range goldens(t, file) {
			const before = 7
			got := enc.Append([]uint32{before}, g.Piece)
			if word, ok := ByteLevel.Decode(g.Piece); ok {
				if byBytes := enc.AppendBytes(nil, word); !slices.Equal(byBytes, g.IDs) {
					t.Errorf("%s: bytes %.80q\n got %v\nwant %v", file, word, byBytes, g.IDs)
				}
			}
			if got[0] != before || !slices.Equal(got[1:], g.IDs) {
				t.Errorf("%s: %.80q\n got %v\nwant %v", file, g.Piece, got[1:], g.IDs)
			}
		}
	}
}

// TestTiktoken: vocabularies of tiktoken's have its ids, read as they are and
// written as a tokenizer.json.
func TestTiktoken(t *testing.T) {
	for _, name := range []string{"learnt", "random"} {
		m := readRanksFile(t, "testdata/"+name+".tiktoken")
		written, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Read(written)
		if err != nil {
			t.Fatal(err)
		}
		var all []struct {
			Piece []byte
			IDs   []uint32
		}
		data, err := os.ReadFile("testdata/" + name + "-tiktoken.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatal(err)
		}
		for _, g := range all {
			for _, model := range []*Model{m, back} {
				if got := model.NewEncoder().AppendBytes(nil, string(g.Piece)); !slices.Equal(got, g.IDs) {
					t.Errorf("%s: %.80q\n got %v\nwant %v", name, g.Piece, got, g.IDs)
				}
			}
		}
	}
}

func readRanksFile(t testing.TB, path string) *Model {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadTiktoken(data)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBig encodes pieces for the script to compare.
func TestBig(t *testing.T) {
	dir := os.Getenv("CORPUS_TOKENIZE_BIG")
	if dir == "" {
		t.Skip("for testdata/scripts/subword_fixtures.py --big")
	}
	data, err := os.ReadFile(filepath.Join(dir, "pieces"))
	if err != nil {
		t.Fatal(err)
	}
	var pieces []string
	size := 0
	for len(data) > 0 {
		n := binary.LittleEndian.Uint32(data)
		pieces = append(pieces, string(data[4:4+n]))
		size += int(n)
		data = data[4+n:]
	}
	enc := readModel(t, filepath.Join(dir, "model.json")).NewEncoder()
	var ids, ends []uint32
	start := processor(t)
	for _, p := range pieces {
		ids = enc.Append(ids, p)
		ends = append(ends, uint32(len(ids)))
	}
	t.Logf("%.1f MB/s", float64(size)/1e6/(processor(t)-start).Seconds())
	var out []byte
	from := uint32(0)
	for _, end := range ends {
		out = binary.LittleEndian.AppendUint32(out, end-from)
		for _, id := range ids[from:end] {
			out = binary.LittleEndian.AppendUint32(out, id)
		}
		from = end
	}
	if err := os.WriteFile(filepath.Join(dir, "ids"), out, 0o644); err != nil {
		t.Fatal(err)
	}
}

// processor is the time that the process has had of the processor.
func processor(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
