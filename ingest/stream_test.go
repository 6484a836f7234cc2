package ingest

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// TestMarksAreFew: where decoding can begin is remembered by the size of the file,
// not by the number of members.
func TestMarksAreFew(t *testing.T) {
	empty := members("")
	content := strings.Repeat(empty, 10_000) + members(strings.Repeat("x", 3*markStep)) + strings.Repeat(members("y"), 10_000) + empty
	s := openStream(bytes.NewReader([]byte(content)), int64(len(content)), gzipped, 0, 0)
	s.step = markStep
	if n, err := io.Copy(io.Discard, s); err != nil || n != 3*markStep+10_000 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if most := len(content)/markStep + 1; len(s.marks) < most-1 || len(s.marks) > most {
		t.Errorf("%d marks, want %d", len(s.marks), most)
	}
	for i, m := range s.marks[1:] {
		if m.raw/markStep != s.marks[i].raw/markStep+1 || m.raw%markStep >= int64(len(members("y"))) {
			t.Errorf("mark at %d is not the first of its step", m.raw)
		}
	}
	if want := int64(len(content) - len(empty)); s.last.raw != want {
		t.Errorf("last member at %d, want %d", s.last.raw, want)
	}
}
