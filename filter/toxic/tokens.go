package toxic

import (
	"unicode/utf8"

	"corpus/filter/linear"
	"corpus/internal/words"
)

// cut appends the tokens of text to t, at most maxTokens: those of package words
// in lower case, without punctuation; a disguised word of the list is one token,
// spelled out.
func (s spellings) cut(t *linear.Tokens, text string) {
	spans, _ := words.AppendN(t.Spans[:0], text, 0, maxTokens)
	kept := spans[:0] // it overtakes nothing: a token is of one span or more
	chunk, lead := 0, true
	var letters run
	for i := 0; i < len(spans); {
		if i >= chunk {
			chunk, lead = chunkEnd(spans, i), true
		}
		word, n := "", 0
		if lead {
			word, n = s.disguised(text, spans[i:chunk])
			lead = n == 0 && spans[i].Symbol
		}
		if n == 0 && single(text, spans[i]) {
			word, n = s.spaced(text, spans, i, &letters)
		}
		if n == 0 {
			word, n = s.drawn(text[spans[i].Start:spans[i].End]), 1
		}
		span := words.Span{Start: spans[i].Start, End: spans[i+n-1].End, Symbol: spans[i].Symbol && n == 1}
		i += n
		if span.Symbol && text[span.Start] < utf8.RuneSelf {
			continue
		}
		if word == "" {
			word = text[span.Start:span.End]
		}
		t.Begin()
		t.Lower(word)
		t.End()
		kept = append(kept, span)
	}
	t.Spans = kept
}

// chunkEnd is the end of the spans from i on that touch each other.
func chunkEnd(spans []words.Span, i int) int {
	for i++; i < len(spans) && spans[i].Start == spans[i-1].End; i++ {
	}
	return i
}

// disguised is the word that a chunk is a disguise of, and its spans; what
// stands behind it may be punctuation.
func (s spellings) disguised(text string, chunk []words.Span) (word string, n int) {
	n = len(chunk)
	if chunk[n-1].End-chunk[0].Start > 2*maxDisguise {
		return "", 0
	}
	for n > 0 && chunk[n-1].Symbol && !ends(text[chunk[n-1].Start:]) {
		n--
	}
	if n == 0 || n == 1 && !hasDigit(text[chunk[0].Start:chunk[0].End]) {
		return "", 0
	}
	var buf [maxDisguise]byte
	if word = s.plain(text[chunk[0].Start:chunk[n-1].End], &buf); word == "" {
		n = 0
	}
	return word, n
}

// ends says whether the sign that rest begins with may be the last letter of a
// disguised word; others are punctuation there.
func ends(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r == '$' || r == '@' || r == '€'
}

func hasDigit(token string) bool {
	for i := range len(token) {
		if '0' <= token[i] && token[i] <= '9' {
			return true
		}
	}
	return false
}

// run is the spans [from, to) that are single letters, a step apart: each a space
// or the same sign from the next.
type run struct{ from, to, step int }

// spaced is the word of four and more letters that is written letter by letter
// from span i on, and how many spans it has. It is a whole run, or all but its
// first or last letter, which may be a word of its own (I, a, u).
func (s spellings) spaced(text string, spans []words.Span, i int, r *run) (word string, n int) {
	if i >= r.to-1 { // the last letter of a run may begin one of another step
		*r = letterRun(text, spans, i)
	}
	count := (r.to-i-1)/r.step + 1
	if i > r.from+r.step || count > maxSpaced || count < 4 {
		return "", 0
	}
	var buf [maxSpaced]byte
	for k := range count {
		buf[k] = text[spans[i+k*r.step].Start] | 0x20
	}
	for ; count >= 4 && i+count*r.step >= r.to-1; count-- {
		if word = s[linear.HashOf(buf[:count])]; word != "" {
			return word, (count-1)*r.step + 1
		}
	}
	return "", 0
}

// letterRun is the run that begins at span i, a single letter.
func letterRun(text string, spans []words.Span, i int) run {
	r := run{i, i + 1, 1}
	if i+1 < len(spans) && spans[i+1].Symbol && spans[i+1].End-spans[i+1].Start == 1 {
		r.step = 2
	}
	for j := i + r.step; j < len(spans) && single(text, spans[j]); j += r.step {
		gap := spans[j-r.step].End
		if spans[j].Start != gap+1 || text[gap] != text[spans[i].End] {
			break
		}
		r.to = j + 1
	}
	return r
}

// single says whether s is one ASCII letter.
func single(text string, s words.Span) bool {
	c := text[s.Start] | 0x20
	return s.End-s.Start == 1 && 'a' <= c && c <= 'z'
}

// drawn is the listed word that token is with letters drawn out (fuuuuck), or "".
func (s spellings) drawn(token string) string {
	if len(token) < 5 || !longRun(token) {
		return ""
	}
	var buf [maxDisguise]byte
	for _, most := range []int{1, 2} {
		if word := s[linear.HashOf(buf[:squeeze(token, most, &buf)])]; word != "" {
			return word
		}
	}
	return ""
}

// longRun says whether an ASCII letter stands three times in a row.
func longRun(token string) bool {
	for i := 2; i < len(token); i++ {
		if c := token[i] | 0x20; 'a' <= c && c <= 'z' && token[i-1]|0x20 == c && token[i-2]|0x20 == c {
			return true
		}
	}
	return false
}

// squeeze writes token to buf in lower case, runs of three and more letters as
// most letters.
func squeeze(token string, most int, buf *[maxDisguise]byte) (n int) {
	for i := 0; i < len(token); {
		c, run := token[i]|0x20, i+1
		for run < len(token) && token[run]|0x20 == c {
			run++
		}
		k := run - i
		if k > 2 {
			k = most
		}
		for range k {
			if n == maxDisguise {
				return 0
			}
			buf[n] = c
			n++
		}
		i = run
	}
	return n
}
