package split

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var hostile = []string{
	"a", "A", " ", "\n", " \n", "\n ", "\t", "1", "!", "'", "é", "ж", "語", "\u0301", "\u200b", "'s", "aA", "Aa", "A\u0301", "語A", "! ", "a'", "\r\n/", "🏽",
}

// TestLinear: a text takes about as long as its sixteen parts do, not sixteen
// times as long, whatever it is made of.
func TestLinear(t *testing.T) {
	const size, parts = 1 << 14, 16
	for _, c := range readGolden(t).Configs {
		s, _, err := Read(c.Config)
		if err != nil {
			t.Fatal(err)
		}
		cutter, ok := s.(Cutter)
		if !ok {
			continue
		}
		for _, unit := range hostile {
			for _, end := range []string{"", "b"} {
				text := strings.Repeat(unit, size/len(unit)) + end
				part := strings.Repeat(unit, size/parts/len(unit)) + end
				few, many := cost(cutter, part, parts), cost(cutter, text, 1)
				if many > 6*few {
					t.Errorf("%s: %d bytes of %q take %v, parts of them %v", c.Name, len(text), unit, many, few)
				}
			}
		}
	}
}

// cost is the least time of the processor that a text takes some times, of three tries.
func cost(c Cutter, text string, times int) time.Duration {
	least := time.Hour
	for range 3 {
		before := cpuTime()
		for range times {
			walk(c, text)
		}
		least = min(least, cpuTime()-before)
	}
	return least
}

// TestRegexSteps: an expression that makes backtracking engines take 2^n steps
// takes as many as the text is long, times its size.
func TestRegexSteps(t *testing.T) {
	for _, expr := range []string{`(?:a+)+b`, `(?:a|a)+b`, `(?:a+a+)+b`} {
		re, err := compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{100, 1000, 2000} {
			m := machine{insts: re.insts, text: strings.Repeat("a", n)}
			if end := m.run(0, 0); end >= 0 || m.steps > slow+2*n*len(re.insts) {
				t.Errorf("%s: %d instructions took %d steps on %d bytes (found %d)", expr, len(re.insts), m.steps, n, end)
			}
		}
	}
}

func TestEncodings(t *testing.T) {
	for _, name := range []string{"gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony"} {
		if c, ok := Encoding(name); !ok || c.End("a b", 0) != 1 {
			t.Errorf("%s is not known", name)
		}
	}
	if _, ok := Encoding("x"); ok {
		t.Error("x is known")
	}
	// tiktoken's cl100k_base takes white space at the end as one word, the same
	// pattern in a tokenizer.json does not.
	s, _, err := Read(json.RawMessage(splitConfig(foldedContractions[0]+`|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*`+blankRuns[0], "Regex")))
	if err != nil {
		t.Fatal(err)
	}
	for cutter, want := range map[Splitter]int{CL100K(): 2, s: 3} {
		if got := len(cutter.Append(nil, "a\n  ", true)); got != want {
			t.Errorf("%T makes %d words, want %d", cutter, got, want)
		}
	}
}
