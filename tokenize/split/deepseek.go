package split

// deepSeekExprs are the patterns of DeepSeek-V2's and V3's tokenizer.json.
var deepSeekExprs = []string{
	`\p{N}{1,3}`,
	`[一-龥぀-ゟ゠-ヿ]+`,
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
}

// DeepSeek cuts what the patterns of DeepSeek-V2's and V3's tokenizer.json do,
// one within the words of the other:
//
//	\p{N}{1,3}
//	[一-龥぀-ゟ゠-ヿ]+
//	[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// No word goes over the edge of what the first two find, and there the third
// sees an end of the text.
type DeepSeek struct{}

// The classes of deepTable are those of unicode16, but for these.
const (
	deepWord   = lower    // [\p{L}\p{M}] outside of CJK, which is [一-龥぀-ゟ゠-ヿ]
	cjkWord    = caseless // the same in it
	cjkSymbol  = upper
	cjkUnknown = mark // no rune yet
	deepStop   = number | cjkWord | cjkSymbol | cjkUnknown
)

var deepTable = newTable(func(cat category) class {
	if cat <= me {
		return deepWord
	}
	return categoryClass(cat)
}, spaceRange,
	ranges{cjkWord, [][2]rune{{'一', '龥'}, {0x3040, 0x309F}, {0x30A0, 0x30FF}}},
	ranges{cjkSymbol, [][2]rune{{0x309B, 0x309C}, {0x30A0, 0x30A0}, {0x30FB, 0x30FB}}},
	ranges{cjkUnknown, [][2]rune{{0x3040, 0x3040}, {0x3097, 0x3098}}})

// Append appends the words of a text.
func (s DeepSeek) Append(dst []string, text string, _ bool) []string {
	return appendCuts(dst, s, text)
}

// End gives the end of the word that begins at text[i:].
func (DeepSeek) End(text string, i int) int {
	t := deepTable
	first, n := t.at(text, i)
	switch first {
	case deepWord:
		return t.letterEnd(text, i+n, deepWord)
	case cjkWord, cjkSymbol:
		return t.runEnd(text, i+n, first)
	case number:
		return t.numberEnd(text, i+n, 3)
	case symbol:
		return deepSymbolEnd(text, i, n)
	}
	second, m := deepStop, 0
	if i+n < len(text) {
		second, m = t.at(text, i+n)
	}
	newline := text[i] == '\n' || text[i] == '\r'
	switch {
	case first == cjkUnknown && second == cjkWord:
		return t.runEnd(text, i+n+m, cjkWord)
	case first == cjkUnknown:
		return deepGapEnd(text, i+n, cjkUnknown, cjkWord)
	case !newline && second == deepWord:
		return t.letterEnd(text, i+n+m, deepWord)
	case first == other:
		return deepGapEnd(text, i+n, other, deepWord)
	case text[i] == ' ' && second == symbol:
		return deepTable.darkEnd(text, i+1+m, symbol, false)
	}
	return deepBlankEnd(text, i)
}

// deepSymbolEnd gives the end of the first or third alternative, which begins
// with a symbol of n bytes.
func deepSymbolEnd(text string, i, n int) int {
	if n > 1 || i+1 == len(text) || !asciiLetter(text[i+1]) {
		return deepTable.darkEnd(text, i+n, symbol, false)
	}
	for i += 2; i < len(text) && asciiLetter(text[i]); i++ {
	}
	return i
}

func asciiLetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z'
}

// deepGapEnd gives the end of runes that the third pattern does not find: the
// last one before a letter is found with it.
func deepGapEnd(text string, i int, gap, word class) int {
	for i < len(text) {
		cl, n := deepTable.at(text, i)
		if cl != gap {
			break
		}
		if i+n < len(text) {
			if next, _ := deepTable.at(text, i+n); next == word {
				break
			}
		}
		i += n
	}
	return i
}

func deepBlankEnd(text string, i int) int {
	b := deepTable.blankAt(text, i)
	if b.newline > 0 {
		return b.newline
	}
	if b.end < len(text) {
		if next, _ := deepTable.at(text, b.end); next&deepStop != 0 {
			return b.end
		}
	}
	return b.lookahead(text, i)
}
