package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"corpus"
	"corpus/dedup"
	"corpus/internal/diff"
	"corpus/internal/term"
	"corpus/internal/words"
	"corpus/shards"
)

const (
	maxBeside      = 8        // documents of a source that are shown beside their partners
	maxBesideBytes = 64 << 10 // of each text that is compared, from its beginning
	maxChanges     = 6        // shown of a pair: with two lines each a screenful for two pairs
	contextWords   = 6        // around what differs
	nearWords      = 3        // what differs no further apart is shown as one
	maxShownRunes  = 90       // of what differs, the rest is left out of its middle
)

// beside is another document next to the one that is told of, and in which words
// they differ.
type beside struct {
	ID         string   `json:"id"`
	URL        string   `json:"url"`
	Source     string   `json:"source"`
	Is         string   `json:"is"` // match, survivor, match and survivor
	Similarity *float64 `json:"similarity"`
	Changes    []change `json:"changes"`
	More       int      `json:"more_changes"`
	Cut        bool     `json:"cut"` // only the first maxBesideBytes were compared
}

// change is words of the other document, in whose place the one told of has
// others, and the words around.
type change struct {
	Before string `json:"before"`
	Theirs string `json:"theirs"`
	Here   string `json:"here"`
	After  string `json:"after"`
}

// besides are the match of a document and the survivor, where they are others.
func besides(ctx context.Context, ingest *shards.Dataset, s *story) ([]beside, error) {
	partners := s.partners()
	if len(partners) == 0 {
		return nil, nil
	}
	texts, err := findAll(ctx, ingest, partners)
	if err != nil {
		return nil, err
	}
	var all []beside
	for i, id := range partners {
		d, ok := texts[id]
		if !ok {
			continue // of a dataset that was made anew since
		}
		b := beside{ID: id.String(), URL: d.URL, Source: d.Source, Is: "match", Similarity: s.Dedup.MatchSimilarity}
		if i > 0 {
			b.Is, b.Similarity = "survivor", s.Dedup.Similarity
		} else if len(partners) == 1 {
			b.Is = "match and survivor"
		}
		b.compare(d.Text, s.Text)
		all = append(all, b)
	}
	return all, nil
}

// partners are the match and, where it is another document, the survivor, or what
// was the survivor for a document that was spared.
func (s *story) partners() []corpus.ID {
	d := s.Dedup
	if d == nil || d.Kind == dedup.EvalSet || d.MatchSimilarity == nil && d.Kind == "" {
		return nil
	}
	other := d.survivor
	if d.spared() {
		other = d.cluster
	}
	if d.match == other {
		return []corpus.ID{other}
	}
	return []corpus.ID{d.match, other}
}

// findAll reads the documents of these ids, with no more of their texts than is
// compared.
func findAll(ctx context.Context, ingest *shards.Dataset, ids []corpus.ID) (map[corpus.ID]corpus.Document, error) {
	found := map[corpus.ID]corpus.Document{}
	for _, p := range ingest.Parts() {
		r, err := ingest.Table(p, "part")
		if err != nil {
			return nil, err
		}
		for row, err := range corpus.Rows(r) {
			if err = cmp.Or(err, context.Cause(ctx)); err != nil {
				return nil, err
			}
			if id := row.Columns[0].IDs[row.At]; !slices.Contains(ids, id) {
				continue
			}
			d := row.Document(row.At)
			found[d.ID] = corpus.Document{Source: strings.Clone(d.Source), URL: strings.Clone(d.URL), Text: strings.Clone(begin(d.Text))}
			if len(found) == len(ids) {
				return found, nil
			}
		}
	}
	return found, nil
}

// begin is as much of a text as is compared, and a byte more where it is cut.
func begin(text string) string { return text[:min(len(text), maxBesideBytes+1)] }

// compare notes in which words the other text, theirs, and this one differ.
func (b *beside) compare(theirs, here string) {
	x, y := split(theirs), split(here)
	b.Cut = len(theirs) > maxBesideBytes || len(here) > maxBesideBytes
	changes := join(diff.Changes(x.tokens, y.tokens))
	b.Changes = []change{}
	for i, c := range changes {
		if i == maxChanges {
			b.More = len(changes) - i
			break
		}
		b.Changes = append(b.Changes, change{
			Before: y.between(max(0, c.FromB-contextWords), c.FromB),
			Theirs: x.between(c.FromA, c.ToA),
			Here:   y.between(c.FromB, c.ToB),
			After:  y.between(c.ToB, min(len(y.tokens), c.ToB+contextWords)),
		})
	}
}

// tokens are the words and symbols of a text in lower case, and where they lie in it.
type tokens struct {
	text   string
	spans  []words.Span
	tokens []string
}

func split(text string) tokens {
	text = text[:min(len(text), maxBesideBytes)]
	for len(text) > 0 && !utf8.ValidString(text[max(0, len(text)-utf8.UTFMax):]) && len(text) == maxBesideBytes {
		text = text[:len(text)-1]
	}
	t := tokens{text: text, spans: words.Append(nil, text)}
	for _, s := range t.spans {
		t.tokens = append(t.tokens, strings.ToLower(text[s.Start:s.End]))
	}
	return t
}

// between is the text of some tokens, white space collapsed.
func (t tokens) between(from, to int) string {
	if from >= to {
		return ""
	}
	return shorten(strings.Join(strings.Fields(t.text[t.spans[from].Start:t.spans[to-1].End]), " "))
}

// shorten leaves out the middle of what is too long to show.
func shorten(s string) string {
	r := []rune(s)
	if len(r) <= maxShownRunes {
		return s
	}
	return string(r[:maxShownRunes*2/3]) + " … " + string(r[len(r)-maxShownRunes/3:])
}

// join makes one of changes with few equal words between them.
func join(changes []diff.Change) (joined []diff.Change) {
	for _, c := range changes {
		if n := len(joined); n > 0 && c.FromA-joined[n-1].ToA <= nearWords {
			joined[n-1].ToA, joined[n-1].ToB = c.ToA, c.ToB
		} else {
			joined = append(joined, c)
		}
	}
	return joined
}

// tellBeside writes a pair for people: - is what the other has, + what the document.
func (w *workspace) tellBeside(b beside) {
	fmt.Fprintf(w.out, "  beside its %s %s %s\n", b.Is, b.ID, term.Clean(strings.TrimSpace(b.URL+" "+b.Source)))
	for _, c := range b.Changes {
		fmt.Fprintf(w.out, "    - %s\n    + %s\n", c.line(c.Theirs), c.line(c.Here))
	}
	notes := []string{}
	switch {
	case len(b.Changes) == 0:
		notes = append(notes, "no word differs")
	case b.More > 0:
		notes = append(notes, "and "+plural(b.More, "more difference"))
	}
	if b.Cut {
		notes = append(notes, fmt.Sprintf("only the first %d KiB of each text are compared", maxBesideBytes>>10))
	}
	if len(notes) > 0 {
		fmt.Fprintln(w.out, "    "+strings.Join(notes, "; "))
	}
}

func (c change) line(differs string) string {
	return term.Clean(strings.TrimSpace(c.Before + " [" + differs + "] " + c.After))
}
