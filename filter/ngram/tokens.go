package ngram

import (
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

// Hashes of what stands before and after a sentence.
const (
	begin = 0x9e3779b97f4a7c15
	end   = 0xd1b54a32d192ed03
)

// batch is how many tokens are cut at once.
const batch = 4096

// reader cuts texts into tokens. It is reused from text to text.
type reader struct{ spans []words.Span }

// each calls f with the hash of every token, and with end after the last.
func (r *reader) each(text string, f func(token uint64)) {
	for at := 0; at < len(text); {
		r.spans, at = words.AppendN(r.spans[:0], text, at, batch)
		for _, s := range r.spans {
			f(hash(text[s.Start:s.End]))
		}
		if len(r.spans) < batch {
			break
		}
	}
	f(end)
}

// hash is FNV-1a of the characters of a token in lower case, digits as 0, mixed.
func hash(token string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, r := range token {
		switch {
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r < utf8.RuneSelf:
			if '0' <= r && r <= '9' {
				r = '0'
			}
		default:
			r = unicode.ToLower(r)
		}
		h = (h ^ uint64(r)) * 0x100000001b3
	}
	return mix(h)
}

// longer is the key of an n-gram with one more token before it.
func longer(key, before uint64) uint64 { return mix(key*0x100000001b3 + before) }

// mix spreads the bits of x (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
