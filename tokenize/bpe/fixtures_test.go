package bpe

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"corpus/tokenize/modeltest"
)

func TestGolden(t *testing.T) {
	modeltest.Golden(t, 9, Read, (*Model).NewEncoder)
}

// TestGoldenBytes: words of bytes have the ids of their characters.
func TestGoldenBytes(t *testing.T) {
	modeltest.Each(t, 9, Read, func(name string, m *Model, pieces []modeltest.Piece) {
		enc := m.NewEncoder()
		for _, p := range pieces {
			if word, ok := ByteLevel.Decode(p.Piece); ok {
				if got := enc.AppendBytes(nil, word); !slices.Equal(got, p.IDs) {
					t.Errorf("%s: bytes %.80q\n got %v\nwant %v", name, word, got, p.IDs)
				}
			}
		}
	})
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
