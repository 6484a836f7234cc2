package spacy

import (
	"unicode/utf8"

	"corpus/internal/words"
)

// Has says whether there are rules for a language: an ISO 639-1 code to which
// datatrove gives a spaCy tokenizer that is built on rules, or spaCy's name of
// one ("xx" is its many-language one).
func Has(lang string) bool { return theTable().of(lang) != nil }

// Tokenizer cuts texts of one language. It reuses its buffers: every goroutine
// makes its own.
type Tokenizer struct {
	matcher
	rules    *rules
	tokens   []token // not yet settled
	suffixes []token // of the string at hand, the last first
	out      []token // settled
	phraser
	failure
}

// token is bytes of the text.
type token struct {
	start, end int32
	kind       tokenKind
}

type tokenKind uint8

const (
	common tokenKind = iota
	white            // white space
	given            // of a special case: may have white space around it
)

// failure remembers what cannot match, as long as nothing it depends on changes.
type failure struct {
	prefixAt, prefixHigh int // no prefix at prefixAt of a string that ends at prefixHigh or later
	suffixAt, suffixLow  int // no suffix at suffixAt of one that begins at suffixLow or before
	freeFailed           bool
	freeAt, freeEnd      int // the first free prefix
}

// New is a tokenizer of a language, or nil where Has says there is none.
func New(lang string) *Tokenizer {
	s := theTable().of(lang)
	if s == nil {
		return nil
	}
	return newTokenizer(s.get())
}

func newTokenizer(r *rules) *Tokenizer {
	return &Tokenizer{matcher: matcher{classes: r.classes}, rules: r, phraser: phraser{taken: map[int]bool{}}}
}

// Append adds the tokens of text to dst in order and returns it: those of spaCy
// without white space. Symbol is set where all characters are Punctuation. Text
// is shorter than 2 GiB.
func (t *Tokenizer) Append(dst []words.Span, text string) []words.Span {
	t.tokenize(text, func(tokens []token) {
		for _, tok := range tokens {
			if tok.kind == white {
				continue
			}
			start, end := int(tok.start), int(tok.end)
			if tok.kind == given {
				start, end = t.trim(start, end)
			}
			if start < end {
				dst = append(dst, words.Span{Start: int32(start), End: int32(end), Symbol: t.only(&t.rules.symbol, start, end)})
			}
		}
	})
	return dst
}

// Plain says whether a word of the letters a to z, where no affix is found, is one
// token: it is unless it is a special case.
func (t *Tokenizer) Plain(word string) bool {
	_, special := t.rules.cases.find(word)
	return !special
}

// trim is text[start:end] without white space around it.
func (t *Tokenizer) trim(start, end int) (int, int) {
	for start < end {
		c, w := t.next(t.text, start)
		if t.rules.kinds[c] != blank {
			break
		}
		start += w
	}
	for start < end {
		c, w := t.last(t.text[start:end])
		if t.rules.kinds[c] != blank {
			break
		}
		end -= w
	}
	return start, end
}

// only says whether text[start:end] has characters of set only.
func (t *Tokenizer) only(set *classSet, start, end int) bool {
	for start < end {
		c, w := t.next(t.text, start)
		if !set.has(c) {
			return false
		}
		start += w
	}
	return true
}

// tokenize cuts text and hands on its tokens some at a time.
func (t *Tokenizer) tokenize(text string, emit func([]token)) {
	t.begin(text)
	for i := 0; i < len(text); {
		i = t.chunk(i, true)
		if len(t.tokens) >= batchTokens {
			t.settle(false)
			emit(t.out)
			t.out = t.out[:0]
		}
	}
	t.settle(true)
	emit(t.out)
	t.out = t.out[:0]
	t.text = ""
}

func (t *Tokenizer) begin(text string) {
	t.text = text
	t.tokens, t.out, t.found = t.tokens[:0], t.out[:0], t.found[:0]
	t.scan, t.done, t.reach = 0, 0, 0
}

