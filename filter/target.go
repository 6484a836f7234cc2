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
	"hash"
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
	bags   map[string]*bag
	tokens tokens
	hash   string
}

// MarshalJSON is the hash of what the target was made from, since that is what
// the output depends on.
func (t *Target) MarshalJSON() ([]byte, error) {
	if t == nil {
		return json.Marshal("bundled")
	}
	return json.Marshal(t.hash)
}

// LoadTarget counts the n-grams of text files in UTF-8; of a file with the ending
// .jsonl each line is a document, in its member "text". Languages are told by
// lang, of plain text piece by piece; nil means package langid. Files are read in
// the order given, and together they have at most 1 GiB. Errors are of class
// BadConfig.
func LoadTarget(files []string, lang func(text string) (string, float64)) (*Target, error) {
	if lang == nil {
		lang = langid.New().Detect
	}
	target, sum, left := &Target{bags: map[string]*bag{}}, sha256.New(), int64(maxTarget)
	for _, name := range files {
		n, err := target.load(name, left, sum, lang)
		if left -= n; err == nil && left < 0 {
			err = fmt.Errorf("more than %d bytes of targets", maxTarget)
		}
		if err != nil {
			return nil, badTarget(name, err)
		}
	}
	if len(target.bags) == 0 {
		return nil, badTarget(strings.Join(files, ", "), errors.New("no text in it"))
	}
	target.tokens = tokens{} // they are no longer needed
	target.hash = hex.EncodeToString(sum.Sum(nil))
	return target, nil
}

// load adds one file to the target, and to sum its bytes, how they were read and
// their number. It reads a byte more than left where there is one.
func (t *Target) load(name string, left int64, sum hash.Hash, lang func(string) (string, float64)) (n int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	counted := &countingReader{r: io.TeeReader(io.LimitReader(f, left+1), sum)}
	read, kind := t.readText, "text"
	if strings.HasSuffix(name, ".jsonl") {
		read, kind = t.readLines, "jsonl"
	}
	err = read(counted, lang)
	sum.Write(fmt.Appendf(nil, "\n%s %d\n", kind, counted.n))
	return counted.n, err
}

func badTarget(name string, err error) error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: "filter.target cannot be used", Path: name, Offset: -1, Err: err,
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

// readText adds plain text, piece by piece.
func (t *Target) readText(r io.Reader, lang func(string) (string, float64)) error {
	buf, kept := make([]byte, targetPiece+utf8.UTFMax), 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		text := string(buf[:kept+n])
		if text == "" {
			return nil
		}
		piece := firstPiece(text)
		if !utf8.ValidString(piece) {
			return errors.New("it is not text in UTF-8")
		}
		code, _ := lang(piece)
		t.count(code, piece)
		kept = copy(buf, text[len(piece):])
	}
}

// readLines adds the documents of JSON lines.
func (t *Target) readLines(r io.Reader, lang func(string) (string, float64)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTargetLine)
	for n := 1; lines.Scan(); n++ {
		var doc struct{ Text string }
		if line := bytes.TrimSpace(lines.Bytes()); len(line) == 0 {
			continue
		} else if err := json.Unmarshal(line, &doc); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		code, _ := lang(doc.Text)
		for text := doc.Text; text != ""; {
			piece := firstPiece(text)
			t.count(code, piece)
			text = text[len(piece):]
		}
	}
	return lines.Err()
}

// count adds the n-grams of a piece of text; those of no language are left out.
func (t *Target) count(lang, piece string) {
	if lang == "" {
		return
	}
	if t.bags[lang] == nil {
		t.bags[lang] = new(bag)
	}
	t.tokens.reset(piece)
	t.bags[lang].add(&t.tokens)
}

// firstPiece is the beginning of text up to its last white space within
// targetPiece, or as many whole characters.
func firstPiece(text string) string {
	piece := clip(text, targetPiece)
	if len(piece) == len(text) {
		return text
	}
	if i := strings.LastIndexAny(piece, " \t\r\n"); i >= 0 {
		return piece[:i+1]
	}
	return piece
}

// bag is the target's counts of a language, or nil.
func (t *Target) bag(lang string) *bag {
	if t == nil || t.bags == nil {
		return bundled()[lang]
	}
	return t.bags[lang]
}
