package edit

import (
	"cmp"
	"slices"
	"strings"

	"corpus"
)

// Settle puts edits in order and makes one of those that overlap: what the longer
// one says holds for both, and of equally long ones a cut.
func Settle(edits []corpus.Edit) []corpus.Edit {
	slices.SortStableFunc(edits, func(a, b corpus.Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(len(a.With), len(b.With)))
	})
	out := edits[:0]
	for _, e := range edits {
		last := len(out) - 1
		if last < 0 || e.Start >= out[last].End {
			out = append(out, e)
			continue
		}
		if l := out[last]; e.End-e.Start > l.End-l.Start {
			out[last].With, out[last].Rule = e.With, e.Rule
		}
		out[last].End = max(out[last].End, e.End)
	}
	return out
}

// Apply is text with edits, which are in order and do not overlap, made in it.
func Apply(text string, edits []corpus.Edit) string {
	if len(edits) == 0 {
		return text
	}
	size := len(text)
	for _, e := range edits {
		size += len(e.With) - (e.End - e.Start)
	}
	var b strings.Builder
	b.Grow(size)
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.Start])
		b.WriteString(e.With)
		at = e.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// Schema is the columns of a sidecar of edits: spans of the ingested text in bytes,
// what stands in their place, who asked for it.
func Schema() corpus.Schema {
	return corpus.Schema{
		{Name: "start", Kind: corpus.Hashes},
		{Name: "end", Kind: corpus.Hashes},
		{Name: "with", Kind: corpus.Lists},
		{Name: "rule", Kind: corpus.Lists},
	}
}

// Append adds the edits of a document as a row.
func Append(t *corpus.Table, edits []corpus.Edit) {
	var start, end []uint64
	var with, rule []string
	for _, e := range edits {
		start, end = append(start, uint64(e.Start)), append(end, uint64(e.End))
		with, rule = append(with, e.With), append(rule, e.Rule)
	}
	c := t.Columns
	c[0].Hashes, c[1].Hashes = append(c[0].Hashes, start), append(c[1].Hashes, end)
	c[2].Lists, c[3].Lists = append(c[2].Lists, with), append(c[3].Lists, rule)
	t.Rows++
}

// Read gives the edits of row i of such a sidecar; those that no text
// of n bytes can have are an error of class Corrupt.
func Read(t *corpus.Table, i, n int) ([]corpus.Edit, error) {
	c := t.Columns
	start, end, with, rule := c[0].Hashes[i], c[1].Hashes[i], c[2].Lists[i], c[3].Lists[i]
	edits := make([]corpus.Edit, len(start))
	at := uint64(0)
	for k := range start {
		if len(end) != len(start) || len(with) != len(start) || len(rule) != len(start) || start[k] < at || end[k] < start[k] || end[k] > uint64(n) {
			return nil, errEdits
		}
		edits[k], at = corpus.Edit{Start: int(start[k]), End: int(end[k]), With: with[k], Rule: rule[k]}, end[k]
	}
	return edits, nil
}

var errEdits = &corpus.Error{
	Class: corpus.Corrupt, What: "the edits do not fit the text", Offset: -1, Next: "run `corpus dedup --rebuild` and `corpus filter --rebuild`",
}
