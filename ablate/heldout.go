package ablate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"corpus"
	"corpus/internal/words"
)

// ngramWords is the length of a sequence of words that held-out text and an arm
// must not have in common (Brown et al. 2020, appendix C).
const ngramWords = 13

// HeldOut is text that models are measured on and must not have learnt.
type HeldOut struct {
	texts  []string
	marks  map[uint64]uint8 // of each 13-word sequence: the arms that have it
	ngrams *words.Ngrams
	arms   int
}

// Load reads text files in UTF-8, each a document; of a file with the ending .jsonl
// each line is one, in its member "text". Together they have at most 32 MiB.
// Errors are of class NoInput.
func Load(files []string) (*HeldOut, error) {
	h := &HeldOut{marks: map[uint64]uint8{}, ngrams: words.NewNgrams(ngramWords)}
	left := int64(maxHeldOut)
	for _, name := range files {
		n, err := h.load(name, left)
		if left -= n; err == nil && left < 0 {
			err = fmt.Errorf("more than %d bytes are held out", maxHeldOut)
		}
		if err != nil {
			return nil, unusable(name, err)
		}
	}
	if len(h.texts) == 0 {
		return nil, unusable(strings.Join(files, ", "), errors.New("no text in it"))
	}
	for _, t := range h.texts {
		h.ngrams.Each(t, func(hash uint64, _, _ int) { h.marks[hash] = 0 })
	}
	return h, nil
}

func unusable(name string, err error) error {
	return &corpus.Error{
		Class: corpus.NoInput, What: "cannot be held out", Path: name, Offset: -1, Err: err,
		Next: "name readable text or JSONL files with --heldout",
	}
}

// load adds the documents of a file; it reads a byte more than left where there is one.
func (h *HeldOut) load(name string, left int64) (n int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, left+1))
	switch {
	case err != nil:
	case !utf8.Valid(b):
		err = errors.New("it is not text in UTF-8")
	case strings.HasSuffix(name, ".jsonl"):
		err = h.addLines(b)
	default:
		h.add(string(b))
	}
	return int64(len(b)), err
}

func (h *HeldOut) addLines(b []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var doc struct{ Text string }
		if line := bytes.TrimSpace(lines.Bytes()); len(line) == 0 {
			continue
		} else if err := json.Unmarshal(line, &doc); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		h.add(doc.Text)
	}
	return lines.Err()
}

func (h *HeldOut) add(text string) {
	if strings.TrimSpace(text) != "" {
		h.texts = append(h.texts, text)
	}
}
