package toxic

import (
	"embed"
	"path"
	"strconv"
	"strings"
	"sync"

	"corpus/filter/linear"
)

// lexiconFiles are lines "weight TAB phrase" by language, made by
// testdata/scripts/filter_lexicon.py from the lists of LDNOOBW (CC-BY-4.0).
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// lexicon is the word list of a language.
type lexicon struct {
	matcher
	spellings spellings
}

// lexicons are the word lists by language.
var lexicons = sync.OnceValue(func() map[string]*lexicon {
	all := map[string]*lexicon{}
	files, _ := lexiconFiles.ReadDir("lexicon")
	for _, f := range files {
		text, _ := lexiconFiles.ReadFile(path.Join("lexicon", f.Name()))
		all[strings.TrimSuffix(f.Name(), ".txt")] = parseLexicon(string(text))
	}
	return all
})

// parseLexicon reads at most maxLexicon bytes of lines "weight TAB phrase"; lines
// of another form and phrases of more than maxPhrase tokens are left out.
func parseLexicon(text string) *lexicon {
	l := &lexicon{spellings: spellings{}}
	for line := range strings.Lines(text[:min(len(text), maxLexicon)]) {
		number, entry, ok := strings.Cut(strings.TrimSpace(line), "\t")
		weight, err := strconv.ParseFloat(number, 64)
		hashes := phraseOf(entry)
		if !ok || err != nil || !(weight > 0 && weight <= 1) || len(hashes) == 0 || len(hashes) > maxPhrase {
			continue
		}
		l.add(phrase{hashes: hashes, weight: weight})
		l.spellings.add(entry)
	}
	return l
}

// phraseOf is the tokens of s as hashes.
func phraseOf(s string) []uint64 {
	var t linear.Tokens
	spellings(nil).cut(&t, s)
	hashes := make([]uint64, t.Len())
	for i := range hashes {
		hashes[i] = t.Hash(i)
	}
	return hashes
}

// Listed says whether word stands in the English list, as an entry of its own.
func Listed(word string) bool {
	for _, p := range lexicons()["en"].phrases[linear.HashOf(strings.ToLower(word))] {
		if len(p.hashes) == 1 {
			return true
		}
	}
	return false
}

// Entries are the entries of the list of a language, in the order of its file.
func Entries(lang string) (entries []string) {
	text, _ := lexiconFiles.ReadFile(path.Join("lexicon", lang+".txt"))
	for line := range strings.Lines(string(text)) {
		if _, entry, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			entries = append(entries, entry)
		}
	}
	return entries
}
