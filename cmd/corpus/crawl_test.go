package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestKilledCrawl kills a crawl of a real server again and again, by SIGKILL in
// the middle. The run that ends it has every page, once.
func TestKilledCrawl(t *testing.T) {
	const pages = 200
	var asked atomic.Int64
	kill := make(chan struct{}, 1000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := asked.Add(1); n%60 == 0 {
			kill <- struct{}{}
		}
		var i int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d.html", &i); err != nil {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "<html><head><title>Page %d</title></head><body><p>This is the text of page number %d, and of no other.</p>", i, i)
		for _, to := range []int{2*i + 1, 2*i + 2} {
			if to < pages {
				fmt.Fprintf(w, "<a href=/%d.html>more</a>", to)
			}
		}
	}))
	defer srv.Close()
	dir := t.TempDir()
	crawl := func() *exec.Cmd {
		return corpusProcess(dir, "ingest", "--crawl", srv.URL+"/0.html", "--name", "site", "--user-agent", "testbot (+https://example.org/bot)",
			"--allow-private", "--delay", "1ms")
	}
	if out, err := corpusProcess(dir, "init").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	killed := 0
	for ; killed < 3; killed++ {
		p := crawl()
		must(t, p.Start())
		<-kill
		must(t, p.Process.Kill())
		if err := p.Wait(); err == nil {
			t.Fatal("it ended before it was killed")
		}
	}
	if out, err := crawl().CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := corpusProcess(dir, "cat", "ingest").Output()
	must(t, err)
	seen := map[string]int{}
	for line := range strings.Lines(string(out)) {
		_, rest, _ := strings.Cut(line, "number ")
		n, _, _ := strings.Cut(rest, ",")
		seen[n]++
	}
	for i := range pages {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("page %d is there %d times", i, n)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "data", "crawl", "site-*.warc.gz"))
	if err != nil || len(files) < 1 || len(seen) != pages {
		t.Errorf("%d pages in %v, %v", len(seen), files, err)
	}
}
