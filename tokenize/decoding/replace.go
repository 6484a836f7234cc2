package decoding

import "corpus/tokenize/normal"

// Replace is the normalizer of the same name, applied to each token.
type Replace struct{ normal.Replace }

// Decode implements Decoder.
func (r Replace) Decode(tokens []string) []string {
	return each(tokens, func(_ int, t string) string { return normal.String(r.Replace, t) })
}
