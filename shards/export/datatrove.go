package export

import (
	"encoding/binary"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"

	"corpus/internal/fsx"
)

// datatroveWidth is the bytes of an id (datatrove/utils/tokenization.py, token_size).
func datatroveWidth(vocab int) int {
	if vocab <= math.MaxUint16+1 {
		return 2
	}
	return 4
}

// writeDatatrove writes the files of datatrove's tokenizer, which nanotron reads
// (datatrove/pipeline/tokens/tokenizer.py, TokenizedFile): tokens.ds, all ids;
// tokens.ds.index, where each document ends, in tokens, as u64; and
// tokens.ds.metadata, the tokenizer's name and the bytes of an id, the number of
// tokens, and that number for people.
func writeDatatrove(e *export, s *split) error {
	width, name := datatroveWidth(e.Vocab), path.Join(s.name, "tokens.ds")
	err := e.file(name, func(f *fsx.Staged) error { return e.tokens(f, s, 0, s.all.Len(), width) })
	if err != nil {
		return err
	}
	err = e.file(name+".index", func(f *fsx.Staged) error {
		return e.lengths(f, s, func(dst []byte, at, length int64) []byte {
			return binary.LittleEndian.AppendUint64(dst, uint64(at+length))
		})
	})
	if err != nil {
		return err
	}
	return e.file(name+".metadata", func(f *fsx.Staged) error {
		_, err := fmt.Fprintf(f, "%s|%d\n%d\n%s", e.record.Tokenizer, width, s.all.Len(), metric(s.all.Len()))
		return err
	})
}

// metric is n tokens to three digits, as humanize.metric(n, unit="T") writes it.
func metric(n int64) string {
	_, power, _ := strings.Cut(strconv.FormatFloat(float64(n), 'e', 2, 64), "e")
	exponent, _ := strconv.Atoi(power) // of the rounded number, which FormatFloat wrote
	value := float64(n) / math.Pow10(exponent/3*3)
	return fmt.Sprintf("%.*f %sT", 2-exponent%3, value, []string{"", "k", "M", "G", "T", "P", "E"}[exponent/3])
}
