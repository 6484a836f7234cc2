package split

// A Splitter cuts text into words. It is safe for use by many goroutines.
type Splitter interface {
	// Append appends the words of a text, as the model is to see them. The text
	// is valid UTF-8; first says that it begins where the whole input begins.
	Append(dst []string, text string, first bool) []string
}

// A Cutter is a Splitter that neither changes nor drops anything, and whose
// words depend on nothing before them.
type Cutter interface {
	Splitter
	// End gives the end of the word that begins at text[at:], a boundary of
	// words before len(text). The text is valid UTF-8.
	End(text string, at int) int
}

// appendCuts appends the words of a text. It takes the type of the cutter, so
// that the compiler may call End directly.
func appendCuts[C Cutter](dst []string, cutter C, text string) []string {
	for i := 0; i < len(text); {
		end := cutter.End(text, i)
		dst = append(dst, text[i:end])
		i = end
	}
	return dst
}
