package decoding

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"corpus/tokenize/normal"
)

// TestGolden compares with what the real tokenizers makes of lists of tokens,
// with a space between the tokens that a decoder gives. CORPUS_DECODING_CASES
// names a larger file, as testdata/scripts/normal_fixtures.py --big writes one.
func TestGolden(t *testing.T) {
	path := "testdata/golden.jsonl"
	if p := os.Getenv("CORPUS_DECODING_CASES"); p != "" {
		path = p
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	var lists [][]string
	next(t, in, &lists)
	compared := 0
	for {
		var c struct {
			Decoder json.RawMessage
			Want    []string
		}
		if !next(t, in, &c) {
			break
		}
		d, err := Read(c.Decoder)
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for i, tokens := range lists {
			compared++
			if got := strings.Join(d.Decode(tokens), " "); got != c.Want[i] {
				if wrong++; wrong <= 3 {
					t.Errorf("%s of %q\n gives %q\nwant   %q", c.Decoder, tokens, got, c.Want[i])
				}
			}
		}
		written, err := normal.Encode(d)
		if err != nil || string(written) != string(c.Decoder) {
			t.Errorf("%s is written as %s (%v)", c.Decoder, written, err)
		}
	}
	t.Logf("%d lists compared", compared)
	if compared < 1000 {
		t.Error("too few lists")
	}
}

// next reads a line of JSON.
func next(t *testing.T, in *bufio.Reader, to any) bool {
	t.Helper()
	line, err := in.ReadBytes('\n')
	if err == io.EOF {
		return false
	}
	if err := json.Unmarshal(line, to); err != nil {
		t.Fatal(err)
	}
	return true
}
