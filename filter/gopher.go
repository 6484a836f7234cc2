package filter

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gopherColumns are the attributes of Gopher's quality rules (Rae et al. 2021,
// arXiv 2112.11446, A.1.1), computed as datatrove v0.10 does in
// gopher_quality_filter.py, over the tokens of package words. One difference is
// meant: what package words calls a symbol is no word, while datatrove goes by a
// list of punctuation that lacks the bullet and emoji.
var gopherColumns = []string{
	"gopher.words",            // words, symbols not counted
	"gopher.mean_word_length", // characters a word; null in scripts without spaces
	"gopher.hash_ratio",       // '#' a token
	"gopher.ellipsis_ratio",   // "..." or '…' a token
	"gopher.bullet_lines",     // share of lines that begin with '•' or '-'
	"gopher.ellipsis_lines",   // share of lines that end with "..." or '…'
	"gopher.alpha_words",      // share of tokens with a letter
	"gopher.stop_words",       // distinct stop words; null without a list
}

// gopher appends the values of gopherColumns.
func gopher(dst []float64, t *tokens, l *language) []float64 {
	n := float64(len(t.spans))
	mean := math.NaN()
	if !l.spaceless {
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
	for text != "" {
		var line string
		line, text = cutLine(text)
		lines++
		line = strings.TrimFunc(line, unicode.IsSpace)
		if strings.HasPrefix(line, "•") || strings.HasPrefix(line, "-") {
			bullets++
		}
		if strings.HasSuffix(line, "...") || strings.HasSuffix(line, "…") {
			ends++
		}
	}
	return lines, bullets, ends
}

// cutLine splits text after its first line break, of the kinds that Python's
// str.splitlines knows.
func cutLine(text string) (line, rest string) {
	i := strings.IndexFunc(text, func(r rune) bool {
		return r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e || r == 0x85 || r == 0x2028 || r == 0x2029
	})
	if i < 0 {
		return text, ""
	}
	if strings.HasPrefix(text[i:], "\r\n") {
		return text[:i], text[i+2:]
	}
	_, w := utf8.DecodeRuneInString(text[i:])
	return text[:i], text[i+w:]
}
