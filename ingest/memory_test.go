package ingest

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"corpus"
)

// heap is the bytes of objects, dead ones not yet swept included.
func heap() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

// peakOf is the most heap that f adds, looked at now and then.
func peakOf(f func()) int64 {
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	runtime.GC()
	base, peak := heap(), int64(0)
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			peak = max(peak, heap())
			time.Sleep(time.Millisecond)
		}
	}()
	f()
	stop.Store(true)
	<-done
	return peak - base
}

// windowed is a zstd frame of the window.
func windowed(t *testing.T, s string, window int) string {
	t.Helper()
	var b strings.Builder
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, s)
	w.Flush() // else the frame is as small as its content
	w.Close()
	return b.String()
}

// TestMemory: inputs made to be large stay below what the passes say a worker
// holds.
func TestMemory(t *testing.T) {
	line := func(unit string) string {
		return `{"text":"` + strings.Repeat(unit, (MaxLine-100)/len(unit)) + "\"}\n"
	}
	small := jsonLine("one") + jsonLine("two")
	latin := "\xe9\xe8t\xe9 \r\n"
	coded := warcRecord("response", "http://b/", "application/http", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n"+
		members(strings.Repeat(manyLines(100, 3), MaxRecord/5000)))
	const (
		attributes = "<p a b c d e f g h i j k l m n o p q r s t u v w x y z>x"
		docbook    = "<meta name=generator content=DocBook>"
	)
	for _, tt := range []struct {
		name, content string
		docs          int
		extract       string
	}{
		{"lines in a wide window", windowed(t, small+line("text "), MaxWindow), 3, ""},
		{"escaped line", small + line(`\u4e2d`), 3, ""},
		{"text in Latin-1", strings.Repeat(latin, corpus.MaxDocument/len(latin)*2/3), 1, ""},
		{"title of short words", small + strings.Replace(line("a "), `"text"`, `"text":"x","title"`, 1), 3, ""},
		{"coded bodies", strings.Repeat(coded, 4), 4, ""},
		{"page of attributes", "<html><p>" + strings.Repeat(attributes, 6_000), 1, ""},
		{"page that opens elements again", "<html><p>" + manyFonts() + strings.Repeat("<p>x", 150_000), 1, ""},
		{"page that nests deep", "<html>" + manyFonts() + strings.Repeat("<p>x", 18_000), 1, ""},
		{"page of attributes, fast", "<html><p>" + strings.Repeat(attributes, 6_000), 1, ExtractFast},
		{"page of elements, fast", "<html>" + strings.Repeat("<div class=comment a b c d e f g h i j k l m n o p q r s t u v w x y z><a href=x>x</a></div>", 9_000), 1, ExtractFast},
		{"page whose parts are joined deep", "<html>" + strings.Repeat("<div>", 450) + "<div class=article-body><p>x</p></div>" + strings.Repeat("</div>", 450) +
			"<div class=article-body>" + strings.Repeat("<p>x", 18_000), 1, ""},
		{"page of attributes, a manual", "<html>" + docbook + strings.Repeat(attributes, 6_000), 1, ""},
		{"page of attributes, raw", "<html>" + strings.Repeat(attributes, 6_000), 1, ExtractRaw},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(1)
			stage, err := Stage(t.Context(), Config{Extract: tt.extract, Detect: func(string) (string, float64) { return "", 0 }}, []string{put(t, "x", tt.content)})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range stage.Passes {
				var err error
				peak := peakOf(func() { err = p.Run(m.task(p.Name, 0)) })
				t.Logf("%s: %d MiB of %d", p.Name, peak>>20, p.Memory>>20)
				if err != nil || peak > p.Memory {
					t.Errorf("%s: %d bytes, want at most %d: %v", p.Name, peak, p.Memory, err)
				}
			}
			if n := len(m.docs()); n != tt.docs {
				t.Errorf("%d documents, want %d; lost %v", n, tt.docs, m.lost())
			}
		})
	}
}

// TestJobsUnderWay: however many workers and large records there are, what waits
// is at most one document a worker.
func TestJobsUnderWay(t *testing.T) {
	const workers = 3
	space := newBudget(workers * corpus.MaxDocument)
	ctx, cancel := context.WithCancel(t.Context())
	for range workers {
		if !space.take(ctx, corpus.MaxDocument) {
			t.Fatal("a document a worker does not fit")
		}
	}
	cancel()
	if space.take(ctx, 1) {
		t.Error("more than a document a worker fits")
	}
	space.release(corpus.MaxDocument)
	if !space.take(t.Context(), corpus.MaxDocument) {
		t.Error("what was released does not fit again")
	}
}

// manyFonts opens 450 elements, each unlike the others.
func manyFonts() string {
	var b strings.Builder
	for i := range 450 {
		fmt.Fprintf(&b, "<font size=%d>", i)
	}
	return b.String()
}

func TestWindowBeyondTheCap(t *testing.T) {
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", windowed(t, strings.Repeat("some text ", 1000), 2*MaxWindow)))
	if lost := m.lost(); len(lost) != 1 || lost[0].reason != Window || !strings.Contains(lost[0].detail, "--long") || m.count("bad_sources") != 1 {
		t.Errorf("lost %v, counts %v", lost, m.counts)
	}
}
