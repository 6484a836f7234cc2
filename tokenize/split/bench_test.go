package split

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const benchBytes = 4 << 20

// benchTexts are up to 4 MB of each file of the directory in CORPUS_BENCH_TEXT,
// by its name, or of the Go distribution's own sources.
func benchTexts(b *testing.B) map[string]string {
	texts := map[string]string{}
	files, _ := filepath.Glob(filepath.Join(os.Getenv("CORPUS_BENCH_TEXT"), "*.txt"))
	for _, name := range files {
		texts[strings.TrimSuffix(filepath.Base(name), ".txt")] = readBench(b, name)
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skip("no go command, no text")
	}
	files, _ = filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "src", "net", "http", "*.go"))
	for _, name := range files {
		texts["go"] += readBench(b, name)
	}
	texts["go"] = texts["go"][:min(benchBytes, len(texts["go"]))]
	return texts
}

func readBench(b *testing.B, name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	return strings.ToValidUTF8(string(data[:min(benchBytes, len(data))]), "")
}

func BenchmarkEnd(b *testing.B) {
	texts := benchTexts(b)
	for _, p := range []struct {
		name string
		end  func(text string) int
	}{
		{"gpt2", func(text string) int { return walk(GPT2{}, text) }},
		{"cl100k", func(text string) int { return walk(CL100K(), text) }},
		{"o200k", func(text string) int { return walk(O200K(), text) }},
		{"gpt2-batch", func(text string) int { return walkBatches(GPT2{}, text) }},
		{"cl100k-batch", func(text string) int { return walkBatches(CL100K(), text) }},
		{"o200k-batch", func(text string) int { return walkBatches(O200K(), text) }},
		{"deepseek", func(text string) int { return walk(DeepSeek{}, text) }},
	} {
		for name, text := range texts {
			b.Run(p.name+"/"+name, func(b *testing.B) {
				before, words := cpuTime(), 0
				for b.Loop() {
					words = p.end(text)
				}
				b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(cpuTime()-before).Seconds(), "MB/cpu-s")
				b.ReportMetric(float64(len(text))/float64(words), "B/word")
			})
		}
	}
}

func walk[C Cutter](c C, text string) (words int) {
	for i := 0; i < len(text); words++ {
		i = c.End(text, i)
	}
	return words
}

func walkBatches[C BatchCutter](c C, text string) (words int) {
	var room [256]int32
	for i := 0; i < len(text); {
		ends := c.Ends(room[:0], text, i)
		words += len(ends)
		i = int(ends[len(ends)-1])
	}
	return words
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
