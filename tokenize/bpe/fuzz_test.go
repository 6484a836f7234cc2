package bpe

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzRead: what is read encodes any text to ids that it has, and is written so
// that it reads as the same.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && len(raw) < 5000 {
			f.Add(raw, "aab字#éxy")
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, piece string) {
		m, err := Read(raw)
		if err != nil || !utf8.ValidString(piece) {
			return
		}
		ids := m.NewEncoder().Append(nil, piece)
		for _, id := range ids {
			if int(id) >= len(m.Tokens()) {
				t.Errorf("id %d of %d", id, len(m.Tokens()))
			}
		}
		written, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Read(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		again, err := back.MarshalJSON()
		if !slices.Equal(back.NewEncoder().Append(nil, piece), ids) || !bytes.Equal(written, again) || err != nil {
			t.Errorf("%s reads otherwise", written)
		}
	})
}

// FuzzTiktoken: what is read encodes any bytes, and all of them.
func FuzzTiktoken(f *testing.F) {
	for _, name := range []string{"learnt", "random"} {
		data, err := os.ReadFile("testdata/" + name + ".tiktoken")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "abcabc --- \xff")
	}
	f.Fuzz(func(t *testing.T, data []byte, word string) {
		c, err := ReadTiktoken(data)
		if err != nil {
			return
		}
		m, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		var back []byte
		for _, id := range m.NewEncoder().AppendBytes(nil, word) {
			token, ok := ByteLevel.Decode(m.Tokens()[id])
			if !ok {
				t.Errorf("token %d is not of bytes", id)
			}
			back = append(back, token...)
		}
		if string(back) != word {
			t.Errorf("%q comes back as %q", word, back)
		}
	})
}
