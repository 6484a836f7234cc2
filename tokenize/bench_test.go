package tokenize

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"corpus/tokenize/count"
	"corpus/tokenize/split"
)

// benchTexts is up to 16 MB of the Go distribution's own sources, or of the
// directory in CORPUS_BENCH_TEXT.
var benchTexts = sync.OnceValue(func() (texts []string) {
	dir := os.Getenv("CORPUS_BENCH_TEXT")
	if dir == "" {
		out, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			return nil
		}
		dir = filepath.Join(strings.TrimSpace(string(out)), "src", "cmd")
	}
	size := 0
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || size > 16<<20 {
			return nil
		}
		if data, err := os.ReadFile(path); err == nil && utf8.Valid(data) && len(data) < 1<<20 {
			texts = append(texts, string(data))
			size += len(data)
		}
		return nil
	})
	return texts
})

func benchmarkTexts(b *testing.B, each func(text string)) {
	if len(benchTexts()) == 0 {
		b.Skip("no text: set CORPUS_BENCH_TEXT to a directory of it")
	}
	benchmarkText(b, benchTexts(), each)
}

func benchmarkText(b *testing.B, texts []string, each func(text string)) {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	before := cpuTime()
	for b.Loop() {
		for _, text := range texts {
			each(text)
		}
	}
	b.ReportMetric(float64(b.N)*float64(size)/1e6/(cpuTime()-before).Seconds(), "MB/cpu-s")
}

// cpuTime is what the process has used of the processors, which, unlike wall
// time, means something on a busy machine.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkSplit(b *testing.B) {
	benchmarkTexts(b, func(text string) {
		for i := 0; i < len(text); {
			i = split.GPT2{}.End(text, i)
		}
	})
}

func BenchmarkCount(b *testing.B) {
	c := count.New()
	benchmarkTexts(b, c.Add)
}

var benchTokenizer = sync.OnceValue(func() *Tokenizer {
	c := count.New()
	for _, text := range benchTexts() {
		c.Add(text)
	}
	tok, _, err := Train(c.All(), TrainOptions{Sizes: []int{32000}})
	if err != nil {
		panic(err)
	}
	return tok[0]
})

func BenchmarkEncode(b *testing.B) {
	enc := benchTokenizer().NewEncoder()
	var ids []uint32
	benchmarkTexts(b, func(text string) { ids = enc.Encode(ids[:0], text) })
}

// BenchmarkEncodeUncached merges every word anew, which is the worst case.
func BenchmarkEncodeUncached(b *testing.B) {
	m, dst := benchTokenizer().model.encoder(), []uint32{}
	benchmarkTexts(b, func(text string) {
		for i := 0; i < len(text); {
			end := split.GPT2{}.End(text, i)
			dst = m.Append(dst[:0], text[i:end])
			i = end
		}
	})
}

func BenchmarkEncodeRun(b *testing.B) {
	enc := benchTokenizer().NewEncoder()
	benchmarkText(b, []string{strings.Repeat("a", 1<<20)}, func(text string) { enc.Encode(nil, text) })
}

func BenchmarkTrain(b *testing.B) {
	c := count.New()
	for _, text := range benchTexts() {
		c.Add(text)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, _, err := Train(c.All(), TrainOptions{Sizes: []int{32000}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	data := benchTokenizer().JSON()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Read(data); err != nil {
			b.Fatal(err)
		}
	}
}