// literally is the tokens of text as no special case changes them.
func (t *Tokenizer) literally(text string) []token {
	t.begin(text)
	for i := 0; i < len(text); {
		i = t.chunk(i, false)
	}
	return t.tokens
}

func (t *Tokenizer) push(start, end int, kind tokenKind) {
	t.tokens = append(t.tokens, token{int32(start), int32(end), kind})
}

// chunk adds the tokens of the run of white space or of other characters that
// begins at i, and is its end. White space less one space before it is a token.
func (t *Tokenizer) chunk(i int, special bool) int {
	start, first, last := i, -1, -1
	text, r := t.text, t.rules
	for i < len(text) {
		k, w := r.bytes[text[i]], 1
		if k == beyond {
			var c uint8
			c, w = t.next(text, i)
			k = r.kinds[c]
		}
		if k == blank {
			break
		}
		if k == odd {
			if first < 0 {
				first = i
			}
			last = i
		}
		i += w
	}
	switch {
	case i == start:
		return t.white(i)
	case first >= 0:
		t.split(start, i, first, last, special)
	case !special || !t.special(start, i):
		t.push(start, i, common)
	}
	return i
}

// white adds the white space that begins at i and is its end.
func (t *Tokenizer) white(i int) int {
	start := i
	for i < len(t.text) {
		c, w := t.next(t.text, i)
		if t.rules.kinds[c] != blank {
			break
		}
		i += w
	}
	if start > 0 && t.text[start] == ' ' {
		start++
	}
	if start < i {
		t.push(start, i, white)
	}
	return i
}

// special adds the tokens of text[lo:hi] where it is a special case.
func (t *Tokenizer) special(lo, hi int) bool {
	lengths, ok := t.rules.cases.find(t.text[lo:hi])
	if ok {
		t.tokens = appendGiven(t.tokens, lengths, lo)
	}
	return ok
}

// appendGiven appends the tokens of a special case at byte at.
func appendGiven(dst []token, lengths []int32, at int) []token {
	for _, n := range lengths {
		dst = append(dst, token{int32(at), int32(at) + n, given})
		at += int(n)
	}
	return dst
}

func (t *Tokenizer) isSpecial(lo, hi int) bool {
	_, ok := t.rules.cases.find(t.text[lo:hi])
	return ok
}

// split is spaCy's _split_affixes and _attach_tokens: prefixes and suffixes are
// taken off text[lo:hi] one of each at a time until a special case, an exception
// or nothing to take off is left; that is cut at infixes. The characters that
// rules are about lie between first and last.
func (t *Tokenizer) split(lo, hi, first, last int, special bool) {
	t.suffixes = t.suffixes[:0]
	t.failure = failure{prefixAt: -1, suffixAt: -1, freeAt: -1}
	for size := -1; lo < hi && hi-lo != size && lo <= last && first < hi; {
		if t.exception(lo, hi) || special && t.isSpecial(lo, hi) {
			break
		}
		size = hi - lo
		pre := t.findPrefix(lo, hi)
		if pre > lo && pre < hi && special && t.isSpecial(pre, hi) {
			t.push(lo, pre, common)
			lo = pre
			break
		}
		suf := t.findSuffix(pre, hi)
		if suf < hi && suf > lo && special && t.isSpecial(lo, suf) {
			t.suffixes = append(t.suffixes, token{int32(suf), int32(hi), common})
			hi = suf
			break
		}
		if pre > lo {
			t.push(lo, pre, common)
		}
		if suf < hi {
			t.suffixes = append(t.suffixes, token{int32(suf), int32(hi), common})
		}
		lo, hi = pre, suf
	}
	if lo < hi {
		t.attach(lo, hi, special, lo <= last && first < hi)
	}
	for i := len(t.suffixes) - 1; i >= 0; i-- {
		t.tokens = append(t.tokens, t.suffixes[i])
	}
}

// attach adds what is left between affixes; ruled says whether rules may match it.
func (t *Tokenizer) attach(lo, hi int, special, ruled bool) {
	switch {
	case special && t.special(lo, hi):
	case !ruled || t.exception(lo, hi) || t.url(lo, hi):
		t.push(lo, hi, common)
	default:
		t.cut(lo, hi)
	}
}

