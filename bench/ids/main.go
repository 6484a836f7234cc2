// Command ids is our side of bench/tokenizer_ids.py: it encodes documents with a
// tokenizer.json or a .tiktoken file.
//
//	go run ./bench/ids TOKENIZER < texts > ids
//
// Texts come as a length in bytes and the bytes, ids go out as their number and
// the ids, each number in 32 bits, lowest byte first. What it took is printed.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"corpus/tokenize"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("ids TOKENIZER < texts > ids")
	}
	if err := run(os.Args[1], bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)); err != nil {
		log.Fatal(err)
	}
}

func run(name string, in *bufio.Reader, out *bufio.Writer) error {
	tok, err := open(name)
	if err != nil {
		return err
	}
	enc, start := tok.NewEncoder(), time.Now()
	var text []byte
	var ids []uint32
	bytes, tokens := 0, 0
	for {
		var n uint32
		err := binary.Read(in, binary.LittleEndian, &n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		text = append(text[:0], make([]byte, n)...)
		if _, err := io.ReadFull(in, text); err != nil {
			return err
		}
		ids = enc.Encode(ids[:0], string(text))
		if err := write(out, ids); err != nil {
			return err
		}
		bytes, tokens = bytes+len(text), tokens+len(ids)
	}
	fmt.Fprintf(os.Stderr, "%d tokens of %.1f MB in %.2f s\n", tokens, float64(bytes)/1e6, time.Since(start).Seconds())
	return out.Flush()
}

func open(name string) (*tokenize.Tokenizer, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	encoding, ok := strings.CutSuffix(filepath.Base(name), ".tiktoken")
	if !ok {
		return tokenize.Read(data)
	}
	e, ok := tokenize.EncodingOf(encoding)
	if !ok {
		return nil, fmt.Errorf("no encoding %q", encoding)
	}
	return tokenize.ReadTiktoken(data, e)
}

func write(out *bufio.Writer, ids []uint32) error {
	b := binary.LittleEndian.AppendUint32(out.AvailableBuffer(), uint32(len(ids)))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	_, err := out.Write(b)
	return err
}
