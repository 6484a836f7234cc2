package tokenize

import (
	"strings"
	"unicode"

	"corpus/tokenize/bpe"
	"corpus/tokenize/memo"
	"corpus/tokenize/split"
)

// Encoder encodes texts with one tokenizer. It holds a cache of some 12 MB,
// whatever the text, and is for one goroutine.
type Encoder struct {
	tok   *Tokenizer
	model *bpe.Encoder
	cache *memo.Cache
	seen  int64
}

// NewEncoder makes an encoder.
func (t *Tokenizer) NewEncoder() *Encoder {
	return &Encoder{tok: t, model: t.model.NewEncoder(), cache: memo.NewCache()}
}

// SpecialsInText is the number of special tokens that Encode has seen spelled
// out in texts and encoded as plain text.
func (e *Encoder) SpecialsInText() int64 { return e.seen }

// Encode appends the ids of a document's text to dst. Special tokens spelled
// out in it are plain text. The ids are those of Hugging Face tokenizers with
// encode_special_tokens, save in a word longer than [bpe.MaxMergeSymbols].
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
		end := split.GPT2{}.End(text, i)
		var ok bool
		if dst, ok = e.cache.Append(dst, text, i, end); !ok {
			n := len(dst)
			dst = e.model.AppendBytes(dst, text[i:end])
			e.cache.Put(text[i:end], dst[n:])
		}
		i = end
	}
	return dst
}
