package learn

// Words are distinct words, cut into symbols, with their counts.
type Words struct {
	words   []word
	symbols []uint32
}

// word is one of them: symbols[start:start+n], seen count times.
type word struct {
	start uint32
	n     uint32
	count int64
}

// NewWords makes room for so many words and symbols. There may be more, up to
// 2^32 symbols.
func NewWords(words, symbols int) *Words {
	return &Words{make([]word, 0, words), make([]uint32, 0, symbols)}
}

// Add adds a word. One of a single symbol has nothing to merge and is not kept.
func (w *Words) Add(symbols []uint32, count int64) {
	if len(symbols) > 1 {
		w.words = append(w.words, word{uint32(len(w.symbols)), uint32(len(symbols)), count})
		w.symbols = append(w.symbols, symbols...)
	}
}

// of gives the symbols of a word, to be changed in place.
func (w *Words) of(word *word) []uint32 { return w.symbols[word.start : word.start+word.n] }
