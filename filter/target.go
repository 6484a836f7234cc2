package filter

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"corpus"
	"corpus/internal/langid"
)

// tableFiles are the n-gram counts of a little openly licensed prose by
// language: 10,000 uint16, little endian, scaled so that the largest is 65535.
// docs/filter-tables.md names the sources; go run ./filter/gen makes them.
//
//go:embed tables/*.bin
var tableFiles embed.FS

// bundled are the built-in targets by language.
var bundled = sync.OnceValue(func() map[string]*bag {
	all := map[string]*bag{}
	files, _ := tableFiles.ReadDir("tables")
	for _, f := range files {
		raw, _ := tableFiles.ReadFile(path.Join("tables", f.Name()))
		if b, err := parseTable(raw); err == nil {
			all[strings.TrimSuffix(f.Name(), ".bin")] = b
		}
	}
	return all
})

// parseTable reads a table file.
func parseTable(raw []byte) (*bag, error) {
	if len(raw) != 2*buckets {
		return nil, fmt.Errorf("table of %d bytes, want %d", len(raw), 2*buckets)
	}
	b := new(bag)
	for i := range b {
		b[i] = uint64(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return b, nil
}

// Tables gives the content of a table file for each language of t. It is for
// the generator of the bundled tables.
func (t *Target) Tables() map[string][]byte {
	all := map[string][]byte{}
	for lang, b := range t.bags {
		all[lang] = b.table()
	}
	return all
}

// table is the counts as in tableFiles.
func (b *bag) table() []byte {
	top := max(1, slices.Max(b[:]))
	raw := make([]byte, 0, 2*buckets)
	for _, n := range b {
		raw = binary.LittleEndian.AppendUint16(raw, uint16((n*65535+top/2)/top))
	}
	return raw
}

// Target is what the documents worth keeping look like: n-gram counts by
// language. The zero value means the bundled tables.
type Target struct {
	bags map[string]*bag
	hash string
}

// MarshalJSON is the hash of what the target was made from, since that is what
// the output depends on.
func (t *Target) MarshalJSON() ([]byte, error) {
	if t == nil {
		return json.Marshal("bundled")
	}
	return json.Marshal(t.hash)
}

// LoadTarget counts the documents of text files: each file is one, or with the
// ending .jsonl each line is one, in its member "text". Their languages are told
// by lang; nil means package langid. Files are read in the order given, and
// together they have at most 1 GiB.
func LoadTarget(files []string, lang func(text string) (string, float64)) (*Target, error) {
	if lang == nil {
		lang = langid.New().Detect
	}
	target, sum, left := &Target{bags: map[string]*bag{}}, sha256.New(), int64(maxTarget)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, badTarget(name, err)
		}
		counted := &countingReader{r: io.TeeReader(io.LimitReader(f, left+1), sum)}
		err = target.read(counted, strings.HasSuffix(name, ".jsonl"), lang)
		f.Close()
		if left -= counted.n; err == nil && left < 0 {
			err = fmt.Errorf("more than %d bytes of targets", maxTarget)
		}
		if err != nil {
			return nil, badTarget(name, err)
		}
		sum.Write([]byte{0})
	}
	if len(target.bags) == 0 {
		return nil, badTarget(strings.Join(files, ", "), errors.New("no text in it"))
	}
	target.hash = hex.EncodeToString(sum.Sum(nil))
	return target, nil
}

func badTarget(name string, err error) error {
	return &corpus.Error{
		Class: corpus.NoInput, What: "filter.target cannot be used", Path: name, Offset: -1, Err: err,
		Next: "name readable text or JSONL files under filter.target in corpus.yaml",
	}
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// read adds the documents of one file.
func (t *Target) read(r io.Reader, jsonl bool, lang func(string) (string, float64)) error {
	var tok tokens
	add := func(text string) {
		code, _ := lang(text)
		if code == "" || !utf8.ValidString(text) {
			return
		}
		if t.bags[code] == nil {
			t.bags[code] = new(bag)
		}
		tok.reset(text)
		t.bags[code].add(&tok)
	}
	if !jsonl {
		text, err := io.ReadAll(r)
		add(string(text))
		return err
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTargetLine)
	for n := 1; lines.Scan(); n++ {
		var doc struct{ Text string }
		if line := bytes.TrimSpace(lines.Bytes()); len(line) == 0 {
			continue
		} else if err := json.Unmarshal(line, &doc); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		add(doc.Text)
	}
	return lines.Err()
}

// bag is the target's counts of a language, or nil.
func (t *Target) bag(lang string) *bag {
	if t == nil || t.bags == nil {
		return bundled()[lang]
	}
	return t.bags[lang]
}
