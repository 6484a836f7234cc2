package filter

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"corpus"
	"corpus/filter/dsir"
	"corpus/internal/langid"
)

// tableFiles are the n-gram counts of a little openly licensed prose by
// language: 10,000 uint16, little endian, scaled so that the largest is 65535.
// docs/filter-tables.md names the sources; go run ./filter/gen makes them.
//
//go:embed tables/*.bin
var tableFiles embed.FS

// bundled are the built-in targets by language.
var bundled = sync.OnceValue(func() map[string]*dsir.Counts {
	all := map[string]*dsir.Counts{}
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
func parseTable(raw []byte) (*dsir.Counts, error) {
	if len(raw) != 2*dsir.Buckets {
		return nil, fmt.Errorf("table of %d bytes, want %d", len(raw), 2*dsir.Buckets)
	}
	b := new(dsir.Counts)
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
		all[lang] = table(b)
	}
	return all
}

// table is the counts as in tableFiles.
func table(b *dsir.Counts) []byte {
	top := max(1, slices.Max(b[:]))
	raw := make([]byte, 0, 2*dsir.Buckets)
	for _, n := range b {
		scaled := (n*65535 + top/2) / top
		if n > 0 {
			scaled = max(scaled, 1) // what is there is not made impossible
		}
		raw = binary.LittleEndian.AppendUint16(raw, uint16(scaled))
	}
	return raw
}

// Target is what the documents worth keeping look like: n-gram counts by
// language. The zero value means the bundled tables.
type Target struct {
	bags map[string]*dsir.Counts
	hash string
}

// bundledHash is that of the tables, in the order of their names.
var bundledHash = sync.OnceValue(func() string {
	sum := sha256.New()
	files, _ := tableFiles.ReadDir("tables")
	for _, f := range files {
		raw, _ := tableFiles.ReadFile(path.Join("tables", f.Name()))
		sum.Write(raw)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
})

// MarshalJSON is the hash of what the target was made from, since that is what
// the output depends on.
func (t *Target) MarshalJSON() ([]byte, error) {
	if t == nil {
		return json.Marshal("bundled " + bundledHash())
	}
	return json.Marshal(t.hash)
}

// LoadTarget counts the n-grams of files, which are read as readTarget says.
func LoadTarget(files []string, lang Detect) (*Target, error) {
	c := newBagger()
	hash, err := readTarget(files, lang, c.add)
	if err != nil {
		return nil, err
	}
	return &Target{c.bags, hash}, nil
}

// Detect tells the language of a text and how sure that is.
type Detect func(text string) (lang string, score float64)

// readTarget reads files as textFiles does, at most 1 GiB together, and hands the
// pieces of texts to add, but for those of no language. Languages are told by lang,
// of plain text piece by piece; nil means package langid. Errors are of class
// BadConfig.
func readTarget(files []string, lang Detect, add func(piece, lang string)) (hash string, err error) {
	if lang == nil {
		lang = langid.New().Detect
	}
	added := false
	r := textFiles{most: maxTarget, piece: targetPiece, bad: badTarget, add: func(text string) {
		code, _ := lang(text)
		for text != "" && code != "" {
			piece := firstPiece(text, targetPiece)
			add(piece, code)
			text, added = text[len(piece):], true
		}
	}}
	if hash, err = r.read(files); err == nil && !added {
		err = badTarget(strings.Join(files, ", "), errors.New("no text in it"))
	}
	return hash, err
}

func badTarget(name string, err error) error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: "filter.target cannot be used", Path: name, Offset: -1, Err: err,
		Next: "name readable text or JSONL files under filter.target in corpus.yaml",
	}
}

// bag is the target's counts of a language, or nil.
func (t *Target) bag(lang string) *dsir.Counts {
	if t == nil || t.bags == nil {
		return bundled()[lang]
	}
	return t.bags[lang]
}
