package recipe

import (
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// finewebColumns are the attributes of FineWeb's own rules, computed as datatrove
// does in fineweb_quality_filter.py. Lines of white space alone do not count.
var finewebColumns = []string{
	"fineweb.line_punct",     // share of lines that end with terminal punctuation
	"fineweb.short_lines",    // share of lines of at most 30 characters
	"fineweb.dup_line_chars", // characters in lines that repeat an earlier one, a character of the text without line breaks
	"fineweb.list_ratio",     // line breaks a token
}

// shortLine is the most characters of a short line.
const shortLine = 30

// finewebStep is FineWebQualityFilter with its defaults.
func finewebStep() step {
	return step{finewebColumns, byLanguage([]Rule{
		{Name: "fineweb.line_punct", Attribute: "fineweb.line_punct", Below: true, Limit: 0.12},
		{Name: "fineweb.short_lines", Attribute: "fineweb.short_lines", Limit: 0.67},
		{Name: "fineweb.dup_line_chars", Attribute: "fineweb.dup_line_chars", Limit: 0.01},
		{Name: "fineweb.list_ratio", Attribute: "fineweb.list_ratio", Limit: 0.3},
	}), fineweb}
}

// fineweb appends the values of finewebColumns.
func fineweb(dst []float64, d *document) []float64 {
	breaks := strings.Count(d.text, "\n")
	seen := &d.repetition.seen
	seen.reset(breaks + 1)
	var lines, ends, short, dups, chars int
	for line := range strings.SplitSeq(d.text, "\n") {
		if trimSpace(line) == "" {
			chars += utf8.RuneCountInString(line)
			continue
		}
		n := utf8.RuneCountInString(line)
		chars, lines = chars+n, lines+1
		if last, _ := utf8.DecodeLastRuneInString(line); terminal(last) {
			ends++
		}
		if n <= shortLine {
			short++
		}
		if seen.add(xxh3.HashString(line), 0).count > 1 {
			dups += n
		}
	}
	return append(dst, ratio(float64(ends), float64(lines)), ratio(float64(short), float64(lines)),
		ratio(float64(dups), float64(chars)), ratio(float64(breaks), float64(d.count)))
}
