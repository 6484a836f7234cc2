//go:build torch

package torch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"corpus/internal/fsx"
	"corpus/trainer"
)

// soakSteps is the length of the run that is killed at every step of it.
const soakSteps = 200

// TestSoak kills a training with SIGKILL, in processes of their own: at every step
// of a run of 200, each time going on with the next; and at every operation on the
// disk of a short one, which writes checkpoints, and again as that goes on. Weights,
// optimizer and metrics are those of the straight run. `make soak` runs it.
func TestSoak(t *testing.T) {
	if os.Getenv("CORPUS_SOAK") == "" {
		t.Skip("takes minutes; make soak")
	}
	t.Run("steps", func(t *testing.T) {
		want := straight(t, soakSteps)
		dir := t.TempDir() + "/runs/a"
		for at := range soakSteps {
			child(t, dir, soakSteps, "step", at+1)
		}
		finish(t, dir, soakSteps, want)
	})
	t.Run("writes", func(t *testing.T) {
		want := straight(t, 12)
		for at := 1; ; at++ {
			dir := t.TempDir() + "/runs/a"
			if done := child(t, dir, 12, "write", at); done {
				t.Logf("%d operations on the disk", at-1)
				return
			}
			child(t, dir, 12, "write", 1+at/2)
			finish(t, dir, 12, want)
		}
	})
}

func soakJob(t testing.TB, fs fsx.FS, dir string, steps int64) trainer.Job {
	j := newJob(t, fs, dir, steps)
	if steps < soakSteps {
		j.Spec.SaveEvery, j.Spec.LogEvery, j.Spec.Keep = 4, 1, 1
	}
	return j
}

func straight(t *testing.T, steps int64) string {
	t.Helper()
	j := soakJob(t, fsx.OS{}, t.TempDir()+"/runs/a", steps)
	if _, err := trainer.Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	return outcome(t, j)
}

func finish(t *testing.T, dir string, steps int64, want string) {
	t.Helper()
	j := soakJob(t, fsx.OS{}, dir, steps)
	if got, err := trainer.Run(context.Background(), j); err != nil || !got.Done {
		t.Fatalf("%+v, %v", got, err)
	}
	if outcome(t, j) != want {
		t.Fatalf("the run in %s differs from the straight one", dir)
	}
}

// child trains in a process that kills itself at a step or operation, and says
// whether it came to its end before that.
func child(t *testing.T, dir string, steps int, what string, at int) (done bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSoakChild$")
	cmd.Env = append(os.Environ(), "CORPUS_SOAK_CHILD="+strings.Join([]string{dir, strconv.Itoa(steps), what, strconv.Itoa(at)}, " "))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return false
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return true
}

// TestSoakChild is the process that is killed.
func TestSoakChild(t *testing.T) {
	var dir, what string
	var steps, at int
	if n, _ := fmt.Sscan(os.Getenv("CORPUS_SOAK_CHILD"), &dir, &steps, &what, &at); n != 4 {
		return // run as a test, it has nothing to do
	}
	disk := &deadly{}
	j := soakJob(t, disk, dir, int64(steps))
	if what == "write" {
		disk.at = at
	} else {
		j.Make = func() (trainer.Model, error) {
			m, err := New(j.Config, Options{Threads: 1, Device: device})
			return stopped{m, func(h trainer.Hyper) {
				if h.Step == int64(at) {
					kill()
				}
			}}, err
		}
	}
	if _, err := trainer.Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
}

// kill ends the process as nothing else does.
func kill() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// deadly is the disk, whose operation number at kills the process.
type deadly struct {
	fsx.OS
	n, at int
}

func (d *deadly) op() {
	if d.n++; d.n == d.at {
		kill()
	}
}

func (d *deadly) Create(name string) (fsx.File, error) {
	d.op()
	f, err := d.OS.Create(name)
	return deadlyFile{f, d}, err
}

func (d *deadly) Append(name string) (fsx.File, error) {
	d.op()
	f, err := d.OS.Append(name)
	return deadlyFile{f, d}, err
}

func (d *deadly) Rename(from, to string) error {
	d.op()
	return d.OS.Rename(from, to)
}

func (d *deadly) Remove(name string) error {
	d.op()
	return d.OS.Remove(name)
}

func (d *deadly) Truncate(name string, size int64) error {
	d.op()
	return d.OS.Truncate(name, size)
}

func (d *deadly) SyncDir(dir string) error {
	d.op()
	return d.OS.SyncDir(filepath.Clean(dir))
}

type deadlyFile struct {
	fsx.File
	d *deadly
}

// Write is killed with half of it on the disk.
func (f deadlyFile) Write(p []byte) (int, error) {
	if f.d.n+1 == f.d.at {
		_, _ = f.File.Write(p[:len(p)/2])
	}
	f.d.op()
	return f.File.Write(p)
}
