// Command gen trains the model that package toxic embeds:
//
//	go run ./filter/toxic/gen -data ../shared/data -out filter/toxic/model.bin.gz
//
// The same data give the same bytes. docs/toxicity.md says what they are.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"

	"corpus/filter/linear"
	"corpus/filter/toxic"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the shared data")
	out := flag.String("out", "filter/toxic/model.bin.gz", "where the model goes")
	flag.Parse()
	if err := run(*data, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(data, out string) error {
	examples, err := examples(data)
	if err != nil {
		return err
	}
	m, err := linear.Train(slices.Values(examples), toxic.TrainOptions())
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := m.Encode(&file); err != nil {
		return err
	}
	fmt.Printf("%d examples, %d bytes, SHA-256 of the model %s\n", len(examples), file.Len(), m.Hash())
	return os.WriteFile(out, file.Bytes(), 0o644)
}
