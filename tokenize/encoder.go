package tokenize

import (
	"math"

	"corpus/tokenize/memo"
	"corpus/tokenize/normal"
	"corpus/tokenize/split"
)

// Encoder encodes texts with one tokenizer. It holds a cache of some 25 MB,
// whatever the text, and is for one goroutine.
type Encoder struct {
	tok      *Tokenizer
	modelled          // of the text in hand
	texts    modelled // of documents
	prompts  modelled
	words    []string
	ends     []int32 // of the words in hand
	specials bool    // special tokens in the text in hand become themselves
	seen     int64
}

// modelled makes tokens of words, and remembers them.
type modelled struct {
	model wordEncoder
	cache *memo.Cache
}

// endsAtOnce is how many words are cut before their tokens are looked up.
const endsAtOnce = 256

// NewEncoder makes an encoder.
func (t *Tokenizer) NewEncoder() *Encoder {
	e := &Encoder{tok: t, texts: modelled{t.texts(), memo.NewCache()}, ends: make([]int32, 0, endsAtOnce)}
	if !t.spelled {
		e.prompts = e.texts
	}
	return e
}

// SpecialsInText is the number of special tokens that were spelled out in the
// texts so far, whether or not they became themselves.
func (e *Encoder) SpecialsInText() int64 { return e.seen }

// Encode appends the ids of a document's text to dst. Special tokens spelled
// out in it are plain text; added tokens that are not special are themselves.
// The ids are those of Hugging Face tokenizers with encode_special_tokens and
// without a post-processor, save in words of a megabyte and more, and in what
// spells a special token that is the model's too: of "</s>" T5's model would make
// the end of the text, and here that token does not exist for it.
func (e *Encoder) Encode(dst []uint32, text string) []uint32 {
	e.specials, e.modelled = false, e.texts
	return e.pass(dst, repairUTF8(text), 0, true)
}

// EncodePrompt appends the ids of a prompt to dst: special tokens spelled out
// in it become themselves, as Hugging Face tokenizers do by default. Nothing is
// added before or after; see [Tokenizer.Frame].
func (e *Encoder) EncodePrompt(dst []uint32, prompt string) []uint32 {
	if e.prompts.model == nil {
		e.prompts = modelled{e.tok.model.encoder(), memo.NewCache()}
	}
	e.specials, e.modelled = true, e.prompts
	return e.pass(dst, repairUTF8(prompt), 0, true)
}

// pass encodes text between the added tokens that are found in it: in the first
// pass those that are looked for as they are, in the second, in what the first
// leaves, the others, once it is normalized. first says that the text begins
// where all of it begins.
func (e *Encoder) pass(dst []uint32, text string, n int, first bool) []uint32 {
	if n == 1 {
		text = normal.String(e.tok.normalizer, text)
	}
	f := &e.tok.finders[n]
	if f.trie == nil {
		return e.rest(dst, text, n, first)
	}
	done := 0
	for from := 0; ; {
		a, start, end := f.next(text, from)
		if a == nil {
			break
		}
		from = end
		if a.Special && !e.specials {
			e.seen++
			continue
		}
		if !a.stands(text, start, end) {
			continue
		}
		if a.Special {
			e.seen++
		}
		start, end = a.reach(text, start, end)
		if a.LStrip && max(start, done) >= end { // the one before has taken all of it
			done = end
			continue
		}
		if done < start {
			dst = e.rest(dst, text[done:start], n, first && done == 0)
		}
		dst, done = append(dst, a.ID), end
	}
	if done < len(text) {
		dst = e.rest(dst, text[done:], n, first && done == 0)
	}
	return dst
}

// rest encodes what the n-th pass has left.
func (e *Encoder) rest(dst []uint32, text string, n int, first bool) []uint32 {
	if n == 0 {
		return e.pass(dst, text, 1, first)
	}
	switch s := e.tok.splitter.(type) {
	case split.BatchCutter:
		if len(text) > math.MaxInt32 {
			return e.cut(dst, text, s)
		}
		return e.batches(dst, text, s)
	case split.Cutter:
		return e.cut(dst, text, s)
	case nil:
		if text == "" {
			return dst
		}
		return e.word(dst, text, 0, len(text))
	default:
		e.words = s.Append(e.words[:0], text, first)
		for _, w := range e.words {
			dst = e.word(dst, w, 0, len(w))
		}
		return dst
	}
}

// batches encodes text whose words, end to end, are found many at a time.
func (e *Encoder) batches(dst []uint32, text string, s split.BatchCutter) []uint32 {
	learn := e.learn
	for i := 0; i < len(text); {
		ends := s.Ends(e.ends[:0], text, i)
		dst = e.cache.AppendAll(dst, text, i, ends, learn)
		i = int(ends[len(ends)-1])
	}
	return dst
}

// cut encodes text with any other words that lie in it end to end.
func (e *Encoder) cut(dst []uint32, text string, s split.Cutter) []uint32 {
	for i := 0; i < len(text); {
		end := s.End(text, i)
		dst = e.word(dst, text, i, end)
		i = end
	}
	return dst
}

// word encodes the word text[i:end], which the cache may know.
func (e *Encoder) word(dst []uint32, text string, i, end int) []uint32 {
	dst, ok := e.cache.Append(dst, text, i, end)
	if !ok {
		dst = e.learn(dst, text[i:end])
	}
	return dst
}

// learn encodes a word and remembers it.
func (e *Encoder) learn(dst []uint32, word string) []uint32 {
	n := len(dst)
	dst = e.model.Append(dst, word)
	e.cache.Put(word, dst[n:])
	return dst
}
