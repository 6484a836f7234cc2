// Package modeltest has the tests that the models of tokenizer.json have in common:
// the ids that Hugging Face's tokenizers gives to pieces, and what any file may hold.
package modeltest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Model is what is tested.
type Model interface {
	json.Marshaler
	Tokens() []string
}

// Encoder appends the ids of a word.
type Encoder interface {
	Append(dst []uint32, word string) []uint32
}

// Piece is a word and its ids.
type Piece struct {
	Piece string
	IDs   []uint32
}

// Read reads a model from a file.
func Read[M any](t testing.TB, path string, read func(json.RawMessage) (M, error)) M {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Pieces reads pieces from a file.
func Pieces(t testing.TB, path string) (all []Piece) {
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

// Each calls do with the models of testdata, at least so many, that have pieces
// beside them. testdata/scripts/subword_fixtures.py makes both.
func Each[M any](t *testing.T, least int, read func(json.RawMessage) (M, error), do func(name string, m M, pieces []Piece)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*-golden.json")
	if err != nil || len(files) < least {
		t.Fatal(files, err)
	}
	for _, file := range files {
		do(file, Read(t, strings.Replace(file, "-golden", "", 1), read), Pieces(t, file))
	}
}

// Golden compares with the ids of pieces.
func Golden[M any, E Encoder](t *testing.T, least int, read func(json.RawMessage) (M, error), encoder func(M) E) {
	t.Helper()
	Each(t, least, read, func(name string, m M, pieces []Piece) {
		enc := encoder(m)
		for _, p := range pieces {
			const before = 7
			got := enc.Append([]uint32{before}, p.Piece)
			if got[0] != before || !slices.Equal(got[1:], p.IDs) {
				t.Errorf("%s: %.80q\n got %v\nwant %v", name, p.Piece, got[1:], p.IDs)
			}
		}
	})
}

// Fuzz damages the small models of testdata: what is read encodes any text to ids
// that it has, and is written so that it reads as the same. Of a complete model every
// text has ids.
func Fuzz[M Model, E Encoder](f *testing.F, text string, complete bool, read func(json.RawMessage) (M, error), encoder func(M) E) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && len(raw) < 5000 {
			f.Add(raw, text)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, piece string) {
		m, err := read(raw)
		if err != nil || !utf8.ValidString(piece) {
			return
		}
		ids := encoder(m).Append(nil, piece)
		if complete && piece != "" && len(ids) == 0 {
			t.Errorf("%q has no ids", piece)
		}
		for _, id := range ids {
			if int(id) >= len(m.Tokens()) {
				t.Errorf("id %d of %d", id, len(m.Tokens()))
			}
		}
		written, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := read(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		again, err := back.MarshalJSON()
		if !slices.Equal(encoder(back).Append(nil, piece), ids) || !bytes.Equal(written, again) || err != nil {
			t.Errorf("%s reads otherwise", written)
		}
	})
}
