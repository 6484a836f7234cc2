package linear

import "unicode/utf8"

// Constants of FNV-1a (64 bits); the finisher is SplitMix64's.
const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// shape is what n-grams a model has and how many buckets they are hashed into.
type shape struct {
	bits             int
	words            int // longest n-gram of words, 0 = none
	minChar, maxChar int // n-grams of characters within a word, 0 = none
	mean             bool
}

// features makes the features of texts. It is reused from text to text.
type features struct {
	shape
	buckets []uint32
	n       int // features, with those of blank tokens, which are in no bucket
}

// read takes in the n-grams of the tokens [from, to).
func (f *features) read(t *Tokens, from, to int) {
	f.buckets, f.n = f.buckets[:0], 0
	for i := from; i < to; i++ {
		f.grams(t, from, i, 1)
		if f.maxChar > 0 && !t.tokens[i].blank {
			f.chars(t.bytes[t.edge(i):t.tokens[i].end])
		}
	}
}

// grams adds the n-grams of least and more words that end with token i and begin
// at from or later.
func (f *features) grams(t *Tokens, from, i, least int) {
	h, blank := uint64(0), false
	for n := 1; n <= f.words && i-n+1 >= from; n++ {
		token := &t.tokens[i-n+1]
		h, blank = mix(h*fnvPrime+token.hash), blank || token.blank
		switch {
		case n < least:
		case blank:
			f.n++
		default:
			f.add(h)
		}
	}
}

// chars adds the n-grams of characters of a token with its two ends, of a long
// one those that begin in its first maxToken bytes.
func (f *features) chars(token []byte) {
	for i := 0; i < min(len(token), maxToken); i += width(token[i:]) {
		h, j := uint64(fnvOffset+1), i // + 1: a word and the same characters are two features
		for n := 1; n <= f.maxChar && j < len(token); n++ {
			w := width(token[j:])
			for _, c := range token[j : j+w] {
				h = (h ^ uint64(c)) * fnvPrime
			}
			if j += w; n >= f.minChar {
				f.add(mix(h))
			}
		}
	}
}

func (f *features) add(h uint64) {
	f.n++
	f.buckets = append(f.buckets, uint32(h>>(64-f.bits)))
}

func width(b []byte) int {
	if b[0] < utf8.RuneSelf {
		return 1
	}
	_, w := utf8.DecodeRune(b)
	return w
}

func hash[T string | []byte](token T) uint64 {
	h := uint64(fnvOffset)
	for i := range len(token) {
		h = (h ^ uint64(token[i])) * fnvPrime
	}
	return h
}

func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
