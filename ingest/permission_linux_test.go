package ingest

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// asNobody runs f on a thread whose file access is that of an unprivileged
// user; when the tests are not run by root, it is that of their user.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with its identity
		syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		syscall.RawSyscall(syscall.SYS_SETFSGID, nobody, 0, 0)
		f()
	}()
	<-done
}

func TestNoPermission(t *testing.T) {
	dir, err := os.MkdirTemp("", "ingest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for name, mode := range map[string]os.FileMode{"open": 0o755, "shut": 0} {
		sub := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(sub, 0o755), os.WriteFile(filepath.Join(sub, "a.txt"), []byte("text"), 0o644), os.Chmod(sub, mode)); err != nil {
			t.Fatal(err)
		}
	}
	locked := filepath.Join(dir, "locked.txt")
	if err := errors.Join(os.WriteFile(locked, []byte("secret"), 0), os.Chmod(locked, 0), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "shut"), 0o755) })
	asNobody(t, func() {
		inputs, err := find(t.Context(), &Config{}, []string{dir})
		if err != nil {
			t.Error(err)
			return
		}
		if want := []string{"locked.txt", "open/a.txt", "shut unreadable"}; !slices.Equal(names(inputs), want) {
			t.Errorf("found %q, want %q", names(inputs), want)
		}
		sc := scan{unitBytes: 1000, seen: openSeen("")}
		for i, want := range []string{Unreadable, "", Unreadable} {
			if s := sc.source(t.Context(), inputs[i])[0]; s.status != want || want != "" && !strings.Contains(s.detail, "permission denied") {
				t.Errorf("%s: status %q (%s), want %q", s.name, s.status, s.detail, want)
			}
		}
	})
}
