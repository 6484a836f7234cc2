package normal

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// benchTexts are documents of 2 kB. CORPUS_BENCH_TEXT names a file of text, a
// document a line, to be measured on.
func benchTexts(b *testing.B) map[string][]string {
	if path := os.Getenv("CORPUS_BENCH_TEXT"); path != "" {
		return map[string][]string{"file": strings.Split(string(must(os.ReadFile(path))(b)), "\n")}
	}
	texts := scriptTexts(b)
	repeated := func(i int) []string { return []string{strings.Repeat(texts[i]+"\n", 2000/len(texts[i])+1)} }
	mixed := make([]string, 0, len(texts))
	for i := range 32 {
		mixed = append(mixed, repeated(i)...)
	}
	return map[string][]string{"en": repeated(0), "fr": repeated(2), "ru": repeated(12), "ar": repeated(15), "vi": repeated(22), "zh": repeated(24), "ko": repeated(27), "mixed": mixed}
}

func BenchmarkNormalizers(b *testing.B) {
	precompiled := must(newPrecompiled(compiled()))(b)
	for _, n := range []struct {
		name string
		Normalizer
	}{
		{"NFC", NFC},
		{"NFKC", NFKC},
		{"NFD", NFD},
		{"Lowercase", Lowercase{}},
		{"BERT-uncased", BERT{CleanText: true, HandleChineseChars: true, Lowercase: true}},
		{"BERT-cased", BERT{CleanText: true, HandleChineseChars: true}},
		{"Precompiled", precompiled},
	} {
		for name, texts := range benchTexts(b) {
			b.Run(n.name+"/"+name, func(b *testing.B) {
				size := 0
				for _, t := range texts {
					size += len(t)
				}
				b.SetBytes(int64(size))
				var dst []byte
				start := cpuTime(b)
				for b.Loop() {
					for _, t := range texts {
						dst = n.Append(dst[:0], t)
					}
				}
				b.ReportMetric(float64(size)*float64(b.N)/1e6/(cpuTime(b)-start).Seconds(), "MB/cpu-s")
			})
		}
	}
}

// cpuTime is what the process has used, which says more than the clock on a
// machine that does other work.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
