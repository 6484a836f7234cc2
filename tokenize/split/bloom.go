package split

// BLOOM cuts what the pattern of BLOOM's tokenizer.json finds and what is
// between, a nested set of Oniguruma's that other engines do not read so:
//
//	?[^(\s|[.,!?…。，、।۔،])]+
type BLOOM struct{}

// bloomTable knows white space and what is in the brackets, as marks.
var bloomTable = newTable(func(cat category) class {
	if categoryClass(cat) == space {
		return space
	}
	return other
}, spaceRange, ranges{mark, runeRanges("(|.,!?…。，、।۔،)")})

func runeRanges(set string) (out [][2]rune) {
	for _, r := range set {
		out = append(out, [2]rune{r, r})
	}
	return out
}

// Append appends the words of a text.
func (s BLOOM) Append(dst []string, text string, _ bool) []string {
	return appendCuts(dst, s, text)
}

// End gives the end of the word that begins at text[i:].
func (BLOOM) End(text string, i int) int {
	end, _ := bloomNext(text, i)
	return end
}

// bloomNext gives the end of what begins at text[i:], and whether the pattern
// finds it or it is what lies between.
func bloomNext(text string, i int) (end int, found bool) {
	if n := bloomStart(text, i); n > 0 {
		return bloomTable.runEnd(text, i+n, other), true
	}
	for i < len(text) && bloomStart(text, i) == 0 {
		_, n := bloomTable.at(text, i)
		i += n
	}
	return i, false
}

// bloomStart gives the length of ` ?[^…]` at text[i:], or 0.
func bloomStart(text string, i int) int {
	cl, n := bloomTable.at(text, i)
	if cl == other {
		return n
	}
	if text[i] == ' ' && i+1 < len(text) {
		if cl, n := bloomTable.at(text, i+1); cl == other {
			return 1 + n
		}
	}
	return 0
}
