package normal

import (
	"strings"
	"unicode/utf8"
)

// nmtNFKCRules are the rules of SentencePiece's nmt_nfkc (google/sentencepiece,
// doc/normalization.md): NFKC of Unicode 9.0 as far as replacing keys can be
// it, with control characters dropped and what looks like a space made one;
// U+FF5E and U+200D stay. Sequences of runes that compose are keys, whichever
// way each is written, unless shorter keys already lead to the same. The charsmap
// of sentencepiece 0.2.3 also has U+061C and 171 runes newer than Unicode 9.0.
//
// In tokenizers 0.23 such a charsmap loses marks that follow a key within a
// cluster (see Precompiled); Sequence{Nmt{}, NFKC} does not.
func nmtNFKCRules() map[string]string {
	byLength := nfkcRules()
	for r := range rune(0x10000) {
		if to, ok := nmtRule(r); ok && r != '\u200D' {
			byLength[1][string(r)] = to
		}
	}
	delete(byLength[1], "\uFF5E")
	return essential(byLength)
}

// nfkcRules are the rules by the runes in their keys.
func nfkcRules() []map[string]string {
	t := tables()
	rules := []map[string]string{nil, {}}
	ways := map[rune][]rune{} // runes by what each alone decomposes to
	var sequences []string
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if t.of(r)&compat == 0 {
			continue
		}
		if c := string(NFKC.Append(nil, string(r))); c != string(r) {
			rules[1][string(r)] = c
		}
		d := string(NFKD.Append(nil, string(r)))
		if one, n := utf8.DecodeRuneInString(d); n == len(d) {
			ways[one] = append(ways[one], r)
		} else {
			sequences = append(sequences, d)
		}
	}
	for _, d := range sequences {
		c := string(NFKC.Append(nil, d))
		if c == d {
			continue
		}
		for _, key := range spellings(d, ways) {
			if key != c {
				n := utf8.RuneCountInString(key)
				for len(rules) <= n {
					rules = append(rules, map[string]string{})
				}
				rules[n][key] = c
			}
		}
	}
	return rules
}

// spellings are all sequences that decompose to text, rune by rune.
func spellings(text string, ways map[rune][]rune) []string {
	out := []string{""}
	for _, r := range text {
		var longer []string
		for _, s := range out {
			longer = append(longer, s+string(r))
			for _, w := range ways[r] {
				longer = append(longer, s+string(w))
			}
		}
		out = longer
	}
	return out
}

// essential leaves out keys that shorter ones, applied leftmost-longest, lead
// to the same.
func essential(byLength []map[string]string) map[string]string {
	rules := map[string]string{}
	for n, some := range byLength {
		var add []string
		for key, to := range some {
			if n == 1 || apply(rules, key, n-1) != to {
				add = append(add, key)
			}
		}
		for _, key := range add {
			rules[key] = some[key]
		}
	}
	return rules
}

// apply rewrites text by the longest key at each place, of at most runes runes.
func apply(rules map[string]string, text string, runes int) string {
	var b strings.Builder
	for len(text) > 0 {
		to, n := match(rules, text, runes)
		b.WriteString(to)
		text = text[n:]
	}
	return b.String()
}

// maxRunes is more than the longest key of nmtNFKCRules has.
const maxRunes = 32

func match(rules map[string]string, text string, runes int) (string, int) {
	var ends [maxRunes]int
	n := 0
	for i, r := range text {
		if n == min(runes, len(ends)) {
			break
		}
		ends[n] = i + utf8.RuneLen(r)
		n++
	}
	for ; n > 0; n-- {
		if to, ok := rules[text[:ends[n-1]]]; ok {
			return to, ends[n-1]
		}
	}
	_, size := utf8.DecodeRuneInString(text)
	return text[:size], size
}
