package against

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"corpus"
	"corpus/internal/textfile"
)

// Options say how sets are read.
type Options struct {
	Words  int   // of an n-gram, 1 to MaxWords; 0 is 13
	Memory int64 // bytes that reading and holding them may take
	// Fold appends a word as it is compared, nothing where it is no word; what it
	// does must not change without Version.
	Fold    func(dst []byte, word string) []byte
	Version int
}

// Load reads sets, one a file. Of a file with the ending .jsonl each line is an
// example: its member "text", else all strings in it, in their order. Of another
// file, of text in UTF-8, each paragraph is one. A set has the name of its file
// without the ending, behind that of its folder where two files have the same.
// Errors are of class BadConfig, and Refused where the memory is too little.
func Load(files []string, o Options) (*Sets, error) {
	if o.Words == 0 {
		o.Words = 13
	}
	if o.Words < 1 || o.Words > MaxWords {
		return nil, corpus.Errorf(corpus.BadConfig, "dedup.against_ngram is %d words, want 1..%d", o.Words, MaxWords)
	}
	names, err := setNames(files)
	if err != nil {
		return nil, err
	}
	b := newBuilder(o)
	left := int64(MaxBytes)
	sum := sha256.New()
	fmt.Fprintf(sum, "%d words, version %d\n", o.Words, o.Version)
	for i, name := range files {
		b.begin(names[i])
		fmt.Fprintf(sum, "%q\n", names[i])
		n, err := textfile.Read(name, left, sum, b.paragraphs, b.records)
		if left -= n; err == nil && left < 0 {
			err = fmt.Errorf("all files together have more than %d bytes", int64(MaxBytes))
		}
		if err == nil && b.sets.all[i].Examples == 0 {
			err = errors.New("no text in it")
		}
		if errors.Is(err, errFull) {
			return nil, b.full(o.Memory)
		}
		if err != nil {
			return nil, unusable(name, err)
		}
	}
	return b.build(hex.EncodeToString(sum.Sum(nil))), nil
}

func unusable(name string, err error) error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: "cannot be compared against", Path: name, Offset: -1, Err: err,
		Next: "name readable text or JSONL files with --against or under dedup.against in corpus.yaml",
	}
}

// setNames are the names of files without folder and ending, with the folder where
// that is not enough.
func setNames(files []string) ([]string, error) {
	short, names, taken := map[string]int{}, make([]string, len(files)), map[string]bool{}
	base := func(f string) string { return strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)) }
	for _, f := range files {
		short[base(f)]++
	}
	for i, f := range files {
		names[i] = base(f)
		if short[names[i]] > 1 {
			names[i] = filepath.Base(filepath.Dir(f)) + "/" + names[i]
		}
		if taken[names[i]] {
			return nil, unusable(f, fmt.Errorf("two sets would have the name %q", names[i]))
		}
		taken[names[i]] = true
	}
	return names, nil
}

// eachLine calls do with the lines of r, numbered from 1.
func eachLine(r io.Reader, do func(n int, line []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 1
	for ; lines.Scan(); n++ {
		line := lines.Bytes()
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if !utf8.Valid(line) {
			return fmt.Errorf("line %d is not text in UTF-8", n)
		}
		if err := do(n, line); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d bytes", n, maxLine)
	}
	return lines.Err()
}

// paragraphs adds those of plain text, from one blank line to the next.
func (b *builder) paragraphs(r io.Reader) error {
	var text []byte
	begun := 0
	end := func() error {
		defer func() { text = text[:0] }()
		return b.example(begun, string(text))
	}
	err := eachLine(r, func(n int, line []byte) error {
		if len(bytes.TrimSpace(line)) == 0 {
			return end()
		}
		if len(text) == 0 {
			begun = n
		}
		if text = append(append(text, line...), '\n'); len(text) > maxLine {
			return fmt.Errorf("the paragraph at line %d is longer than %d bytes", begun, maxLine)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return end()
}

// records adds those of JSON lines.
func (b *builder) records(r io.Reader) error {
	return eachLine(r, func(n int, line []byte) error {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			return nil
		}
		text, err := recordText(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		return b.example(n, text)
	})
}

// recordText is the member "text" of a JSON object, or all strings of a JSON value,
// names of members aside, one a line.
func recordText(record []byte) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(record))
	dec.UseNumber()
	var all strings.Builder
	var open []byte // the objects and lists around
	name, named := "", false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			if len(open) > 0 {
				err = io.ErrUnexpectedEOF
				return "", err
			}
			return all.String(), nil
		}
		if err != nil {
			return "", err
		}
		inObject := len(open) > 0 && open[len(open)-1] == '{'
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				open = append(open, byte(token))
			} else {
				open = open[:len(open)-1]
			}
			named = false
			continue
		case string:
			if inObject && !named {
				name, named = token, true
				continue
			}
			if inObject && len(open) == 1 && name == "text" && strings.TrimSpace(token) != "" {
				return token, nil
			}
			all.WriteString(token + "\n")
		}
		named = false
	}
}
