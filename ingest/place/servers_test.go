package place_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// tool is a server that make tools installs.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", ".tools", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Skip("run make tools: .tools/" + name + " is missing")
	}
	return path
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// serve runs a server until the test ends and waits until it answers.
func serve(t *testing.T, at, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = t.TempDir()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("%s said:\n%s", name, tail(out.Bytes()))
		}
	})
	for until := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get("http://" + at)
		if err == nil {
			resp.Body.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v", name, err)
		default:
		}
		if time.Now().After(until) {
			t.Fatalf("%s does not answer at %s: %v", name, at, err)
		}
	}
}

func tail(b []byte) []byte { return b[max(0, len(b)-4000):] }

const (
	accessKey = "place-access"
	secretKey = "place-secret-key"
)

// versity is an S3 server that checks signatures, policies and conditions.
func versity(t *testing.T) *proxy {
	at := "127.0.0.1:" + freePort(t)
	serve(t, at, tool(t, "versitygw"), "--access", accessKey, "--secret", secretKey, "--port", at, "--quiet",
		"posix", "--sidecar", t.TempDir(), t.TempDir())
	return newProxy(t, forward("http://"+at))
}

// fakeGCS is Google Cloud Storage without permissions.
func fakeGCS(t *testing.T) *proxy {
	port := freePort(t)
	at := "127.0.0.1:" + port
	p := newProxy(t, forward("http://"+at))
	serve(t, at, tool(t, "fake-gcs-server"), "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1",
		"-port", port, "-log-level", "error", "-public-host", p.Listener.Addr().String())
	return p
}

// azurite is Microsoft's emulator of Azure Blob Storage.
func azurite(t *testing.T) *proxy {
	port := freePort(t)
	script := tool(t, "azurite/node_modules/azurite/dist/src/blob/main.js")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("run make tools: node is missing")
	}
	serve(t, "127.0.0.1:"+port, node, script, "--blobHost", "127.0.0.1", "--blobPort", port,
		"--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry")
	return newProxy(t, forward("http://127.0.0.1:"+port))
}

// some bytes that are nowhere the same.
func some(n int) []byte {
	b := make([]byte, 0, n+8)
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "%07x\n", i*2654435761&0xfffffff)
	}
	return b[:n]
}
