package main

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestStoppedCommandsEnd wants every command that walks through data to look at
// its context, and the exit code of the signal.
func TestStoppedCommandsEnd(t *testing.T) {
	dir := copyOfFinished(t)
	must(t, os.WriteFile(dir+"/data/dedup/.tmp-left", nil, 0o666))
	must(t, os.WriteFile(dir+"/raw/empty", nil, 0o666))
	must(t, succeed("ingest", "-C", dir, dir+"/raw"))
	for signal, want := range map[unix.Signal]int{unix.SIGINT: 130, unix.SIGTERM: 143} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(stopped{signal})
		for _, args := range [][]string{{"cat", "ingest"}, {"why", "a.jsonl"}, {"check"}, {"gc"}, {"status", "--lost"}} {
			var out bytes.Buffer
			a := &app{out: &out, err: &out}
			if code := a.exit(a.run(ctx, append([]string{"corpus", args[0], "-C", dir}, args[1:]...))); code != want {
				t.Errorf("%v: exit code %d, want %d\n%s", args, code, want, &out)
			}
		}
	}
}

// TestSecondSignalKills sends signals to a command that is deaf to the first
// one: it waits for its standard input.
func TestSecondSignalKills(t *testing.T) {
	cmd := corpusProcess(copyOfFinished(t), "generate", "--run", "none", "--prompt", "-")
	in, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	_, err = in.Write(make([]byte, 1<<17)) // more than a pipe holds: it reads
	must(t, err)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for deadline := time.Now().Add(patience); len(ended) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			must(t, cmd.Process.Kill())
			t.Fatal("no number of signals ends it")
		}
		_ = cmd.Process.Signal(unix.SIGINT) // it may have ended
	}
	<-ended
	if status, ok := cmd.ProcessState.Sys().(interface{ Signal() unix.Signal }); !ok || status.Signal() != unix.SIGINT {
		t.Errorf("it ended with %v, want a death by SIGINT", cmd.ProcessState)
	}
}
