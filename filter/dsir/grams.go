package dsir

import (
	"crypto/sha256"
	"hash"
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

// maxToken is the bytes of a token that are kept; of a longer one only the state
// of its hash is, so that a token as long as the text takes no memory.
const maxToken = 1 << 10

// Grams finds the buckets of the n-grams of texts. Each goroutine has its own.
type Grams struct {
	// Spaceless makes a token of every letter of a script without spaces, with the
	// marks on it.
	Spaceless bool

	visit   func(bucket int)
	classes *table
	alone   bool   // the token is a letter of a script without spaces
	singles *cache // of 1-grams
	pairs   *cache // of 2-grams
	buf     []byte // the token before, a space, and the token that is being read
	start   int    // where that begins in buf
	kind    class  // what it is made of; space: there is none
	print   uint64 // fingerprint of it
	before  uint64 // fingerprint of the token before; 0: there was none
	// Hashes of tokens longer than maxToken.
	one, two hash.Hash // of the token, and of it with the one before; nil: it is short
	left     hash.Hash // of the token before, when that was long
}

// Spaceless says whether a language writes no spaces between words.
func Spaceless(lang string) bool {
	switch lang {
	case "zh", "ja", "th", "lo", "km", "my":
		return true
	}
	return false
}

// NewGrams takes Memory bytes.
func NewGrams() *Grams {
	return &Grams{classes: classes(), singles: newCache(wordEntries), pairs: newCache(pairEntries), buf: make([]byte, 0, 2*maxToken+2*utf8.UTFMax)}
}

// Memory is the bytes that a Grams holds.
const Memory = (wordEntries+pairEntries)*entryBytes + 4*maxToken

// Each calls visit with the bucket of every 1-gram and 2-gram of text.
func (g *Grams) Each(text string, visit func(bucket int)) {
	g.visit, g.buf, g.start, g.kind, g.before, g.one, g.left = visit, g.buf[:0], 0, space, 0, nil, nil
	g.print = seed
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			kind := g.classes[c]
			if g.alone {
				g.end()
			}
			if kind&upper != 0 {
				kind, c = kind&^upper, c+'a'-'A'
			}
			g.add(kind, c)
			i++
			continue
		}
		i += g.wide(text, i)
	}
	g.end()
	g.visit = nil
}

// Count adds the n-grams of text to c.
func (g *Grams) Count(c *Counts, text string) {
	g.Each(text, func(b int) { c[b]++ })
}

// Weight is the sum of the weights of the n-grams of text, which is DSIR's
// logarithm of the importance weight, and their number.
func (g *Grams) Weight(w *Weights, text string) (sum float64, grams int) {
	g.Each(text, func(b int) { sum += w[b]; grams++ })
	return sum, grams
}

// wide takes in the character at i, which is not ASCII, and gives its width.
func (g *Grams) wide(text string, i int) int {
	r, width := utf8.DecodeRuneInString(text[i:])
	switch r {
	case 'İ': // the one character whose lower case is two
		g.rune('i', word)
		g.rune('\u0307', word)
	case 'Σ':
		g.rune(sigma(text, i, i+width), word)
	default:
		g.rune(g.classes.lower(r))
	}
	return width
}

// rune takes in a character in lower case.
func (g *Grams) rune(r rune, kind class) {
	if g.Spaceless && kind == word {
		tight := words.Spaceless(r)
		if tight || g.alone && !unicode.IsMark(r) {
			g.end()
		}
		defer func() { g.alone = g.alone || tight }() // when add has ended what was before
	}
	var utf [utf8.UTFMax]byte
	for _, c := range utf[:utf8.EncodeRune(utf[:], r)] {
		g.add(kind, c)
	}
}

// add takes in a byte of a character of that class.
func (g *Grams) add(kind class, c byte) {
	if kind != g.kind {
		g.end()
		g.kind = kind
	}
	if kind == space {
		return
	}
	g.buf = append(g.buf, c)
	g.print = (g.print ^ uint64(c)) * prime
	if len(g.buf)-g.start >= maxToken {
		g.spill()
	}
}

// end ends the token that is being read, if there is one.
func (g *Grams) end() {
	switch {
	case g.kind == space:
		return
	case g.one != nil:
		g.endLong()
	default:
		g.endShort()
	}
	g.before, g.print, g.kind, g.alone = g.print|1, seed, space, false
}

// endShort ends a token that is in buf.
func (g *Grams) endShort() {
	token := g.buf[g.start:]
	g.visit(g.singles.bucket(token, g.print))
	switch {
	case g.left != nil:
		g.left.Write(token)
		g.visit(remainder(g.left.Sum(nil)))
		g.left = nil
	case g.before != 0:
		g.visit(g.pairs.bucket(g.buf, g.before*prime^g.print))
	}
	g.buf = append(g.buf[:copy(g.buf, token)], ' ')
	g.start = len(g.buf)
}

// spill moves what was read of a token into hashes.
func (g *Grams) spill() {
	if g.one == nil {
		g.one, g.two = sha256.New(), g.left
		if g.left == nil && g.before != 0 {
			g.two = sha256.New()
			g.two.Write(g.buf[:g.start])
		}
	}
	g.one.Write(g.buf[g.start:])
	if g.two != nil {
		g.two.Write(g.buf[g.start:])
	}
	g.buf = g.buf[:g.start]
}

// endLong ends a token of which only the hash is known.
func (g *Grams) endLong() {
	g.spill()
	g.visit(remainder(g.one.Sum(nil)))
	if g.two != nil {
		g.visit(remainder(g.two.Sum(nil)))
	}
	g.left, g.one, g.two = g.one, nil, nil
	g.left.Write([]byte{' '})
	g.buf, g.start = g.buf[:0], 0
}
