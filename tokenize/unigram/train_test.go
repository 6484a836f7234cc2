package unigram

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"corpus/tokenize/count"
)

// TestTrainBig trains on counts for the script to compare.
func TestTrainBig(t *testing.T) {
	dir := os.Getenv("CORPUS_UNIGRAM_TRAIN")
	if dir == "" {
		t.Skip("for testdata/scripts/unigram_quality.py")
	}
	f, err := os.Open(filepath.Join(dir, "counts"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := time.Now()
	opts := Options{Specials: []string{"<unk>"}}
	for s := range strings.SplitSeq(os.Getenv("CORPUS_UNIGRAM_SIZES"), ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		opts.Sizes = append(opts.Sizes, n)
	}
	if opts.Workers, err = strconv.Atoi(os.Getenv("CORPUS_UNIGRAM_WORKERS")); err != nil {
		t.Fatal(err)
	}
	models, stats, err := Train(count.Read(f), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %v", stats, time.Since(start))
	for i, m := range models {
		raw, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("model-%d.json", opts.Sizes[i])), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
