package bias

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

//go:embed gender.txt
var genderFile string

// genders are words with their counterparts. "her" stands for "his" and for
// "him", and which one cannot be told without grammar: the word that follows
// decides, see her.
var genders = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(genderFile) {
		line, _, _ = strings.Cut(line, "#")
		if f := strings.Fields(line); len(f) == 2 {
			all[f[0]], all[f[1]] = f[1], f[0]
		}
	}
	all["him"], all["his"], all["hers"] = "her", "her", "his"
	return all
})

// SwapGender makes of an English text its counterfactual: every gendered word of a
// list becomes its counterpart, in the case it is written in (Lu et al. 2018, arXiv
// 1807.11714). Names of persons stay. Swapped is the words that changed.
func SwapGender(text string) (other string, swapped int) {
	var b strings.Builder
	spans, at, written := make([]words.Span, 0, maxWords), 0, 0
	for at < len(text) {
		spans, at = words.AppendN(spans[:0], text, at, maxWords)
		for _, s := range spans {
			with := counterpart(text, s)
			if with == "" {
				continue
			}
			if swapped++; swapped == 1 {
				b.Grow(len(text) + len(text)/8) // it rarely grows more
			}
			b.WriteString(text[written:s.Start])
			b.WriteString(with)
			written = int(s.End)
		}
	}
	if swapped == 0 {
		return text, 0
	}
	b.WriteString(text[written:])
	return b.String(), swapped
}

// counterpart is what a word of text becomes; "" when it stays.
func counterpart(text string, s words.Span) string {
	word := text[s.Start:s.End]
	if s.Symbol || len(word) > maxGendered {
		return ""
	}
	lower := strings.ToLower(word)
	other, ok := genders()[lower]
	if lower == "her" {
		other, ok = her(text, int(s.End)), true
	}
	if !ok {
		return ""
	}
	return likeCase(other, word)
}

// maxGendered is longer than every word of the list, in bytes.
const maxGendered = 24

// her is "his" before a word that can follow a possessive, else "him": before the
// end of a sentence, and before the words that begin another phrase.
func her(text string, end int) string {
	var room [1]words.Span
	next, _ := words.AppendN(room[:0], text, end, 1)
	if len(next) == 0 || next[0].Symbol {
		return "him"
	}
	word := text[next[0].Start:next[0].End]
	if len(word) <= maxGendered && strings.Contains(afterHim, " "+strings.ToLower(word)+" ") {
		return "him"
	}
	return "his"
}

const afterHim = " a an the and or but to from in on at by for with of as that this these those when while if because so not is was " +
	"were are be been had has have will would could can should may might again about after before into out up down off over there here "

// likeCase writes word as like is written: all capitals, a capital first, or not.
func likeCase(word, like string) string {
	if len(like) > 1 && strings.ToUpper(like) == like {
		return strings.ToUpper(word)
	}
	first, _ := utf8.DecodeRuneInString(like)
	if unicode.IsUpper(first) {
		return strings.ToUpper(word[:1]) + word[1:]
	}
	return word
}
