package decoding

import "strings"

// Metaspace makes spaces of Replacement, and nothing of those in the first
// token unless PrependScheme is "never".
type Metaspace struct {
	Replacement   string `json:"replacement"` // one character
	PrependScheme string `json:"prepend_scheme"`
	Split         bool   `json:"split"` // has no part in decoding
}

// Decode implements Decoder.
func (m Metaspace) Decode(tokens []string) []string {
	return each(tokens, func(i int, t string) string {
		if i == 0 && m.PrependScheme != "never" {
			return strings.ReplaceAll(t, m.Replacement, "")
		}
		return strings.ReplaceAll(t, m.Replacement, " ")
	})
}

// Strip takes at most Start times Content from the beginning of each token and
// Stop times from its end. Where tokenizers fails, since both want the same
// character or the token is shorter than Stop, nothing is left.
type Strip struct {
	Content string `json:"content"` // one character
	Start   int    `json:"start"`
	Stop    int    `json:"stop"`
}

// Decode implements Decoder.
func (s Strip) Decode(tokens []string) []string {
	return each(tokens, func(_ int, t string) string {
		for n := 0; n < s.Start && strings.HasPrefix(t, s.Content); n++ {
			t = t[len(s.Content):]
		}
		for n := 0; n < s.Stop && strings.HasSuffix(t, s.Content); n++ {
			t = t[:len(t)-len(s.Content)]
		}
		return t
	})
}
