package recipe

import (
	"math"
	"strings"
)

// gopherColumns are the attributes of Gopher's quality rules (Rae et al. 2021,
// arXiv 2112.11446, A.1.1), computed as datatrove does in
// gopher_quality_filter.py. Where tokens are those of package words, what that
// calls a symbol is no word, while datatrove goes by a list of punctuation that
// lacks the bullet and emoji.
var gopherColumns = []string{
	"gopher.words",            // words, symbols not counted
	"gopher.mean_word_length", // characters a word; null in scripts without spaces and without words
	"gopher.hash_ratio",       // '#' a token
	"gopher.ellipsis_ratio",   // "..." or '…' a token
	"gopher.bullet_lines",     // share of lines that begin with '•' or '-'
	"gopher.ellipsis_lines",   // share of lines that end with "..." or '…'
	"gopher.alpha_words",      // share of tokens with a letter
	"gopher.stop_words",       // distinct stop words; null without a list
}

// gopherStep is GopherQualityFilter with its defaults.
func gopherStep() step {
	rules := []Rule{
		{Name: "gopher.min_words", Attribute: "gopher.words", Below: true, Limit: 50},
		{Name: "gopher.max_words", Attribute: "gopher.words", Limit: 100_000},
		{Name: "gopher.min_mean_word_length", Attribute: "gopher.mean_word_length", Below: true, Limit: 3},
		{Name: "gopher.max_mean_word_length", Attribute: "gopher.mean_word_length", Limit: 10},
		{Name: "gopher.hash_ratio", Attribute: "gopher.hash_ratio", Limit: 0.1},
		{Name: "gopher.ellipsis_ratio", Attribute: "gopher.ellipsis_ratio", Limit: 0.1},
		{Name: "gopher.bullet_lines", Attribute: "gopher.bullet_lines", Limit: 0.9},
		{Name: "gopher.ellipsis_lines", Attribute: "gopher.ellipsis_lines", Limit: 0.3},
		{Name: "gopher.alpha_words", Attribute: "gopher.alpha_words", Below: true, Limit: 0.8},
		{Name: "gopher.stop_words", Attribute: "gopher.stop_words", Below: true, Limit: 2},
	}
	return step{gopherColumns, byLanguage(rules), gopher}
}

// gopher appends the values of gopherColumns.
func gopher(dst []float64, d *document) []float64 {
	t, l := &d.tokens, d.lang
	n := float64(len(t.spans))
	mean := math.NaN()
	if !l.spaceless && t.words > 0 {
		mean = ratio(float64(t.chars), float64(t.words))
	}
	hashes := strings.Count(t.text, "#")
	ellipses := strings.Count(t.text, "...") + strings.Count(t.text, "…")
	lines, bullets, ends := lineMarks(t.text)
	return append(dst, float64(t.words), mean,
		ratio(float64(hashes), n), ratio(float64(ellipses), n),
		ratio(float64(bullets), float64(lines)), ratio(float64(ends), float64(lines)),
		ratio(float64(t.alpha), n), l.stopWords(t))
}

// ratio is a/b, and 0 when there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// lineMarks counts lines, those that begin with a bullet and those that end
// with an ellipsis. Lines are Python's splitlines: a last line break opens no
// line, empty lines count.
func lineMarks(text string) (lines, bullets, ends int) {
	for at := 0; at < len(text); {
		end, next := lineEnd(text, at)
		line := trimSpace(text[at:end])
		at, lines = next, lines+1
		if strings.HasPrefix(line, "•") || strings.HasPrefix(line, "-") {
			bullets++
		}
		if strings.HasSuffix(line, "...") || strings.HasSuffix(line, "…") {
			ends++
		}
	}
	return lines, bullets, ends
}