// cut adds the tokens between the infixes of text[lo:hi] and the infixes.
func (t *Tokenizer) cut(lo, hi int) {
	start := lo
	t.eachInfix(lo, hi, func(from, to int) bool {
		if from == lo {
			return true
		}
		if from > start {
			t.push(start, from, common)
		}
		if to > from {
			t.push(from, to, common)
		}
		start = to
		return true
	})
	if start < hi {
		t.push(start, hi, common)
	}
}

// eachInfix calls f with the infixes of text[lo:hi] as re.finditer finds them,
// until it says no.
func (t *Tokenizer) eachInfix(lo, hi int, f func(from, to int) bool) {
	p := t.rules.infix
	if p == nil {
		return
	}
	t.lo, t.hi = lo, hi
	t.forget(p)
	least := lo
	for i := lo; i < hi; {
		end := t.match(p, i, max(i, least))
		if end < 0 {
			_, w := t.next(t.text, i)
			i += w
			continue
		}
		if !f(i, end) {
			return
		}
		t.succeeded(p, end)
		least = end
		if end == i {
			least++ // after an empty match the next at its place is longer
		}
		i = end
	}
}

// findPrefix is the end of the prefix of text[lo:hi], or lo.
func (t *Tokenizer) findPrefix(lo, hi int) int {
	p := t.rules.prefix
	if p == nil || lo == t.prefixAt && t.prefixHigh <= hi {
		return lo
	}
	t.lo, t.hi, t.high = lo, hi, 0
	t.forget(p)
	if end := t.match(p, lo, lo); end >= 0 {
		return end
	}
	if t.rules.free != nil {
		return t.findFree(lo, hi)
	}
	t.prefixAt, t.prefixHigh = lo, t.high
	return lo
}

// findFree is findPrefix where no prefix is at lo: some expressions of spaCy's
// are not held to the start, and as much is cut off as they match elsewhere.
func (t *Tokenizer) findFree(lo, hi int) int {
	if t.freeFailed {
		return lo
	}
	if t.freeAt < lo || t.freeEnd > hi {
		p := t.rules.free
		t.forget(p)
		t.freeFailed = true
		for i := lo; i < hi; {
			if end := t.match(p, i, i); end >= 0 {
				t.freeAt, t.freeEnd, t.freeFailed = i, end, false
				break
			}
			_, w := t.next(t.text, i)
			i += w
		}
		if t.freeFailed {
			return lo
		}
	}
	n := utf8.RuneCountInString(t.text[t.freeAt:t.freeEnd])
	for ; n > 0; n-- {
		_, w := t.next(t.text, lo)
		lo += w
	}
	return lo
}

// findSuffix is the start of the suffix of text[lo:hi], or hi.
func (t *Tokenizer) findSuffix(lo, hi int) int {
	p := t.rules.suffix
	if p == nil || lo >= hi || hi == t.suffixAt && t.suffixLow >= lo {
		return hi
	}
	t.lo, t.hi, t.low = lo, hi, hi
	if at := t.matchEnd(p); at >= 0 {
		return at
	}
	t.suffixAt, t.suffixLow = hi, t.low
	return hi
}

// exception says whether text[lo:hi] is kept whole by the language's token_match.
func (t *Tokenizer) exception(lo, hi int) bool {
	p := t.rules.token
	if p == nil || hi-lo > matchBytes {
		return false
	}
	t.lo, t.hi = lo, hi
	t.forget(p)
	return t.match(p, lo, lo) >= 0
}

// affixed says whether any affix is found in text.
func (t *Tokenizer) affixed(text string) bool {
	t.begin(text)
	t.failure = failure{prefixAt: -1, suffixAt: -1, freeAt: -1}
	n := len(text)
	if t.findPrefix(0, n) > 0 || t.findSuffix(0, n) < n {
		return true
	}
	any := false
	t.eachInfix(0, n, func(int, int) bool {
		any = true
		return false
	})
	return any
}
