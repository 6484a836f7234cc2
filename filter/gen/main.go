// Command gen makes the tables of the bundled targets: it reads JSONL files
// named after their language (en.jsonl) and writes OUT/en.bin. It is run by
// testdata/scripts/filter_tables.py, which makes the JSONL from Debian packages.
//
//	go run ./filter/gen OUT en.jsonl zh.jsonl …
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"corpus/filter"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: gen OUT LANG.jsonl…")
	}
	for _, file := range args[1:] {
		lang := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		target, err := filter.LoadTarget([]string{file}, func(string) (string, float64) { return lang, 1 })
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(args[0], lang+".bin"), target.Tables()[lang], 0o666); err != nil {
			return err
		}
	}
	return nil
}
