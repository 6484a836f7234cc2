package fsx_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
)

// both runs a test on the real file system and on the one in memory.
func both(t *testing.T, test func(t *testing.T, fsys fsx.FS, dir string)) {
	t.Run("os", func(t *testing.T) { test(t, fsx.OS{}, t.TempDir()) })
	t.Run("mem", func(t *testing.T) { test(t, fsxtest.New(), ".") })
}

func TestWriteFileReplaces(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		name := path.Join(dir, "a", "b", "file")
		if err := fsys.MkdirAll(path.Dir(name)); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"first", "second, longer", ""} {
			if err := fsx.WriteFile(fsys, name, []byte(want)); err != nil {
				t.Fatal(err)
			}
			got, err := fsx.ReadFile(fsys, name, 100)
			if err != nil || string(got) != want {
				t.Fatalf("read %q, %v; want %q", got, err, want)
			}
			names, err := fsys.ReadDir(path.Dir(name))
			if err != nil || len(names) != 1 {
				t.Fatalf("a temporary file stayed: %q, %v", names, err)
			}
		}
		if _, err := fsx.ReadFile(fsys, name+"x", 100); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing file gives %v", err)
		}
	})
}

func TestReadFileHasALimit(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		name := path.Join(dir, "f")
		if err := fsx.WriteFile(fsys, name, make([]byte, 101)); err != nil {
			t.Fatal(err)
		}
		if _, err := fsx.ReadFile(fsys, name, 100); err == nil {
			t.Error("a file beyond the limit was read")
		}
	})
}

func TestLogsAppendAndAreCut(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		name := path.Join(dir, "log")
		for _, s := range []string{"one\n", "two\n"} {
			f, err := fsys.Append(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write([]byte(s)); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(f.Sync(), f.Close()); err != nil {
				t.Fatal(err)
			}
		}
		if err := fsys.Truncate(name, 5); err != nil {
			t.Fatal(err)
		}
		if b, err := fsx.ReadFile(fsys, name, 100); err != nil || string(b) != "one\nt" {
			t.Fatalf("%q, %v", b, err)
		}
	})
}

func TestReadAtAndMap(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		name := path.Join(dir, "f")
		if err := fsx.WriteFile(fsys, name, []byte("0123456789")); err != nil {
			t.Fatal(err)
		}
		f, err := fsys.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b := make([]byte, 4)
		if n, err := f.ReadAt(b, 3); n != 4 || err != nil || string(b) != "3456" {
			t.Errorf("%q, %d, %v", b, n, err)
		}
		if n, err := f.ReadAt(b, 8); n != 2 || !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %d, %v", n, err)
		}
		m, err := fsys.Map(name)
		if err != nil || string(m.Data) != "0123456789" {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestListing(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		if err := fsys.MkdirAll(path.Join(dir, "sub", "deep")); err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"b", "a"} {
			if err := fsx.WriteFile(fsys, path.Join(dir, n), nil); err != nil {
				t.Fatal(err)
			}
		}
		names, err := fsys.ReadDir(dir)
		if got := strings.Join(names, " "); err != nil || got != "a b sub/" {
			t.Fatalf("%q, %v", got, err)
		}
		if err := fsys.Rename(path.Join(dir, "sub"), path.Join(dir, "other")); err != nil {
			t.Fatal(err)
		}
		if _, err := fsys.ReadDir(path.Join(dir, "other", "deep")); err != nil {
			t.Fatal(err)
		}
		if err := fsys.Remove(path.Join(dir, "a")); err != nil {
			t.Fatal(err)
		}
		if _, err := fsys.Size(path.Join(dir, "a")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a removed file gives %v", err)
		}
	})
}

func TestLockIsExclusiveAndNamesItsHolder(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		name := path.Join(dir, ".lock")
		first, err := fsys.Lock(name, "process 1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fsys.Lock(name, "process 2"); corpus.ClassOf(err) != corpus.Locked || !strings.Contains(err.Error(), "process 1") {
			t.Errorf("a taken lock gives %v", err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := fsys.Lock(name, "process 2")
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSharedLock(t *testing.T) {
	both(t, func(t *testing.T, fsys fsx.FS, dir string) {
		name := path.Join(dir, ".readers")
		one, err := fsys.Share(name)
		if err != nil {
			t.Fatal(err)
		}
		two, err := fsys.Share(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, reader := range []io.Closer{one, two} {
			if _, err := fsys.Lock(name, "process 1"); corpus.ClassOf(err) != corpus.Locked || !strings.Contains(err.Error(), "read") {
				t.Errorf("a lock that is shared gives %v", err)
			}
			if err := reader.Close(); err != nil {
				t.Fatal(err)
			}
		}
		alone, err := fsys.Lock(name, "process 1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fsys.Share(name); corpus.ClassOf(err) != corpus.Locked {
			t.Errorf("a lock that is taken gives %v", err)
		}
		if err := alone.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := fsys.Share(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fsys.Lock(name, "process 2"); err == nil || strings.Contains(err.Error(), "process 1") {
			t.Errorf("the holder before the readers is named: %v", err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Who cannot write there reads without a lock.
func TestShareWithoutADirectory(t *testing.T) {
	c, err := fsx.OS{}.Share(path.Join(t.TempDir(), "none", ".readers"))
	if err != nil || c.Close() != nil {
		t.Errorf("%v", err)
	}
}

// A full disk is an error of class Disk, and leaves nothing under the name.
func TestDiskFull(t *testing.T) {
	const full = "/dev/full" // every write to it fails with ENOSPC
	if _, err := os.Stat(full); err != nil {
		t.Fatal("this system has no " + full)
	}
	f, err := fsx.OS{}.Append(full)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write([]byte("x")); corpus.ClassOf(err) != corpus.Disk || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("a full disk gives %v", err)
	}
}

// A commit that fails at any operation leaves the old content.
func TestFailedCommitLeavesTheOldFile(t *testing.T) {
	broken := errors.New("broken")
	for at := 1; ; at++ {
		m := fsxtest.New()
		if err := fsx.WriteFile(m, "f", []byte("old")); err != nil {
			t.Fatal(err)
		}
		m.ClearLog()
		m.FailAt, m.Fail = at, broken
		err := fsx.WriteFile(m, "f", []byte("new"))
		if err == nil {
			if at < 5 {
				t.Fatalf("the commit has only %d operations", at-1)
			}
			return
		}
		want := "old"
		if strings.HasSuffix(m.Log(), "syncdir .\n") { // renamed, but not yet durable
			want = "new"
		}
		if b, rerr := fsx.ReadFile(m, "f", 10); rerr != nil || string(b) != want {
			t.Fatalf("failure at %d (%v) leaves %q, %v", at, err, b, rerr)
		}
	}
}
