package filter

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/edit"
)

func cutOut(start, end int, rule string) corpus.Edit {
	return corpus.Edit{Start: start, End: end, Rule: rule}
}

// putEdits is dedup's edits of the generation's only part.
func (w *world) putEdits(edits ...[]corpus.Edit) {
	t := corpus.NewTable(edit.Schema())
	for _, of := range edits {
		edit.Append(t, of)
	}
	w.put(roleDedupEdits, w.first, t)
}

// TestDedupEdits: dedup's edits are made with the filter's own, those that overlap
// as one; a document of which they leave nothing fails; they are counted by rule.
func TestDedupEdits(t *testing.T) {
	text := "mail me@somewhere.org\n" + prose(1, 90) + "one line everywhere\n"
	first, last := strings.Index(text, "\n")+1, len(text)-len("one line everywhere\n")
	docs := []corpus.Document{document(0, "en", text), document(1, "en", prose(2, 90)), document(2, "en", prose(3, 90))}
	for _, own := range []string{PIIOff, PIIMask} {
		w := newWorld(docs, 1, 2)
		w.putEdits(
			[]corpus.Edit{cutOut(0, first, "dedup.line"), cutOut(last, len(text), "dedup.boilerplate")},
			[]corpus.Edit{cutOut(0, len(docs[1].Text), "dedup.substring")}, nil)
		w.run(t, Stage(Config{DedupEdits: true, PII: own}))
		rules, _ := w.decided()
		if got := fmt.Sprint(rules); got != "[[] [edits.left] []]" {
			t.Errorf("pii %s: rules %s", own, got)
		}
		kept := w.table(RoleKept, 0).Column("text").Strings
		if !slices.Equal(kept, []string{text[first:last], docs[2].Text}) {
			t.Errorf("pii %s: kept %q", own, kept)
		}
		edits, err := edit.Read(w.table(RoleAllEdits, 0), 0, len(text))
		if err != nil || len(edits) != 2 || edits[0].Rule != "dedup.line" {
			t.Errorf("pii %s: edits %v, %v", own, edits, err)
		}
		if n := w.counts; n["edited_bytes.dedup.line"] != int64(first) || n["edits.dedup.boilerplate"] != 1 || n["edited_bytes.dedup.substring"] != int64(len(docs[1].Text)) || n["edited.dedup"] != 2 {
			t.Errorf("pii %s: counts %v", own, n)
		}
		if n := w.counts["edits.pii.email"]; (n == 1) != (own == PIIMask) {
			t.Errorf("pii %s: %d addresses are masked", own, n)
		}
		left := w.table(roleLeft, 0).Columns[0].Floats
		if want := float64(last-first) / float64(len(text)); math.Abs(left[0]-want) > 1e-12 || left[1] != 0 || left[2] != 1 {
			t.Errorf("pii %s: left %v, want %v", own, left, want)
		}
	}
}

// TestEditsOfNoText: edits beyond the text are refused.
func TestEditsOfNoText(t *testing.T) {
	w := newWorld([]corpus.Document{document(0, "en", prose(1, 90))}, 1, 1)
	w.putEdits([]corpus.Edit{cutOut(0, 1<<20, "dedup.line")})
	if err := w.try(Stage(Config{DedupEdits: true})); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), "do not fit") {
		t.Errorf("%v", err)
	}
}
