package langid

import "unicode/utf8"

// reading is what has been seen of a text; it is used again and again.
type reading struct {
	*models
	letters int        // characters of words
	words   int        // all of them
	written []int      // words by the script that they are wholly written in
	votes   []int      // words by 1 + the language that their letters speak for
	shared  []int      // words by the shared letters that they have
	last    []int      // the word that had a shared letter last, counted from 1
	grams   [3]counter // letters, pairs of letters, and trigrams, by distinct trigrams that begin so
	found   []span     // what the models know of n-grams
	rowSum  row        // of these costs, those that are in rows
	sums    [256]int64 // the cost of the trigrams by language
	common  [256]int   // by language: words by its shared letters
	subset  []uint8    // languages that the rules leave
	told    []uint8    // languages of the paragraphs
	word
}

// word is the one that is being read.
type word struct {
	length int // in characters
	script int8
	key    uint64      // its last three characters
	spoken [256]uint32 // letters by 1 + the language that they speak for
	heard  []uint8     // which of these are not 0
}

func newReading(m *models) *reading {
	r := &reading{models: m}
	r.written, r.votes = make([]int, len(scripts)), make([]int, 1+len(m.langs))
	r.shared, r.last = make([]int, len(m.shared)), make([]int, len(m.shared))
	for i := range r.grams {
		r.grams[i] = newCounter(1 << (8 + 2*i))
	}
	return r
}

func (r *reading) reset() {
	r.letters, r.words = 0, 0
	clear(r.written)
	clear(r.votes)
	clear(r.shared)
	clear(r.last)
	for i := range r.grams {
		r.grams[i].empty()
	}
}

// read takes in up to n bytes of the letters of text.
func (r *reading) read(text string, n int) {
	for _, c := range text {
		low, l := r.letter(c)
		if l.kind == between {
			r.endWord()
			continue
		}
		if n -= utf8.RuneLen(c); n < 0 {
			break
		}
		single := l.kind == aloneMark || l.kind == alone && r.length == 0
		if single {
			r.endWord()
		}
		r.add(low, l)
		if single {
			r.endWord()
		}
	}
	r.endWord()
}

// add puts a character to the word.
func (r *reading) add(c rune, l letter) {
	const three = 1<<63 - 1
	switch {
	case r.length == 0:
		r.script = l.script
	case r.script != l.script:
		r.script = -1
	}
	r.length++
	if r.key = (r.key<<21 | uint64(c)) & three; r.length >= 3 && l.scored {
		r.grams[2].once(r.key)
	}
	if l.own > 0 {
		if r.spoken[l.own]++; r.spoken[l.own] == 1 {
			r.heard = append(r.heard, l.own)
		}
	}
	if i := int(l.shared) - 1; i >= 0 && r.last[i] != r.words+1 {
		r.last[i] = r.words + 1
		r.shared[i]++
	}
}

// endWord counts the word, when there is one.
func (r *reading) endWord() {
	if r.length == 0 {
		return
	}
	r.words++
	r.letters += r.length
	if r.script >= 0 {
		r.written[r.script]++
	}
	r.votes[r.speaksFor()]++
	for _, l := range r.heard {
		r.spoken[l] = 0
	}
	r.length, r.key, r.heard = 0, 0, r.heard[:0]
}

// speaksFor is 1 + the language that most letters of the word speak for, 0 for
// none. A word in both Han and Kana is Japanese.
func (r *reading) speaksFor() uint8 {
	if r.spoken[r.own[han]] > 0 && r.spoken[r.own[kana]] > 0 {
		return r.own[kana]
	}
	best, tie := uint8(0), false
	for _, l := range r.heard {
		switch n := r.spoken[l]; {
		case n > r.spoken[best]: // spoken[0] is 0
			best, tie = l, false
		case n == r.spoken[best]:
			tie = true
		}
	}
	if tie {
		return 0
	}
	return best
}

// main is the script of most words and its share of all words; -1 when there
// is none. Han and Kana count as one, under Han.
func (r *reading) main() (best int, share float64) {
	best, most := -1, 0
	for i, n := range r.written {
		switch i {
		case han:
			n += r.written[kana]
		case kana:
			continue
		}
		if n > most {
			best, most = i, n
		}
	}
	if best < 0 {
		return -1, 0
	}
	return best, float64(most) / float64(r.words)
}

// tied says whether as many words are written in each of several scripts; lingua
// then chooses among all languages.
func (r *reading) tied() bool {
	scripted, most := 0, 0
	for i, n := range r.written {
		if n == 0 {
			continue
		}
		if scripts[i].lang != "" || scripted > 0 && n != most {
			return false
		}
		scripted, most = scripted+1, n
	}
	return scripted > 1
}

// prefix is as much of text as read takes in of it.
func (m *models) prefix(text string, n int) string {
	for i, c := range text {
		if _, l := m.letter(c); l.kind != between {
			if n -= utf8.RuneLen(c); n < 0 {
				return text[:i]
			}
		}
	}
	return text
}
