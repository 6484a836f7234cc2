package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs the commands under "Your own text" of README.md and of its
// Chinese first page, on a smaller crawl and for fewer steps; those that need
// libtorch in a build that has it.
func TestReadme(t *testing.T) {
	for name, title := range map[string]string{"README.md": "Your own text", "README.zh.md": "用你自己的文本"} {
		t.Run(name, func(t *testing.T) { runReadme(t, name, title) })
	}
}

func runReadme(t *testing.T, name, title string) {
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	must(t, err)
	_, section, ok := strings.Cut(string(text), "\n## "+title+"\n\n")
	block, _, ends := strings.Cut(section, "\n\n")
	if !ok || !ends {
		t.Fatalf("%s has no section %q that begins with commands", name, title)
	}
	sources := t.TempDir()
	docs, err := makeDocuments([]string{"en-1..500", "zh-1..100"})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(sources, "crawl.warc.gz"), gzipped(formats["warc"](docs)), 0o666))
	texts := filepath.Join(t.TempDir(), "texts.jsonl")
	must(t, os.WriteFile(texts, []byte(`{"text": "one"}`+"\n"), 0o666))
	smaller := strings.NewReplacer("texts.jsonl", texts, "/data/crawl/*.warc.gz", filepath.Join(sources, "*.warc.gz"), "notes/", sources, "--steps 2000", "--steps 2")
	t.Chdir(t.TempDir())
	ran := 0
	for text := range strings.Lines(block) {
		text, _, _ = strings.Cut(strings.TrimSpace(text), " #")
		for command := range strings.SplitSeq(smaller.Replace(text), "&&") {
			ran += readmeCommand(t, strings.TrimSpace(command))
		}
	}
	if ran < 6 {
		t.Errorf("%s has %d commands there, want those of all stages", name, ran)
	}
	must(t, succeed("run"))
}

// readmeCommand runs a command of the README and says how many it was.
func readmeCommand(t *testing.T, command string) int {
	t.Helper()
	args := splitQuoted(command)
	switch args[0] {
	case "cd":
		t.Chdir(args[1])
		return 0
	case "corpus":
	default:
		t.Fatalf("README.md: cannot run %q", command)
	}
	if !withTorch && (args[1] == "train" || args[1] == "generate") {
		return 0
	}
	if strings.Contains(command, "*") {
		matches, err := filepath.Glob(args[2])
		must(t, err)
		args = append(append(args[:2:2], matches...), args[3:]...)
	}
	must(t, succeed(args[1:]...))
	return 1
}

// splitQuoted splits at spaces outside of double quotes, as a shell does.
func splitQuoted(s string) []string {
	var words []string
	for i, part := range strings.Split(s, "\"") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
