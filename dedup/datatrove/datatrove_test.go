package datatrove

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
)

// values are datatrove's of a text: of 14 × 8 permutations the least, none of too
// short a text.
func values(s *Shingler, a, b []uint64, text string) []uint64 {
	least := make([]uint64, len(a))
	any := false
	s.Shingles(text, func(shingles []uint64) {
		for k := range least {
			if !any {
				least[k] = Prime
			}
			for _, x := range shingles {
				least[k] = min(least[k], (a[k]*x+b[k])%Prime)
			}
		}
		any = true
	})
	if !any {
		return nil
	}
	return least
}

// TestSignatures: words and values are datatrove's own; the fixture is made by
// testdata/scripts/dedup_datatrove.py.
func TestSignatures(t *testing.T) {
	data, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Text   string
		Words  []string
		Values [][]uint64
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	s := New(5)
	a, b := Permutations(14 * 8)
	for _, row := range rows {
		s.text, s.ends = s.text[:0], s.ends[:0]
		s.words(row.Text)
		got := strings.Fields(string(s.text))
		if !slices.Equal(got, row.Words) {
			t.Errorf("words of %q:\n got %q\nwant %q", row.Text, got, row.Words)
		}
		if got := values(s, a, b, row.Text); !slices.Equal(got, slices.Concat(row.Values...)) {
			t.Errorf("values of %q differ", row.Text)
		}
	}
}

// TestChunks: however long a text is, its shingles are those of the text as a whole.
func TestChunks(t *testing.T) {
	s := New(5)
	var long strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&long, "Wörd%c and the n%c other, ", 'a'+i%26, 'a'+i%23)
	}
	s.text, s.ends = s.text[:0], s.ends[:0]
	s.words(long.String())
	var want, got []uint64
	s.take(func(h []uint64) { want = slices.Clone(h) })
	s.Shingles(long.String(), func(h []uint64) { got = append(got, h...) })
	if len(want) < 80000 || !slices.Equal(got, want) {
		t.Errorf("%d shingles, want %d", len(got), len(want))
	}
	unbroken := strings.Repeat("é", maxChunk)
	if end := chunkEnd(unbroken); end != maxChunk {
		t.Errorf("a text without blanks is cut at %d", end)
	}
}

// TestOwnTexts compares with what the script prints of the same file.
func TestOwnTexts(t *testing.T) {
	file, want := os.Getenv("CORPUS_DATATROVE_TEXTS"), os.Getenv("CORPUS_DATATROVE_VALUES")
	if file == "" {
		t.Skip("by hand, with CORPUS_DATATROVE_TEXTS and CORPUS_DATATROVE_VALUES: see testdata/scripts/dedup_datatrove.py")
	}
	texts, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer texts.Close()
	data, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(data))
	s := New(5)
	a, b := Permutations(14 * 8)
	in := json.NewDecoder(bufio.NewReader(texts))
	differ := 0
	for i, line := range lines {
		var doc struct{ ID, Text string }
		if err := in.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		var raw []byte
		for _, v := range values(s, a, b, doc.Text) {
			raw = binary.LittleEndian.AppendUint64(raw, v)
		}
		if fmt.Sprintf("%016x", xxhash.Sum64(raw)) != line {
			if differ++; differ < 10 {
				t.Logf("text %d (%s) has other values", i, doc.ID)
			}
		}
	}
	if t.Logf("%d of %d texts differ", differ, len(lines)); differ > 0 {
		t.Fail()
	}
}

// FuzzShingles: any text gives as many shingles in pieces as it has words for.
func FuzzShingles(f *testing.F) {
	for _, text := range []string{"", "a b c d e f", "Σ1.2.3 İ\u0301", "\x00\xff", strings.Repeat("ab ", 9000)} {
		f.Add(text)
	}
	s := New(3)
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd")
		n := 0
		s.Shingles(text, func(h []uint64) { n += len(h) })
		if n > len(text)+1 {
			t.Errorf("%d shingles of %d bytes", n, len(text))
		}
	})
}
