package bpe

import (
	"unicode/utf8"
)

// The places of a character in a piece, which say whether it has the prefix and
// the suffix.
const (
	inner = 1 // not the first
	last  = 2
)

// characters appends the tokens of single characters of a piece, from which
// merging begins.
func (m *Model) characters(dst []uint32, piece string) []uint32 {
	affixes := m.config.Prefix != "" || m.config.Suffix != ""
	unknown := false // an unknown token is still to come
	for i, c := range piece {
		place, end := 0, i+utf8.RuneLen(c)
		if affixes && i > 0 {
			place |= inner
		}
		if affixes && end == len(piece) {
			place |= last
		}
		if id := m.chars[place].find(c); id != none {
			if unknown {
				dst, unknown = append(dst, m.unk), false
			}
			dst = append(dst, id)
			continue
		}
		// As in Hugging Face, an unknown token that is still to come comes behind
		// the bytes of the next character.
		if spelled, ok := m.spelled(dst, place, piece[i:end]); ok {
			dst = spelled
		} else if m.unk != none {
			if unknown && !m.config.FuseUnk {
				dst = append(dst, m.unk)
			}
			unknown = true
		}
	}
	if unknown {
		dst = append(dst, m.unk)
	}
	return dst
}

// spelled appends the tokens of the bytes of a character, its prefix and suffix
// included, if there are all.
func (m *Model) spelled(dst []uint32, place int, char string) ([]uint32, bool) {
	if !m.config.ByteFallback {
		return dst, false
	}
	prefix, suffix := "", ""
	if place&inner != 0 {
		prefix = m.config.Prefix
	}
	if place&last != 0 {
		suffix = m.config.Suffix
	}
	before := len(dst)
	for _, part := range [...]string{prefix, char, suffix} {
		for i := range len(part) {
			id := m.spell[part[i]]
			if id == none {
				return dst[:before], false
			}
			dst = append(dst, id)
		}
	}
	return dst, true
}
