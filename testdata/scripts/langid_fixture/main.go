// Command langid_fixture records what lingua-go says of the texts that package
// internal/langid tests with. In the root of the repository:
//
//	go run ./testdata/scripts/langid_fixture internal/langid/testdata/sentences.txt > internal/langid/testdata/lingua.txt
//
// A line is the answers to a sentence, to its first 100 bytes, to its last 100, and
// to it with the next sentence; "-" where lingua cannot tell.
package main

import (
	"fmt"
	"os"
	"strings"

	"corpus/internal/lingua"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "langid_fixture:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: langid_fixture SENTENCES")
	}
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	authority := lingua.New()
	sentences := strings.Split(strings.TrimSpace(string(b)), "\n")
	for i, s := range sentences {
		answers := make([]string, 0, 4)
		for _, text := range []string{s, s[:min(len(s), 100)], s[max(0, len(s)-100):], s + "\n" + sentences[(i+1)%len(sentences)]} {
			lang, _ := authority.Detect(text)
			if lang == "" {
				lang = "-"
			}
			answers = append(answers, lang)
		}
		fmt.Println(strings.Join(answers, " "))
	}
	return nil
}
