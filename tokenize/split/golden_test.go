package split

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

type golden struct {
	Texts   []string
	Configs []struct {
		Name   string
		Config json.RawMessage
		Sums   []string
	}
}

func readGolden(t testing.TB) (g golden) {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGolden: the words are those of the real package, for every type of
// pre-tokenizer and the patterns of the known families.
func TestGolden(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Configs {
		s, _, err := Read(c.Config)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		for i, text := range g.Texts {
			words := s.Append(nil, text, true)
			if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(words, "\xff"))))[:8]; sum != c.Sums[i] {
				t.Errorf("%s: %q is cut %q, which is not what the real package does", c.Name, text, words)
				break
			}
		}
	}
}
