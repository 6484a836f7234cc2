// Command langid_models packs the n-gram models of lingua-go into the table that
// package internal/langid embeds. In the root of the repository:
//
//	go run ./testdata/scripts/langid_models \
//		$(go list -m -f '{{.Dir}}' github.com/pemistahl/lingua-go)/language-models internal/langid/models.gz
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// languages are those that share a script with others. The rest of lingua's 75
// is told by script alone.
var languages = []string{
	"af", "sq", "ar", "az", "eu", "be", "nb", "bs", "bg", "ca", "hr", "cs", "da", "nl", "en", "eo", "et", "fi", "fr", "lg", "de",
	"hi", "hu", "is", "id", "ga", "it", "kk", "la", "lv", "lt", "mk", "ms", "mi", "mr", "mn", "nn", "fa", "pl", "pt", "ro", "ru",
	"sr", "sn", "sk", "sl", "so", "st", "es", "sw", "sv", "tl", "ts", "tn", "tr", "uk", "ur", "vi", "cy", "xh", "yo", "zu",
}

// perNat is the steps of a stored log-probability, see internal/langid/models.go.
const perNat = 2048

// entry is the probability of an n-gram in a language.
type entry struct {
	lang uint8
	cost uint16
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "langid_models:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: langid_models LANGUAGE-MODELS OUT")
	}
	slices.Sort(languages)
	var out bytes.Buffer
	out.WriteString("LID1")
	out.WriteByte(byte(len(languages)))
	for _, code := range languages {
		out.WriteString(code)
	}
	for _, order := range []string{"unigrams", "bigrams", "trigrams"} {
		table := map[uint64][]entry{}
		for i, code := range languages {
			if err := read(filepath.Join(args[0], code, order+".pb.bin.zip"), uint8(i), table); err != nil {
				return fmt.Errorf("%s %s: %w", code, order, err)
			}
		}
		write(&out, table)
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if _, err := z.Write(out.Bytes()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(args[1], packed.Bytes(), 0o666)
}

// write appends the n-grams in the order of their keys: their number, then the
// step to the next key, the number of languages, and for each language and cost.
func write(out *bytes.Buffer, table map[uint64][]entry) {
	number := func(n uint64) { out.Write(binary.AppendUvarint(nil, n)) }
	number(uint64(len(table)))
	last := uint64(0)
	for _, key := range slices.Sorted(maps.Keys(table)) {
		number(key - last)
		last = key
		entries := table[key]
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.lang, b.lang) })
		out.WriteByte(byte(len(entries)))
		for _, e := range entries {
			out.WriteByte(e.lang)
			out.Write(binary.LittleEndian.AppendUint16(nil, e.cost))
		}
	}
}

// read adds the model in a zip file of lingua: a protocol buffer whose field 4
// is repeated {1: double probability, 2: repeated string n-grams}.
func read(path string, lang uint8, table map[uint64][]entry) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer z.Close()
	f, err := z.File[0].Open()
	if err != nil {
		return err
	}
	model, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return fields(model, func(number int, set []byte, _ uint64) error {
		if number != 4 {
			return nil
		}
		p := math.NaN()
		return fields(set, func(number int, text []byte, bits uint64) error {
			if number == 1 {
				p = math.Float64frombits(bits)
				return nil
			}
			cost := math.Round(-math.Log(p) * perNat)
			if !(cost >= 0 && cost <= math.MaxUint16) {
				return fmt.Errorf("probability %v of %q", p, text)
			}
			key := uint64(0)
			for _, r := range string(text) {
				key = key<<21 | uint64(r)
			}
			table[key] = append(table[key], entry{lang, uint16(cost)})
			return nil
		})
	})
}

// fields walks the fields of a protocol buffer message.
func fields(b []byte, do func(number int, text []byte, bits uint64) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return io.ErrUnexpectedEOF
		}
		b = b[n:]
		var text []byte
		var bits uint64
		switch tag & 7 {
		case 0:
			bits, n = binary.Uvarint(b)
		case 1:
			n = 8
			bits = binary.LittleEndian.Uint64(b)
		case 2:
			size, w := binary.Uvarint(b)
			text, n = b[w:w+int(size)], w+int(size)
		default:
			return fmt.Errorf("wire type %d", tag&7)
		}
		if n <= 0 {
			return io.ErrUnexpectedEOF
		}
		b = b[n:]
		if err := do(int(tag>>3), text, bits); err != nil {
			return err
		}
	}
	return nil
}
