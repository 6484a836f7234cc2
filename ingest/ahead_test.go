package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDecodersChangeNothing: however many decode a part, of whatever damage, what
// comes out is the same.
func TestDecodersChangeNothing(t *testing.T) {
	for seed := range uint64(150) {
		r := maker{rand.New(rand.NewPCG(seed, 1))}
		comp, format := []string{plain, gzipped, zstdized}[r.IntN(3)], []string{formatJSONL, formatWARC}[r.IntN(2)]
		dir := put(t, "a", string(r.damage(r.pack(r.text(format), comp))), "b", string(r.pack(r.text(format), comp)))
		cfg := Config{UnitBytes: int64(50 + r.IntN(400)), PartBytes: int64(500 + r.IntN(9000))}
		one := newMemory(1)
		one.run(t, cfg, dir)
		for _, workers := range []int{2 * workersPerDecoder, 7 * workersPerDecoder} {
			many := newMemory(workers)
			many.run(t, cfg, dir)
			if one.all() != many.all() {
				t.Fatalf("seed %d, %s %s, %v: %d workers make other tables", seed, comp, format, cfg.UnitBytes, workers)
			}
		}
	}
}

// TestDecodersOfTables: the same of Parquet and Arrow, whole and with every 97th
// byte harmed.
func TestDecodersOfTables(t *testing.T) {
	files, err := filepath.Glob("columns/testdata/*.*")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	units := int64(0)
	for k, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := -1; at < len(b); at += 97 * (1 + k%5*4) {
			content := b
			if at >= 0 {
				content = flipped(b, at)
			}
			dir := put(t, "a", string(content), "b", string(b))
			one, many := newMemory(1), newMemory(3*workersPerDecoder)
			one.run(t, Config{UnitBytes: 1}, dir)
			many.run(t, Config{UnitBytes: 1}, dir)
			if one.all() != many.all() {
				t.Fatalf("%s, byte %d: several decoders make other tables", name, at)
			}
			units = max(units, one.count("units"))
		}
	}
	if units < 6 {
		t.Errorf("at most %d units in two files: nothing was decoded apart", units)
	}
}

// TestDecodersStop: a run that is stopped while several decode ends, and leaves
// nothing behind that reads on.
func TestDecodersStop(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		b.WriteString(jsonLine(fmt.Sprintf("line %d", i)))
	}
	dir := put(t, "a", members(cut(b.String(), 50)...))
	m := newMemory(4 * workersPerDecoder)
	stage, err := Stage(t.Context(), Config{UnitBytes: 100_000, Detect: func(string) (string, float64) { return "en", 1 }}, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Passes[0].Run(m.task("scan", 0)); err != nil {
		t.Fatal(err)
	}
	if n, err := stage.Passes[1].Tasks(m.task("read", 0)); n != 1 || err != nil {
		t.Fatalf("%d parts, %v", n, err)
	}
	for wait := time.Duration(0); wait < 20*time.Millisecond; wait += time.Millisecond {
		ctx, stop := context.WithTimeout(t.Context(), wait)
		env := m.task("read", 0)
		env.ctx = ctx
		if err := stage.Passes[1].Run(env); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		stop()
	}
	// A file that changes under several decoders is a bad source.
	if err := os.WriteFile(dir+"/a", []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := stage.Passes[1].Run(m.task("read", 0)); err != nil {
		t.Fatal(err)
	}
	if lost := m.lost(); len(lost) != 1 || lost[0].reason != Changed {
		t.Errorf("lost %v, want the file that changed", lost)
	}
}
