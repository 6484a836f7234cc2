package recipe

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// dolmaSource is where Dolma's rules stand: the limits in its configuration of
// Common Crawl, what they limit in its taggers.
const dolmaSource = "allenai/dolma 1.2.1 at 669f534, configs/dolma-v1_5/mixing/cc-head.yaml, taggers gopher_v1 and pii_regex_with_counts_fast_v2"

// dolmaColumns are the attributes of gopher_v1 that the configuration looks at.
// Words are those of str.split, characters those of words.
var dolmaColumns = func() []string {
	names := []string{
		"dolma.words",
		"dolma.median_word_length",
		"dolma.symbol_words",   // share of words with "#" or "…" in them
		"dolma.alpha_words",    // share of words with a letter
		"dolma.stop_words",     // how many words are English stop words, as written
		"dolma.bullet_lines",   // share of lines that begin with "*" or "-"
		"dolma.ellipsis_lines", // share of lines that end with "…"
		"dolma.dup_lines",      // share of lines that are written more than once, all copies
		"dolma.dup_line_chars", // their characters, white space too, a character
	}
	for n := firstTop; n <= lastTop; n++ {
		names = append(names, fmt.Sprintf("dolma.top_%d_gram", n)) // characters of the most frequent n-gram a character
	}
	for n := firstDup; n <= lastDup; n++ {
		names = append(names, fmt.Sprintf("dolma.dup_%d_gram", n)) // characters of repeated n-grams a character of all n-grams
	}
	return names
}()

func dolmaSteps() []step {
	rules := []Rule{
		{Name: "dolma.min_words", Attribute: "dolma.words", Below: true, Limit: 50},
		{Name: "dolma.max_words", Attribute: "dolma.words", Limit: 100_000},
		{Name: "dolma.min_median_word_length", Attribute: "dolma.median_word_length", Below: true, Limit: 3},
		{Name: "dolma.max_median_word_length", Attribute: "dolma.median_word_length", Limit: 10},
		{Name: "dolma.symbol_words", Attribute: "dolma.symbol_words", Limit: 0.1},
		{Name: "dolma.alpha_words", Attribute: "dolma.alpha_words", Below: true, Limit: 0.8},
		{Name: "dolma.stop_words", Attribute: "dolma.stop_words", Below: true, Limit: 2},
		{Name: "dolma.bullet_lines", Attribute: "dolma.bullet_lines", Limit: 0.9},
		{Name: "dolma.ellipsis_lines", Attribute: "dolma.ellipsis_lines", Limit: 0.3},
		{Name: "dolma.dup_lines", Attribute: "dolma.dup_lines", Limit: 0.3},
		{Name: "dolma.dup_line_chars", Attribute: "dolma.dup_line_chars", Limit: 0.3},
	}
	return []step{
		{dolmaColumns, append(rules, gramRules("dolma")...), dolma},
		{dolmaPIIColumns, []Rule{{Name: "dolma.pii", Attribute: "dolma.pii", Limit: 5}}, dolmaFindPII},
	}
}

// gramRules are Gopher's limits of repeated n-grams (table A1), on the attributes
// of a family.
func gramRules(family string) []Rule {
	var rules []Rule
	for i, limit := range []float64{0.20, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.10} {
		kind := "top"
		if firstTop+i >= firstDup {
			kind = "dup"
		}
		name := fmt.Sprintf("%s.%s_%d_gram", family, kind, firstTop+i)
		rules = append(rules, Rule{Name: name, Attribute: name, Limit: limit})
	}
	return rules
}

// englishStop says whether a word is one of Gopher's stop words.
func englishStop(word string) bool {
	switch word {
	case "the", "be", "to", "of", "and", "that", "have", "with":
		return true
	}
	return false
}

// dolma appends the values of dolmaColumns.
func dolma(dst []float64, d *document) []float64 {
	g := &d.grams
	dst = dolmaWords(dst, d)
	dst = dolmaLines(dst, d, g.chars())
	if d.lang.spaceless {
		for range lastDup - firstTop + 1 {
			dst = append(dst, math.NaN())
		}
		return dst
	}
	return dolmaGrams(dst, g)
}

// dolmaWords takes in the words of d and appends what is told of each by itself.
func dolmaWords(dst []float64, d *document) []float64 {
	var words, symbols, alpha, stops int
	g := &d.grams
	g.reset()
	for start, end := nextField(d.text, 0); start < len(d.text) && words < maxTokens; start, end = nextField(d.text, end) {
		word := d.text[start:end]
		words++
		length, letter := look(word)
		g.add(xxh3.HashString(word), int(length))
		if letter {
			alpha++
		}
		if strings.IndexByte(word, '#') >= 0 || len(word) > int(length) && strings.Contains(word, "…") {
			symbols++
		}
		if englishStop(word) {
			stops++
		}
	}
	n, nan := float64(words), math.NaN()
	if d.lang.spaceless {
		return append(dst, nan, nan, nan, nan, nan)
	}
	if d.lang.english {
		nan = float64(stops)
	}
	return append(dst, n, median(g), ratio(float64(symbols), n), ratio(float64(alpha), n), nan)
}

// median is that of the lengths of words; 0 without words.
func median(g *grams) float64 {
	n := len(g.length)
	if n == 0 {
		return 0
	}
	g.first = append(g.first[:0], g.length...)
	slices.Sort(g.first)
	return float64(g.first[(n-1)/2]+g.first[n/2]) / 2
}

// dolmaLines appends what is told of the lines of d, of which the words have
// chars characters.
func dolmaLines(dst []float64, d *document, chars int) []float64 {
	if d.text == "" {
		return append(dst, 0, 0, 0, 0)
	}
	var lines, bullets, ends, dups, dupChars int
	seen := &d.grams.seen
	seen.reset(strings.Count(d.text, "\n") + 1)
	for line := range strings.SplitSeq(d.text, "\n") {
		lines++
		if strings.HasPrefix(line, "*") || strings.HasPrefix(line, "-") {
			bullets++
		}
		if strings.HasSuffix(line, "…") {
			ends++
		}
		switch seen.add(xxh3.HashString(line), 0).count {
		case 1:
		case 2:
			dups, dupChars = dups+2, dupChars+2*utf8.RuneCountInString(line)
		default:
			dups, dupChars = dups+1, dupChars+utf8.RuneCountInString(line)
		}
	}
	n := float64(lines)
	return append(dst, float64(bullets)/n, float64(ends)/n, float64(dups)/n, float64(dupChars)/float64(max(chars, 1)))
}

// dolmaGrams appends what is told of n-grams; of an order of which there are none
// nothing is.
func dolmaGrams(dst []float64, g *grams) []float64 {
	chars := float64(max(g.chars(), 1))
	for n := firstTop; n <= lastDup; n++ {
		g.next()
		switch {
		case g.number() == 0:
			dst = append(dst, math.NaN())
		case n <= lastTop:
			most, at := g.most(), int32(0)
			if i := slices.Index(g.counts, most); i >= 0 {
				at = g.places[i] // of equally frequent ones the first
			}
			dst = append(dst, float64(int(most)*g.width(at))/chars)
		default:
			dst = append(dst, g.weight())
		}
	}
	return dst
}

// weight is the characters of repeated n-grams a character of all: what several
// n-grams share is counted in each.
func (g *grams) weight() float64 {
	repeated, all := 0, 0
	for _, i := range g.places {
		repeated += g.width(i)
	}
	for i := range g.number() {
		all += g.width(int32(i))
	}
	return float64(repeated) / float64(max(all, 1))
}
