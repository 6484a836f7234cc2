package count

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// A count file is countMagic, then for each word, by ascending bytes:
//
//	uvarint  how many bytes it shares with the word before
//	uvarint  how many bytes follow, at least 1
//	bytes
//	uvarint  its count, at least 1
//
// and at the end two zeros and, as uvarint, the number of words. Equal counts
// give equal files.
const countMagic = "corpus counts 1\n"

// Write writes a stream as a count file.
func Write(w io.Writer, counts Counts) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(countMagic) //nolint:errcheck // bufio keeps the error for Flush
	var last, buf []byte
	words := uint64(0)
	for c, err := range counts {
		if err != nil {
			return err
		}
		if err := checkCount(c, last, words); err != nil {
			return err
		}
		shared := sharedPrefix(last, c.Word)
		buf = binary.AppendUvarint(buf[:0], uint64(shared))
		buf = binary.AppendUvarint(buf, uint64(len(c.Word)-shared))
		buf = append(buf, c.Word[shared:]...)
		buf = binary.AppendUvarint(buf, uint64(c.N))
		if _, err := out.Write(buf); err != nil {
			return fmt.Errorf("write word counts: %w", err)
		}
		last, words = append(last[:0], c.Word...), words+1
	}
	buf = binary.AppendUvarint(append(buf[:0], 0, 0), words)
	out.Write(buf) //nolint:errcheck // bufio keeps the error for Flush
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write word counts: %w", err)
	}
	return nil
}

// checkCount refuses a word that breaks the order or the caps of [Counts].
func checkCount(c Count, last []byte, words uint64) error {
	switch {
	case len(c.Word) == 0 || len(c.Word) > MaxWordBytes:
		return fmt.Errorf("word counts: word %d has %d bytes, allowed are 1 to %d", words, len(c.Word), MaxWordBytes)
	case c.N < 1:
		return fmt.Errorf("word counts: word %d, %q, has count %d", words, c.Word, c.N)
	case words > 0 && bytes.Compare(last, c.Word) >= 0:
		return fmt.Errorf("word counts: word %d, %q, does not follow %q", words, c.Word, last)
	}
	return nil
}

func sharedPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Read reads a count file. What is cut off or damaged is an error that
// says at which word; nothing is guessed.
func Read(r io.Reader) Counts {
	return func(yield func(Count, error) bool) {
		in := &countReader{r: bufio.NewReaderSize(r, 1<<16)}
		err := in.magic()
		for err == nil {
			var c Count
			if c, err = in.next(); err == nil && !yield(c, nil) {
				return
			}
		}
		if !errors.Is(err, errCountsEnd) {
			yield(Count{}, err)
		}
	}
}

var errCountsEnd = errors.New("end of word counts")

type countReader struct {
	r     *bufio.Reader
	word  []byte
	last  []byte // the word before
	words uint64
}

func (in *countReader) magic() error {
	head := make([]byte, len(countMagic))
	if _, err := io.ReadFull(in.r, head); err != nil || string(head) != countMagic {
		return fmt.Errorf("word counts: does not start with %q", countMagic)
	}
	return nil
}

func (in *countReader) next() (Count, error) {
	shared, err1 := binary.ReadUvarint(in.r)
	more, err2 := binary.ReadUvarint(in.r)
	if err := errors.Join(err1, err2); err != nil {
		return Count{}, in.fail(err)
	}
	if more == 0 {
		return Count{}, in.end(shared)
	}
	if shared > uint64(len(in.word)) || more > MaxWordBytes || shared+more > MaxWordBytes {
		return Count{}, fmt.Errorf("word counts: word %d has a length out of bounds", in.words)
	}
	in.last = append(in.last[:0], in.word...)
	in.word = slices.Grow(in.word[:shared], int(more))[:shared+more]
	if _, err := io.ReadFull(in.r, in.word[shared:]); err != nil {
		return Count{}, in.fail(err)
	}
	n, err := binary.ReadUvarint(in.r)
	if err != nil {
		return Count{}, in.fail(err)
	}
	c := Count{in.word, int64(min(n, math.MaxInt64))}
	if err := checkCount(c, in.last, in.words); err != nil {
		return Count{}, err
	}
	in.words++
	return c, nil
}

// end checks the closing record, which shared has begun.
func (in *countReader) end(shared uint64) error {
	n, err := binary.ReadUvarint(in.r)
	if err != nil {
		return in.fail(err)
	}
	if shared != 0 || n != in.words {
		return fmt.Errorf("word counts: the end says %d words after %d", n, in.words)
	}
	if _, err := in.r.ReadByte(); err != io.EOF {
		return fmt.Errorf("word counts: bytes after the end")
	}
	return errCountsEnd
}

func (in *countReader) fail(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("word counts: after word %d: %w", in.words, err)
}
