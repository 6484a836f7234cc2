package ingest

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// TestMarksAreFew: where decoding can begin is remembered by decoded size, not
// by the number of members.
func TestMarksAreFew(t *testing.T) {
	empty := members("")
	content := strings.Repeat(empty, 10_000) + members(strings.Repeat("x", 3*markStep)) + strings.Repeat(members("y"), 10_000) + empty
	s := openStream(bytes.NewReader([]byte(content)), int64(len(content)), gzipped, 0, 0)
	s.step = markStep
	if n, err := io.Copy(io.Discard, s); err != nil || n != 3*markStep+10_000 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if len(s.marks) != 2 {
		t.Errorf("%d marks, want the first member and the one behind the large one", len(s.marks))
	}
	if want := int64(len(content) - len(empty)); s.last.raw != want {
		t.Errorf("last member at %d, want %d", s.last.raw, want)
	}
}
