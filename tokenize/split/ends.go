package split

import (
	"math/bits"
	"unicode/utf8"
)

// A BatchCutter gives many ends at once, which is faster than one by one where
// most of the text is ASCII: kinds of 64 bytes are told at a time, and where
// words begin comes of shifting sets of 64 bits.
//
// Ends appends to dst, as far as it has room, the ends of the words of text
// that follow one another from a boundary on, at least one. The text, shorter
// than 2 GiB, does not end at from.
type BatchCutter interface {
	Cutter
	Ends(dst []int32, text string, from int) []int32
}

// A block is what is known of up to 64 bytes, a bit each.
type block struct {
	letters, capitals, digits, spaces, blanks uint64 // blanks are ' '

	n    int  // how many bytes, all ASCII and none of them hard
	hard bool // a byte behind them is: not ASCII, an apostrophe, a newline
}

// gather makes eight bits of the high bits of eight bytes.
func gather(m uint64) uint64 {
	return m >> 7 * 0x0102040810204080 >> 56
}

// least marks in the high bits the bytes that are at least c, if all are ASCII.
func least(x, c uint64) uint64 {
	return x + (0x80-c)*ones
}

// read takes the bytes at text[i:], eight at a time, up to the first that is
// hard; with newlines those are. It takes none where a word that is not ASCII
// begins.
func (b *block) read(text string, i int, newlines bool) bool {
	*b = block{hard: true}
	if text[i] >= utf8.RuneSelf || i+1 < len(text) && text[i+1] >= utf8.RuneSelf {
		return false
	}
	for ; b.n < 64 && i+8 <= len(text); i += 8 {
		x := load(text, i)
		control := least(x, '\t') &^ least(x, '\r'+1)
		hard := x | ^((x ^ '\''*ones) + 0x7F*ones)
		if newlines {
			hard |= least(x, '\n') &^ least(x, '\r'+1)
		}
		fold := x | foldCase
		letters := least(fold, 'a') &^ least(fold, 'z'+1) & high
		blanks := ^((x ^ ' '*ones) + 0x7F*ones) & high
		b.letters |= gather(letters) << b.n
		b.capitals |= gather(letters&^(x<<2)) << b.n
		b.digits |= gather(least(x, '0')&^least(x, '9'+1)&high) << b.n
		b.blanks |= gather(blanks) << b.n
		b.spaces |= gather((control&high)|blanks) << b.n
		if hard &= high; hard != 0 {
			b.n += bits.TrailingZeros64(hard) >> 3
			return true
		}
		b.n += 8
	}
	b.hard = false
	return true
}

// certain leaves of a set of starts those that what follows the block cannot
// change (the last byte's depends on the next one), without the block's own.
func (b *block) certain(starts uint64) uint64 {
	if b.n < 2 {
		return 0
	}
	return starts & (1<<(b.n-1) - 2)
}

// Ends appends the ends of words: see BatchCutter.
func (s GPT2) Ends(dst []int32, text string, from int) []int32 {
	var b block
	for i := from; len(dst) < cap(dst) && i < len(text); {
		n := len(dst)
		if b.read(text, i, false) {
			dst = appendBits(dst, i, b.certain(b.gpt2Starts()))
		}
		i = lastEnd(dst, n, i)
		if (b.hard || len(dst) == n) && len(dst) < cap(dst) {
			i = s.End(text, i)
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// Ends appends the ends of words: see BatchCutter.
func (s *GPT4) Ends(dst []int32, text string, from int) []int32 {
	var b block
	for i := from; len(dst) < cap(dst) && i < len(text); {
		n := len(dst)
		if b.read(text, i, true) {
			dst = appendBits(dst, i, b.certain(b.gpt4Starts(s.digits)))
		}
		i = lastEnd(dst, n, i)
		if (b.hard || len(dst) == n) && len(dst) < cap(dst) {
			i = s.End(text, i)
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// Ends appends the ends of words: see BatchCutter.
func (s *GPT4o) Ends(dst []int32, text string, from int) []int32 {
	var b block
	for i := from; len(dst) < cap(dst) && i < len(text); {
		n := len(dst)
		if b.read(text, i, true) {
			small := b.letters &^ b.capitals
			dst = appendBits(dst, i, b.certain(b.gpt4Starts(s.digits)|b.capitals&(small<<1)))
		}
		i = lastEnd(dst, n, i)
		if (b.hard || len(dst) == n) && len(dst) < cap(dst) {
			i = s.End(text, i)
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// lastEnd is the last of the ends behind the first n, or i.
func lastEnd(ends []int32, n, i int) int {
	if len(ends) > n {
		return int(ends[len(ends)-1])
	}
	return i
}

// gpt2Starts are the bytes at which a word of GPT2 begins, behind the first one.
func (b *block) gpt2Starts() uint64 {
	words := ^b.spaces
	dark := words &^ (b.letters | b.digits)
	return b.letters&((b.digits|dark)<<1) | b.digits&((b.letters|dark)<<1) | dark&((b.letters|b.digits)<<1) |
		words&((b.spaces&^b.blanks)<<1) | // a blank before belongs to the word
		b.spaces&(words<<1) | b.spaces&(words>>1) // the first of white space, and the last
}

// gpt4Starts are the bytes at which a word of GPT4 begins, and of GPT4o but for
// capitals behind small letters. A run of too many digits makes the block end.
func (b *block) gpt4Starts(limit int) uint64 {
	words := ^b.spaces
	dark := words &^ (b.letters | b.digits)
	numbers := b.digits
	if limit != 1 {
		numbers &^= b.digits << 1
		b.stopAtRun(limit)
	}
	return b.letters&(b.digits<<1|dark<<1&((dark|b.blanks)<<2)) | // one dark byte before belongs to the word
		numbers | dark&((b.letters|b.digits|b.spaces&^b.blanks)<<1) |
		b.spaces&(words<<1) | b.spaces&(words>>1)
}

// stopAtRun makes the block end where a run of digits is longer than the limit.
func (b *block) stopAtRun(limit int) {
	if limit == 0 {
		return
	}
	long := b.digits
	for n := range limit {
		long &= b.digits << (n + 1)
	}
	if n := bits.TrailingZeros64(long); n < b.n {
		b.n, b.hard = n, true
	}
}

// appendBits appends the places of bits, counted from i, as far as there is room.
func appendBits(dst []int32, i int, set uint64) []int32 {
	for ; set != 0 && len(dst) < cap(dst); set &= set - 1 {
		dst = append(dst, int32(i+bits.TrailingZeros64(set)))
	}
	return dst
}
