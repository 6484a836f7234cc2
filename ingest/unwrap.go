package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// proseWidth is the shortest line, in characters, that a page breaks because it
	// is full; lists, addresses and tables have shorter ones.
	proseWidth = 45
	// blockLines are the most lines that are looked at together.
	blockLines = 1000
)

// unwrap joins the lines of paragraphs that a page broke for want of width:
// those nearly as long as the longest beside them. Only white space changes.
func unwrap(text string) string {
	var out strings.Builder
	var block []string
	flush := func() {
		joined(&out, block)
		block = block[:0]
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \f\r")
		if line == "" || len(block) == blockLines {
			flush()
		}
		if line == "" {
			out.WriteByte('\n')
			continue
		}
		block = append(block, line)
	}
	flush()
	return out.String()
}

// joined writes the lines of a block.
func joined(out *strings.Builder, block []string) {
	longest := 0
	for _, line := range block {
		longest = max(longest, utf8.RuneCountInString(line))
	}
	for i, line := range block {
		out.WriteString(line)
		full := utf8.RuneCountInString(line)*100 >= longest*85
		switch {
		case longest < proseWidth || !full || i+1 == len(block) || startsItem(block[i+1]):
			out.WriteByte('\n')
		case !besideHan(line, block[i+1]):
			out.WriteByte(' ')
		}
	}
}

// startsItem says whether a line begins with a bullet, a number and a dot, or an
// indentation.
func startsItem(line string) bool {
	r, _ := utf8.DecodeRuneInString(line)
	if strings.ContainsRune("•◦▪‣·*–—- \t", r) {
		return true
	}
	rest := strings.TrimLeft(line, "0123456789")
	return len(rest) < len(line) && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ")"))
}

// besideHan says whether no space belongs between two lines: Chinese and
// Japanese have none.
func besideHan(a, b string) bool {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	spaceless := []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}
	return unicode.In(last, spaceless...) || unicode.In(first, spaceless...)
}
