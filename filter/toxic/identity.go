package toxic

import (
	_ "embed"
	"strings"
	"sync"

	"corpus/filter/linear"
)

// identityFile is words with white space between; # begins a comment.
//
//go:embed identity.txt
var identityFile string

// identities are the hashes of the words of identityFile.
var identities = sync.OnceValue(func() map[uint64]bool {
	all := map[uint64]bool{}
	for _, word := range Identities() {
		all[linear.HashOf(word)] = true
	}
	return all
})

// Identities are the words that the classifier is blind to, with their plurals.
func Identities() []string {
	var all []string
	for line := range strings.Lines(identityFile) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.Fields(line) {
			if all = append(all, word); len(word) > 3 && !strings.HasSuffix(word, "s") {
				all = append(all, word+"s")
			}
		}
	}
	return all
}

// identityEndings are those of words for whom one loves and what one is.
var identityEndings = []string{"sexual", "sexuals", "gender", "gendered", "romantic"}

// cutEnglish is the tokenizer of the classifier: words that name a group of
// people are blank, to the model words that it never saw.
func cutEnglish(t *linear.Tokens, text string) {
	lexicons()["en"].spellings.cut(t, text)
	blank(t, text)
}

// blank blanks the words of t, tokens of text, that name a group of people.
func blank(t *linear.Tokens, text string) {
	names := identities()
	for i := range t.Len() {
		if names[t.Hash(i)] || hasIdentityEnding(text[t.Spans[i].Start:t.Spans[i].End]) {
			t.Blank(i)
		}
	}
}

// hasIdentityEnding says whether an identity's ending makes a part of word.
func hasIdentityEnding(word string) bool {
	if len(word) < 8 {
		return false
	}
	switch word[len(word)-1] | 0x20 {
	case 'l', 's', 'r', 'd', 'c':
	default:
		return false
	}
	for _, e := range identityEndings {
		if at := len(word) - len(e); at > 0 && strings.EqualFold(word[at:], e) {
			return true
		}
	}
	return false
}
