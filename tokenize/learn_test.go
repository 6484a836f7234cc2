package tokenize

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"corpus/tokenize/count"
)

// TestLearnBig trains on a text for testdata/scripts/merges_check.py to compare.
func TestLearnBig(t *testing.T) {
	path := os.Getenv("CORPUS_LEARN_TEXT")
	if path == "" {
		t.Skip("needs CORPUS_LEARN_TEXT: run by testdata/scripts/merges_check.py --big, which wants Python")
	}
	counter, err := NewCounter(os.Getenv("CORPUS_LEARN_KIND"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	countLines(t, path, counter)
	t.Logf("%+v in %v", counter.Stats(), time.Since(start))
	start = time.Now()
	all, stats, err := Train(counter.All(), TrainOptions{
		Kind: os.Getenv("CORPUS_LEARN_KIND"), Sizes: []int{number(t, "CORPUS_LEARN_VOCAB")}, WordBytes: maxWordBytes, Workers: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %v", stats, time.Since(start))
	if err := os.WriteFile(os.Getenv("CORPUS_LEARN_OUT"), all[0].JSON(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, variable string) int {
	n, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// countLines counts the words of the texts of JSON lines.
func countLines(t *testing.T, path string, counter *count.Counter) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for left := number(t, "CORPUS_LEARN_BYTES"); left > 0; {
		line, err := in.ReadBytes('\n')
		if err != nil {
			break
		}
		left -= len(line)
		var doc struct{ Text string }
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatal(err)
		}
		counter.Add(doc.Text)
	}
}
