// Command split_pieces prints the words that package split makes of texts, for
// split_fixtures.py to compare: a JSON string a line in, a JSON array a line out.
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
		if err := to.Encode(s.Append([]string{}, text, true)); err != nil {
			return err
		}
	}
}

func splitter(config string) (split.Splitter, error) {
	if s, ok := split.Encoding(config); ok {
		return s, nil
	}
	s, _, err := split.Read(json.RawMessage(config))
	return s, err
}
