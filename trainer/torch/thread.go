//go:build torch

package torch

import "runtime"

// thread is one OS thread that makes all native calls of a model: libtorch's
// last error and its grad mode belong to a thread, which goroutines change.
type thread struct {
	jobs chan func()
}

func newThread() *thread {
	t := &thread{jobs: make(chan func())}
	go t.run()
	return t
}

// run ends with its thread still locked, which makes Go end the OS thread too.
func (t *thread) run() {
	runtime.LockOSThread()
	for job := range t.jobs {
		job()
	}
}

// do runs f on the thread and waits; a panic of f continues in the caller.
func (t *thread) do(f func() error) error {
	var err error
	var raised any
	done := make(chan struct{})
	t.jobs <- func() {
		defer close(done)
		defer func() { raised = recover() }()
		err = f()
	}
	<-done
	if raised != nil {
		panic(raised)
	}
	return err
}

func (t *thread) stop() { close(t.jobs) }
