package corpus_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// placeholder is what stands for a number or a sentence still to come.
var placeholder = regexp.MustCompile(`@@|\b(TODO|TBD|FIXME|XXX)\b`)

// TestDocsAreFilledIn wants no placeholder in what people read.
func TestDocsAreFilledIn(t *testing.T) {
	pages := 0
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			for i, line := range strings.Split(string(text), "\n") {
				if found := placeholder.FindString(line); found != "" {
					t.Errorf("%s:%d: %s is not filled in", name, i+1, found)
				}
			}
		}
	}
	if pages < 7 {
		t.Errorf("only %d pages were found", pages)
	}
}
