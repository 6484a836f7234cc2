package normal

// Replace puts Content in the place of all that Pattern finds.
type Replace struct {
	Pattern Pattern `json:"pattern"`
	Content string  `json:"content"`
}

// Append implements Normalizer.
func (r Replace) Append(dst []byte, text string) []byte {
	return r.Pattern.replace(dst, text, r.Content)
}

func (r Replace) keeps(text string) bool { return !r.Pattern.finds(text) }
