package tokenize

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

func TestZZ(t *testing.T) {
	f, err := os.Open("/tmp/zzm/" + os.Getenv("ZZ"))
	if err != nil { // make
		rng := rand.New(rand.NewPCG(1, 2))
		c := NewCounter()
		for len(c.words.bytes) < 16<<20-100 {
			s := " "
			if os.Getenv("ZZ") == "hex" {
				s += hex.EncodeToString(fmt.Appendf(nil, "%08x", rng.Uint64())[:8])
			} else {
				for range 4 + rng.IntN(5) {
					s += string(rune('a' + rng.IntN(26)))
				}
			}
			c.Add(s)
			c.Add(s)
		}
		w, _ := os.Create("/tmp/zzm/" + os.Getenv("ZZ"))
		WriteCounts(w, c.All())
		return
	}
	vocab := 16000
	fmt.Sscan(os.Getenv("ZZV"), &vocab)
	tok, _, err := Train(ReadCounts(f), TrainOptions{Vocab: vocab})
	n := len(tok.JSON())
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, "VmHWM") {
			fmt.Println(os.Getenv("ZZ"), vocab, n, err, l, "claimed", Config{Vocab: vocab}.trainMemory()>>20, debug.SetGCPercent(100))
		}
	}
}
