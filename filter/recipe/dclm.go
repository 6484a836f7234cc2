package recipe

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus/internal/wordbreak"
)

// dclmSource is where DCLM's rules stand.
const dclmSource = "mlfoundations/dclm at 361714b, baselines/baselines_configs/dclm_baseline_refinedweb.yaml, with uniseg 0.10.1"

// dclmColumns are the attributes of the filters for pages, after web addresses
// and surplus line breaks are cut out. Words are those of str.split if nothing
// else is said, lines and paragraphs are stripped and not empty.
var dclmColumns = []string{
	"dclm.words",            // words as fastText cuts them that begin with a letter or number
	"dclm.mean_word_length", // characters
	"dclm.symbols",          // '#', "...", ". . ." and '…' a word; 1 without words
	"dclm.bullet_lines",     // share of lines that begin with one of ●•*-
	"dclm.ellipsis_lines",   // share of lines that end with "...", ". . ." or '…'
	"dclm.non_alpha_words",  // share of words without a letter; 1 without words
	"dclm.stop_words",       // how many words are English stop words, in lower case
}

// dclmRepetitionColumns are the attributes of massive_web_repetition_filters.
// All copies of what repeats count.
var dclmRepetitionColumns = func() []string {
	names := []string{
		"dclm.dup_lines",           // share of lines that are written more than once; 1 without lines
		"dclm.dup_paragraphs",      // of paragraphs
		"dclm.dup_line_chars",      // their characters a character of all lines
		"dclm.dup_paragraph_chars", // of all paragraphs
	}
	for n := firstTop; n <= lastTop; n++ {
		names = append(names, fmt.Sprintf("dclm.top_%d_gram", n)) // characters of the most frequent n-gram a character of the words
	}
	for n := firstDup; n <= lastDup; n++ {
		names = append(names, fmt.Sprintf("dclm.dup_%d_gram", n)) // characters of words in repeated n-grams
	}
	return names
}()

func dclmSteps() []step {
	page := []Rule{
		{Name: "dclm.min_words", Attribute: "dclm.words", Below: true, Limit: 50},
		{Name: "dclm.max_words", Attribute: "dclm.words", Limit: 100_000},
		{Name: "dclm.min_mean_word_length", Attribute: "dclm.mean_word_length", Below: true, Limit: 3},
		{Name: "dclm.max_mean_word_length", Attribute: "dclm.mean_word_length", Limit: 10},
		{Name: "dclm.symbols", Attribute: "dclm.symbols", Limit: 0.1},
		{Name: "dclm.bullet_lines", Attribute: "dclm.bullet_lines", Limit: 0.9},
		{Name: "dclm.ellipsis_lines", Attribute: "dclm.ellipsis_lines", Limit: 0.3},
		{Name: "dclm.non_alpha_words", Attribute: "dclm.non_alpha_words", Limit: 0.2},
		{Name: "dclm.stop_words", Attribute: "dclm.stop_words", Below: true, Limit: 2},
	}
	repetition := append([]Rule{
		{Name: "dclm.dup_lines", Attribute: "dclm.dup_lines", Limit: 0.3},
		{Name: "dclm.dup_paragraphs", Attribute: "dclm.dup_paragraphs", Limit: 0.3},
		{Name: "dclm.dup_line_chars", Attribute: "dclm.dup_line_chars", Limit: 0.2},
		{Name: "dclm.dup_paragraph_chars", Attribute: "dclm.dup_paragraph_chars", Limit: 0.2},
	}, gramRules("dclm")...)
	removed := []Rule{{Name: "dclm.removed_words", Attribute: "dclm.removed_words", Limit: 0.05}}
	return []step{
		{dclmColumns, page, dclmPage},
		{dclmRepetitionColumns, repetition, dclmRepetition},
		{dclmLineColumns, removed, dclmLines},
	}
}

// dclm is a document on its way through DCLM's steps. It is reused from document
// to document.
type dclm struct {
	working
	clipped bool
	words   int // as fastText cuts them
}

// dclmPage cuts addresses and line breaks and appends the values of dclmColumns.
func dclmPage(dst []float64, d *document) []float64 {
	w := &d.dclm
	w.reset(d.text)
	w.clipped = d.clipped
	w.addresses()
	w.newlines()
	w.words = fastTextWords(w.text)
	bullets, ends := dclmLineMarks(w.text)
	if d.lang.spaceless {
		nan := math.NaN()
		return append(dst, nan, nan, nan, bullets, ends, nan, nan)
	}
	f := dclmFields(w.text)
	stops := math.NaN()
	if d.lang.english {
		stops = float64(f.stops)
	}
	return append(dst, float64(w.words), ratio(float64(f.chars), float64(f.words)), f.symbols(w.text),
		bullets, ends, f.nonAlpha(), stops)
}

// fieldCounts is what is told of the words of str.split.
type fieldCounts struct{ words, chars, alpha, stops int }

