package recipe

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"corpus"
)

// dclmLineColumns are the attributes of what the rules for lines cut.
var dclmLineColumns = []string{
	"dclm.removed_words", // a word that was there before; 1 without words
}

// What DCLM cuts out of a text beside addresses, as rules of its edits.
const (
	dclmUppercase = "dclm.uppercase_lines" // lines with more upper-case letters than other characters
	dclmDigits    = "dclm.digit_lines"     // lines of digits
	dclmCounters  = "dclm.counter_lines"   // lines such as "3 likes"
	dclmShort     = "dclm.short_lines"     // lines of a word
	dclmCart      = "dclm.items_in_cart"   // the words in short lines
	dclmMore      = "dclm.read_more"       // "Read more..." at the end of short lines
	dclmSignIn    = "dclm.sign_in"         // "Sign-in" at the beginning of short lines
	dclmSpace     = "dclm.white_space"     // at both ends of the text
)

const (
	dclmMostUpper  = 0.5
	dclmMostDigits = 0.999999
	dclmLeastWords = 2
	dclmMostWords  = 10 // of a line out of which words are cut
)

// dclmLines cuts lines, and words out of lines, and appends the values of
// dclmLineColumns.
func dclmLines(dst []float64, d *document) []float64 {
	w := &d.dclm
	w.dropLines(dclmUppercase, func(line string) bool { return shareOf(line, isUpper) > dclmMostUpper })
	w.dropLines(dclmDigits, isNumber)
	w.dropLines(dclmCounters, isCounter)
	if !d.lang.spaceless {
		w.dropLines(dclmShort, func(line string) bool { return fields(line, dclmLeastWords) < dclmLeastWords })
	}
	w.cutWords(dclmCart, itemsInCart)
	w.cutWords(dclmMore, readMore)
	w.cutWords(dclmSignIn, signIn)
	d.text = w.text
	d.edits, w.edits = w.edits, d.edits
	switch {
	case d.lang.spaceless:
		return append(dst, math.NaN())
	case w.words == 0:
		return append(dst, 1)
	}
	return append(dst, float64(w.words-fastTextWords(w.text))/float64(w.words))
}

// isNumber says whether a line is all digits, or all but one in a million.
func isNumber(line string) bool {
	if first, _ := utf8.DecodeRuneInString(line); !isDigit(first) && len(line) < 1_000_000 {
		return false
	}
	return shareOf(line, isDigit) > dclmMostDigits
}

// shareOf is the share of the characters of a line that are of a kind.
func shareOf(line string, is func(rune) bool) float64 {
	n, all := 0, 0
	for _, r := range line {
		all++
		if is(r) {
			n++
		}
	}
	return float64(n) / float64(all)
}

// dropLines cuts the lines that are to be dropped, of those that are not empty,
// and then white space at both ends; line_length_modifier alone leaves that.
func (w *dclm) dropLines(rule string, drop func(line string) bool) {
	kept := false
	w.lines(func(line string, start, end int) {
		if line == "" || !drop(line) {
			kept = true
			return
		}
		w.dropLine(start, end, kept, rule)
	})
	w.make()
	if rule != dclmShort {
		w.strip(w.clipped, dclmSpace)
	}
}

// dropLine cuts a line and the line break before it, or when no line before it is
// kept the one behind it.
func (w *dclm) dropLine(start, end int, kept bool, rule string) {
	if kept {
		start--
	} else {
		end = min(end+1, len(w.text))
	}
	w.cut(start, end, rule)
}

// lines calls each with the lines of the text and where they stand.
func (w *dclm) lines(each func(line string, start, end int)) {
	at := 0
	for line := range strings.SplitSeq(w.text, "\n") {
		each(line, at, at+len(line))
		at += len(line) + 1
	}
}

// cutWords cuts what find gives out of lines of few words, all of the line when
// nothing but white space is left, and then white space at both ends.
func (w *dclm) cutWords(rule string, find func(line string, from int) (start, end int)) {
	kept := false
	w.lines(func(line string, start, end int) {
		_, found := find(line, 0)
		if line == "" || found == 0 && trimSpace(line) != "" || fields(line, dclmMostWords+1) > dclmMostWords {
			kept = true
			return
		}
		had, left := len(w.cuts), 0
		for from := 0; ; {
			s, e := find(line, from)
			if e == 0 {
				left += len(trimSpace(line[from:]))
				break
			}
			left += len(trimSpace(line[from:s]))
			w.cuts = append(w.cuts, corpus.Edit{Start: start + s, End: start + e, Rule: rule})
			from = e
		}
		if left == 0 {
			w.cuts = w.cuts[:had]
			w.dropLine(start, end, kept, rule)
			return
		}
		kept = true
	})
	w.make()
	w.strip(w.clipped, dclmSpace)
}

// itemsInCart finds the words with the white space before them.
func itemsInCart(line string, from int) (start, end int) {
	const words = "items in cart"
	for i := from; i+len(words) <= len(line); i++ {
		if line[i]|0x20 == 'i' && line[i+1]|0x20 == 't' && strings.EqualFold(line[i:i+len(words)], words) {
			return spaceBefore(line, i, from), i + len(words)
		}
	}
	return 0, 0
}

// readMore finds the words at the end of a line, with three characters behind
// them: the dots are those of a pattern.
func readMore(line string, from int) (start, end int) {
	const words = "read more"
	i := len(line)
	for range 3 {
		_, w := utf8.DecodeLastRuneInString(line[from:i])
		if w == 0 {
			return 0, 0
		}
		i -= w
	}
	if i -= len(words); i < from || !strings.EqualFold(line[i:i+len(words)], words) {
		return 0, 0
	}
	return spaceBefore(line, i, from), len(line)
}

// signIn finds the words at the beginning of a line with the white space behind.
func signIn(line string, from int) (start, end int) {
	const words = "sign-in"
	if from > 0 || len(line) < len(words) || !strings.EqualFold(line[:len(words)], words) {
		return 0, 0
	}
	if r, w := utf8.DecodeRuneInString(line[len(words):]); w > 0 && isSpace(r) {
		return 0, len(words) + w
	}
	return 0, len(words)
}

// spaceBefore is i, or where the white space begins that stands before it.
func spaceBefore(line string, i, from int) int {
	if r, w := utf8.DecodeLastRuneInString(line[from:i]); w > 0 && isSpace(r) {
		return i - w
	}
	return i
}

// isCounter says whether a line is a number with what it counts.
func isCounter(line string) bool {
	s := strings.TrimLeftFunc(line, func(r rune) bool { return !isWord(r) })
	if first, _ := utf8.DecodeRuneInString(s); s == "" || !unicode.IsDigit(first) {
		return false
	}
	s = strings.TrimLeftFunc(s, func(r rune) bool { return r == ',' || r == '.' || unicode.IsDigit(r) })
	if s != "" && strings.IndexByte("kmbKMB", s[0]) >= 0 {
		s = s[1:]
	}
	word := strings.TrimLeftFunc(s, isSpace)
	if len(word) == len(s) {
		return false
	}
	switch strings.ToLower(strings.TrimRightFunc(word, func(r rune) bool { return !isWord(r) })) {
	case "likes", "shares", "comments", "retweets", "reposts", "quotes", "bookmarks", "upvotes", "downvotes", "downloads", "views", "followers":
		return true
	}
	return false
}
