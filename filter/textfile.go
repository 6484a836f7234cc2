package filter

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"corpus/internal/textfile"
)

// textFiles reads files of examples: text in UTF-8, piece by piece; of a file with
// the ending .jsonl each line is a document, in its member "text".
type textFiles struct {
	most  int64                              // bytes of all files
	piece int                                // bytes of a piece of plain text
	bad   func(name string, err error) error // what is wrong with a file
	add   func(text string)
}

// read reads files in the order given. The hash is of their bytes and of how they
// were read.
func (t *textFiles) read(files []string) (hash string, err error) {
	sum, left := sha256.New(), t.most
	for _, name := range files {
		n, err := textfile.Read(name, left, sum, t.readText, t.readLines)
		if left -= n; err == nil && left < 0 {
			err = fmt.Errorf("all files together have more than %d bytes", t.most)
		}
		if err != nil {
			return "", t.bad(name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// readText adds plain text, piece by piece.
func (t *textFiles) readText(r io.Reader) error {
	buf, kept := make([]byte, t.piece+utf8.UTFMax), 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		text := string(buf[:kept+n])
		if text == "" {
			return nil
		}
		piece := firstPiece(text, t.piece)
		if !utf8.ValidString(piece) {
			return errors.New("it is not text in UTF-8")
		}
		t.add(piece)
		kept = copy(buf, text[len(piece):])
	}
}

// readLines adds the documents of JSON lines.
func (t *textFiles) readLines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTargetLine)
	for n := 1; lines.Scan(); n++ {
		var doc struct{ Text string }
		if line := bytes.TrimSpace(lines.Bytes()); len(line) == 0 {
			continue
		} else if err := json.Unmarshal(line, &doc); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if doc.Text != "" {
			t.add(doc.Text)
		}
	}
	return lines.Err()
}

// firstPiece is the beginning of text up to its last white space within most
// bytes, or as many whole characters.
func firstPiece(text string, most int) string {
	piece := clip(text, most)
	if len(piece) == len(text) {
		return text
	}
	if i := strings.LastIndexAny(piece, " \t\r\n"); i >= 0 {
		return piece[:i+1]
	}
	return piece
}

// clip is the longest beginning of s of at most n bytes that ends with a whole
// character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
