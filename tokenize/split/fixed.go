package split

import "unicode/utf8"

// fixedLength cuts every so many runes.
type fixedLength int

func (f fixedLength) Append(dst []string, text string, _ bool) []string {
	return appendCuts(dst, f, text)
}

// End gives the end of the word that begins at text[i:].
func (f fixedLength) End(text string, i int) int {
	for range f {
		if i == len(text) {
			break
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		i += n
	}
	return i
}
