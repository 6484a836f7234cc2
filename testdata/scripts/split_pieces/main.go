// Command split_pieces prints the words that package split makes of texts, for
// split_fixtures.py to compare: a JSON string a line in, a JSON array a line out,
// in which each character is a byte.
// Its argument is the field "pre_tokenizer" of a tokenizer.json, or a tiktoken
// encoding.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"corpus/tokenize/split"
)

func main() {
	if err := run(os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(config string, in io.Reader, out io.Writer) error {
	s, err := splitter(config)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	for from := json.NewDecoder(bufio.NewReader(in)); ; {
		var text string
		if err := from.Decode(&text); err == io.EOF {
			return w.Flush()
		} else if err != nil {
			return err
		}
		words := s.Append([]string{}, text, true)
		for i, w := range words {
			words[i] = latin1(w)
		}
		if err := to.Encode(words); err != nil {
			return err
		}
	}
}

// latin1 makes each byte a character, since words behind a ByteLevel may end
// within a rune.
func latin1(word string) string {
	out := make([]rune, len(word))
	for i := range len(word) {
		out[i] = rune(word[i])
	}
	return string(out)
}

func splitter(config string) (split.Splitter, error) {
	if s, ok := split.Encoding(config); ok {
		return s, nil
	}
	s, _, err := split.Read(json.RawMessage(config))
	return s, err
}
