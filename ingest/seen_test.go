package ingest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSeenFilesAreNotRead: a file that is as it was is not opened again.
func TestSeenFilesAreNotRead(t *testing.T) {
	dir := put(t, "a.jsonl", jsonLine("first")+jsonLine("second"), "b.txt", "Text.")
	cfg := Config{Seen: filepath.Join(t.TempDir(), "new", "seen")}
	old := time.Now().Add(-time.Hour)
	touch(t, dir, old)
	m := newMemory(1)
	m.first = m.run(t, cfg, dir)
	good, err := os.ReadFile(cfg.Seen)
	if err != nil {
		t.Fatal(err)
	}
	// Other text of the same size and time is not noticed: the file was not read.
	if err := os.WriteFile(filepath.Join(dir, "b.txt"), []byte("Next."), 0o666); err != nil {
		t.Fatal(err)
	}
	touch(t, dir, old)
	if parts := m.run(t, cfg, dir); parts != 0 {
		t.Errorf("%d parts, want none: size and time are the same", parts)
	}
	// A damaged cache is none.
	for i := range good {
		if err := os.WriteFile(cfg.Seen, flipped(good, i), 0o666); err != nil {
			t.Fatal(err)
		}
		if s := openSeen(cfg.Seen); len(s.was) != 0 {
			t.Fatalf("byte %d of the cache changed and it counts", i)
		}
	}
	if parts := m.run(t, cfg, dir); parts != 1 {
		t.Errorf("%d parts, want the file that changed", parts)
	}
}

// TestFreshFilesAreHashed: a file that was just written may change within the
// same tick of its clock.
func TestFreshFilesAreHashed(t *testing.T) {
	dir := put(t, "b.txt", "Text.")
	cfg := Config{Seen: filepath.Join(t.TempDir(), "seen")}
	newMemory(1).run(t, cfg, dir)
	if s := openSeen(cfg.Seen); len(s.was) != 0 {
		t.Errorf("%d files remembered, want none", len(s.was))
	}
}

func touch(t *testing.T, dir string, at time.Time) {
	t.Helper()
	for _, name := range []string{"a.jsonl", "b.txt"} {
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
}
