package normal

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Precompiled rewrites text by a charsmap of SentencePiece, a trie of keys, each
// with the text that takes its place, in the way of tokenizers 0.23: an extended
// grapheme cluster of less than six bytes that begins with a key is replaced as a
// whole by what belongs to the shortest such key, and what follows the key in the
// cluster is lost (huggingface/tokenizers#2116); other clusters are taken rune by
// rune.
type Precompiled struct {
	charsmap []byte
	trie     trie
	plain    [utf8.RuneSelf]bool  // ASCII that stays as it is before ASCII
	mapped   [0x10000 / 64]uint64 // a bit for each rune that is a key, or has one as its first bytes
}

// newPrecompiled reads a charsmap. A trie with places or texts out of range is
// an error.
func newPrecompiled(charsmap []byte) (*Precompiled, error) {
	t, err := parseTrie(charsmap)
	if err != nil {
		return nil, err
	}
	p := &Precompiled{charsmap: charsmap, trie: t}
	for c := range p.plain {
		p.plain[c] = c != '\r' && !t.startsASCII(byte(c))
	}
	for i := range p.mapped {
		p.mapped[i] = t.mapped(rune(i) * 64)
	}
	return p, nil
}

func readPrecompiled(fields map[string]json.RawMessage) (Normalizer, error) {
	const name = "precompiled_charsmap"
	var text string
	if err := Field(fields, name, &text); err != nil {
		return nil, err
	}
	if len(text) > base64.StdEncoding.EncodedLen(maxCharsmap) {
		return nil, fmt.Errorf("%s: more than %d bytes", name, maxCharsmap)
	}
	charsmap, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p, err := newPrecompiled(charsmap)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// Append implements Normalizer.
func (p *Precompiled) Append(dst []byte, text string) []byte {
	for long := 0; len(text) > 0; {
		if long == 0 {
			n := p.unchanged(text)
			dst = append(dst, text[:n]...)
			if text = text[n:]; len(text) == 0 {
				break
			}
		}
		to, n, ok := p.next(text, &long)
		if ok {
			dst = append(dst, to...)
		} else {
			dst = append(dst, text[:n]...)
		}
		text = text[n:]
	}
	return dst
}

func (p *Precompiled) keeps(text string) bool {
	for long := 0; len(text) > 0; {
		if long == 0 {
			if text = text[p.unchanged(text):]; len(text) == 0 {
				break
			}
		}
		_, n, ok := p.next(text, &long)
		if ok {
			return false
		}
		text = text[n:]
	}
	return true
}

// unchanged is the length of a beginning of text that stays as it is.
func (p *Precompiled) unchanged(text string) int {
	t := tables()
	last := 0 // where the rune before i begins
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if !p.plain[c] {
				return i
			}
			last = i
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if t.of(r)&single == 0 {
			return last // it may be in a cluster with the rune before
		}
		if r > 0xFFFF || p.mapped[r/64]>>(r%64)&1 != 0 {
			return i
		}
		last = i
		i += n
	}
	return len(text)
}

// maxCluster is the number of bytes from which on tokenizers takes a cluster
// rune by rune.
const maxCluster = 6

// next is what the first cluster or rune of text becomes, if it changes, and its
// length. Of long clusters, long holds how many bytes are still to be taken rune by
// rune.
func (p *Precompiled) next(text string, long *int) (to string, n int, ok bool) {
	if *long == 0 {
		n = tables().cluster(text)
		if n < maxCluster {
			if to, ok = p.trie.shortest(text[:n]); ok {
				return to, n, true
			}
		}
		*long = n
	}
	_, n = utf8.DecodeRuneInString(text)
	*long -= n
	to, ok = p.trie.shortest(text[:n])
	return to, n, ok
}
