package wordpiece

import (
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
			f.Add(raw, "aab字#é")
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, piece string) {
		m, err := Read(raw)
		if err != nil || !utf8.ValidString(piece) {
			return
		}
		ids := m.NewEncoder().Append(nil, piece)
		if piece != "" && len(ids) == 0 {
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
		back, err := Read(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if !slices.Equal(back.NewEncoder().Append(nil, piece), ids) || back.Unk() != m.Unk() {
			t.Errorf("%s reads otherwise", written)
		}
	})
}
