package bias

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

//go:embed groups.txt
var groupFile string

// lexicon is the words that name groups.
type lexicon struct {
	groups []string         // axis.group
	words  map[uint64]uint8 // by the hash of a word or of two: 1 + the group
}

// maxGroups is how many fit lexicon.words.
const maxGroups = 255

var groups = sync.OnceValue(func() *lexicon {
	l := &lexicon{words: map[uint64]uint8{}}
	for line := range strings.Lines(groupFile) {
		name, terms, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(name, "#") || len(l.groups) == maxGroups {
			continue
		}
		l.groups = append(l.groups, name)
		for term := range strings.SplitSeq(terms, ",") {
			term = strings.TrimSpace(term)
			l.add(term)
			l.add(term + "s")
		}
	}
	return l
})

func (l *lexicon) add(term string) {
	hash := uint64(0)
	for i, span := range words.Append(nil, term) {
		if h := fold(term[span.Start:span.End]); i == 0 {
			hash = h
		} else {
			hash = pair(hash, h)
		}
	}
	l.words[hash] = uint8(len(l.groups))
}

// fold is FNV-1a over the characters of a word in lower case.
func fold(word string) uint64 {
	hash := uint64(0xcbf29ce484222325)
	for _, r := range word {
		if r >= utf8.RuneSelf {
			r = unicode.ToLower(r)
		} else if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		hash = (hash ^ uint64(r)) * 0x100000001b3
	}
	return hash
}

// pair is the hash of two words in a row.
func pair(a, b uint64) uint64 { return a*0x9e3779b97f4a7c15 ^ b }

// Groups are the names of the groups, axis.group.
func Groups() []string { return groups().groups }
