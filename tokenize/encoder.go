package tokenize

import (
	"strings"
	"unicode"
)

// Encoder encodes texts with one tokenizer. It holds a cache of some 12 MB,
// whatever the text, and is for one goroutine.
type Encoder struct {
	tok   *Tokenizer
	merge merger
	cache wordCache
	seen  int64
}

// NewEncoder makes an encoder.
func (t *Tokenizer) NewEncoder() *Encoder {
	return &Encoder{tok: t, merge: merger{tok: t}, cache: newWordCache()}
}

// SpecialsInText is the number of special tokens that Encode has seen spelled
// out in texts and encoded as plain text.
func (e *Encoder) SpecialsInText() int64 { return e.seen }

// Encode appends the ids of a document's text to dst. Special tokens spelled
// out in it are plain text. The ids are those of Hugging Face tokenizers with
// encode_special_tokens, save in a word longer than [MaxMergeBytes].
func (e *Encoder) Encode(dst []uint32, text string) []uint32 {
	text = repairUTF8(text)
	e.seen += e.tok.raw.count(text) + e.tok.norm.count(text)
	return e.plain(dst, text)
}

// EncodePrompt appends the ids of a prompt to dst: special tokens spelled out
// in it become themselves, as Hugging Face tokenizers do by default. Nothing is
// added before or after.
func (e *Encoder) EncodePrompt(dst []uint32, prompt string) []uint32 {
	return e.cut(dst, repairUTF8(prompt), &e.tok.raw, func(dst []uint32, piece string) []uint32 {
		return e.cut(dst, piece, &e.tok.norm, e.plain)
	})
}

// cut encodes text between the special tokens of one finder by rest.
func (e *Encoder) cut(dst []uint32, text string, f *finder, rest func([]uint32, string) []uint32) []uint32 {
	done := 0
	for from := 0; ; {
		s, at, ok := f.next(text, from)
		if !ok {
			break
		}
		end := at + len(s.Content)
		piece := text[min(done, at):at]
		if s.LStrip {
			piece = strings.TrimRightFunc(piece, unicode.IsSpace)
		}
		dst = append(rest(dst, piece), s.ID)
		from = end
		if s.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		}
		done = end
	}
	return rest(dst, text[min(done, len(text)):])
}

// plain encodes valid UTF-8 word by word.
func (e *Encoder) plain(dst []uint32, text string) []uint32 {
	for i := 0; i < len(text); {
		end := wordEnd(text, i)
		if end-i > shortBytes {
			dst = e.long(dst, text[i:end])
			i = end
			continue
		}
		lo, hi := shortKey(text, i, end)
		set := e.cache.set(lo, hi)
		switch {
		case set[0].lo == lo && set[0].hi == hi:
			dst = appendIDs(dst, &set[0].ids)
		case set[1].lo == lo && set[1].hi == hi:
			set[0], set[1] = set[1], set[0]
			dst = appendIDs(dst, &set[0].ids)
		default:
			dst = e.miss(dst, text[i:end], set, lo, hi)
		}
		i = end
	}
	return dst
}

// appendIDs appends the tokens of a short word.
func appendIDs(dst []uint32, ids *[4]uint32) []uint32 {
	dst = append(dst, ids[0])
	for _, id := range ids[1:] {
		if id == none {
			break
		}
		dst = append(dst, id)
	}
	return dst
}

// miss encodes a short word that is not in its set.
func (e *Encoder) miss(dst []uint32, word string, set *shortSet, lo, hi uint64) []uint32 {
	if ids := e.cache.findLong(word); ids != nil {
		return append(dst, ids...)
	}
	ids := e.merge.word(word)
	if len(ids) <= len(set[0].ids) {
		set.put(lo, hi, ids)
	} else {
		e.cache.putLong(word, ids)
	}
	return append(dst, ids...)
}

// long encodes a word of more than shortBytes.
func (e *Encoder) long(dst []uint32, word string) []uint32 {
	if len(word) > longBytes {
		return append(dst, e.merge.word(word)...)
	}
	if ids := e.cache.findLong(word); ids != nil {
		return append(dst, ids...)
	}
	ids := e.merge.word(word)
	e.cache.putLong(word, ids)
	return append(dst, ids...)
}