func dclmFields(text string) (f fieldCounts) {
	for start, end := nextField(text, 0); start < len(text); start, end = nextField(text, end) {
		word := text[start:end]
		runes, letter := look(word)
		f.words++
		f.chars += int(runes)
		if letter {
			f.alpha++
		}
		if lowerStop(word) {
			f.stops++
		}
	}
	return f
}

// lowerStop says whether a word is a stop word in lower case.
func lowerStop(word string) bool {
	var lower [len("that")]byte
	if len(word) > len(lower) {
		return false
	}
	for i := range len(word) {
		lower[i] = word[i] | 0x20
	}
	return englishStop(string(lower[:len(word)]))
}

// symbols is how many there are a word: three dots with spaces are no other three.
func (f fieldCounts) symbols(text string) float64 {
	if f.words == 0 {
		return 1
	}
	n := strings.Count(text, "#") + strings.Count(text, "...") + strings.Count(text, ". . .") + strings.Count(text, "…")
	return float64(n) / float64(f.words)
}

func (f fieldCounts) nonAlpha() float64 {
	if f.words == 0 {
		return 1
	}
	return float64(f.words-f.alpha) / float64(f.words)
}

// dclmLineMarks is the share of lines with a bullet before and of those with an
// ellipsis behind.
func dclmLineMarks(text string) (bullets, ends float64) {
	lines := 0.0
	for line := range strings.SplitSeq(text, "\n") {
		if line = trimSpace(line); line == "" {
			continue
		}
		lines++
		switch r, _ := utf8.DecodeRuneInString(line); r {
		case '●', '•', '*', '-':
			bullets++
		}
		if strings.HasSuffix(line, "...") || strings.HasSuffix(line, ". . .") || strings.HasSuffix(line, "…") {
			ends++
		}
	}
	return ratio(bullets, lines), ratio(ends, lines)
}

// newlines leaves two of three and more line breaks in a row.
func (w *dclm) newlines() {
	for at := 0; ; {
		i := strings.Index(w.text[at:], "\n\n\n")
		if i < 0 {
			break
		}
		start := at + i + 2
		at = start
		for at < len(w.text) && w.text[at] == '\n' {
			at++
		}
		w.cut(start, at, "dclm.newlines")
	}
	w.make()
}

// fastTextWords counts the words that begin with a letter or number, as fastText
// cuts them: at seven characters of ASCII.
func fastTextWords(text string) int {
	n, in := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ', '\n', '\r', '\t', '\v', '\f', 0:
			in = false
		default:
			if !in && startsAlnum(text[i:]) {
				n++
			}
			in = true
		}
	}
	return n
}

// dclmRepetition appends the values of dclmRepetitionColumns.
func dclmRepetition(dst []float64, d *document) []float64 {
	g, text := &d.grams, d.dclm.text
	lines, lineChars := repeatedSegments(&g.seen, text, "\n")
	paragraphs, paragraphChars := repeatedSegments(&g.seen, text, "\n\n")
	dst = append(dst, lines, paragraphs, lineChars, paragraphChars)
	g.reset()
	words := wordbreak.New()
	for at := 0; at < len(text) && len(g.words) < maxTokens; {
		n := words.Next(text[at:])
		if word := text[at : at+n]; startsAlnum(word) {
			g.add(xxh3.HashString(word), utf8.RuneCountInString(word))
		}
		at += n
	}
	for n := firstTop; n <= lastDup; n++ {
		g.next()
		chars := g.covered()
		if n <= lastTop {
			chars = g.longest() * int(g.most())
		}
		dst = append(dst, ratio(float64(chars), float64(g.chars())))
	}
	return dst
}

// longest is the characters of the longest of the most frequent n-grams; 0 when
// none repeats.
func (g *grams) longest() int {
	most, width := g.most(), 0
	for k, i := range g.places {
		if g.counts[k] == most {
			width = max(width, g.width(i))
		}
	}
	return width
}

// repeatedSegments is the share of the pieces of text between seps that are there
// more than once, and their characters a character of all. The only piece of a
// text repeats nothing.
func repeatedSegments(seen *counter, text, sep string) (share, chars float64) {
	seen.reset(strings.Count(text, sep) + 1)
	var pieces, repeated, all, again int
	for piece := range strings.SplitSeq(text, sep) {
		if piece = trimSpace(piece); piece == "" {
			continue
		}
		n := utf8.RuneCountInString(piece)
		pieces, all = pieces+1, all+n
		switch seen.add(xxh3.HashString(piece), 0).count {
		case 1:
		case 2:
			repeated, again = repeated+2, again+2*n
		default:
			repeated, again = repeated+1, again+n
		}
	}
	if pieces == 0 {
		return 1, 0
	}
	return float64(repeated) / float64(pieces), float64(again) / float64(all)
}
