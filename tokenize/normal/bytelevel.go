package normal

import "unicode/utf8"

// ByteLevel writes each byte as a printable character: GPT-2's table
// (openai/gpt-2, src/encoder.py, bytes_to_unicode).
type ByteLevel struct{}

// Append implements Normalizer.
func (ByteLevel) Append(dst []byte, text string) []byte {
	for i := range len(text) {
		dst = utf8.AppendRune(dst, ByteRune(text[i]))
	}
	return dst
}

// ByteRune is the character that GPT-2 writes for a byte: itself where it is
// printable in Latin-1, else the next one from U+0100 on.
func ByteRune(b byte) rune {
	switch {
	case b <= ' ':
		return 0x100 + rune(b)
	case b < 0x7F, b > 0xA0 && b != 0xAD:
		return rune(b)
	case b == 0xAD:
		return 0x143
	}
	return 0x121 + rune(b) - 0x7F
}

// RuneByte is the byte that r stands for, if any.
func RuneByte(r rune) (byte, bool) {
	switch {
	case r >= 0x100 && r <= 0x120:
		return byte(r - 0x100), true
	case r >= 0x121 && r <= 0x142:
		return byte(r - 0x121 + 0x7F), true
	case r == 0x143:
		return 0xAD, true
	}
	return byte(r), r > ' ' && r < 0x7F || r > 0xA0 && r <= 0xFF && r != 0xAD
}
