package dedup

import (
	"cmp"
	"math"

	"corpus"
	"corpus/dedup/substring"
)

// Substring is what is done about stretches of text that occur more than once
// in the corpus.
type Substring struct {
	Bytes int    `json:"bytes"` // the shortest stretch; 0: nothing is done
	Keep  string `json:"keep"`  // KeepFirst ("" too) or KeepNone
	With  string `json:"with"`  // what stands in the place of a stretch; "": nothing
}

// Which of equal stretches stays: the first in the order of documents, or none,
// as in google-research/deduplicate-text-datasets.
const (
	KeepFirst = "first"
	KeepNone  = "none"
)

// RuleSubstring is the rule of its edits.
const RuleSubstring = "dedup.substring"

// Tables of the passes of Substring.
const (
	equalContexts  = "substring/equal"  // windows that are repeats since their contexts are equal
	openContexts   = "substring/open"   // windows to be compared one by one
	repeats        = "substring/repeat" // all windows that are repeats
	substringEdits = "edits/substring"
)

// Check reports a setting outside its limits, with class BadConfig.
func (s Substring) Check() error {
	switch {
	case s.Bytes != 0 && (s.Bytes < substring.MinBytes || s.Bytes > substring.MaxBytes):
		return corpus.Errorf(corpus.BadConfig, "dedup.substring is %d, want %d to %d bytes, or 0 for none", s.Bytes, substring.MinBytes, substring.MaxBytes)
	case s.Keep != "" && s.Keep != KeepFirst && s.Keep != KeepNone:
		return corpus.Errorf(corpus.BadConfig, "dedup.substring_keep is %q, want %s or %s", s.Keep, KeepFirst, KeepNone)
	}
	return nil
}

// keep is Keep as the package substring has it.
func (s Substring) keep() substring.Keep {
	if s.Keep == KeepNone {
		return substring.KeepNone
	}
	return substring.KeepFirst
}

// found is the part of the settings that decides which windows are repeats.
func (s Substring) found() Substring {
	return Substring{Bytes: s.Bytes, Keep: cmp.Or(s.Keep, KeepFirst)}
}

// passes find the repeats among all surviving texts, of earlier generations too,
// and make edits of those in this one. Of the bytes of all texts depends the
// estimate of disk space. At most two sorts are open at a time.
func (s Substring) passes(text int64) []corpus.Pass {
	texts := []string{"ingest/part+", Verdict + "+"}
	return []corpus.Pass{
		{
			Name: "anchors", Config: s.found(), Inputs: texts, Tasks: corpus.One, Exclusive: true, Run: s.anchors,
			Need:   func(corpus.Env) (int64, error) { return s.need(text), nil },
			Memory: 2 * (textMemory + substring.FinderMemory + gatherBytes + 2*tableMemory),
		},
		{
			Name: "windows", Config: s.found(), Inputs: append(texts, equalContexts, openContexts), Tasks: corpus.One, Exclusive: true, Run: s.windows,
			Memory: 2 * (textMemory + gatherBytes + 3*tableMemory),
		},
		{
			Name: "substring", Config: s, Inputs: []string{"ingest/part", Verdict, repeats}, Run: s.edit,
			Memory: textMemory + 3*tableMemory,
		},
	}
}

// anchors writes the marks that follow from anchors.
func (s Substring) anchors(env corpus.Env) error {
	anchors, err := env.Sort(substring.AnchorBytes)
	if err != nil {
		return err
	}
	defer anchors.Close()
	marks, err := env.Sort(substring.MarkBytes)
	if err != nil {
		return err
	}
	defer marks.Close()
	g := gather{env: env}
	if err := g.all(func(part int) error { return s.anchorsOf(&g, part, anchors, marks) }); err != nil {
		return err
	}
	if err := s.keep().Anchors(sorted(env, anchors), s.marker(env, marks)); err != nil {
		return err
	}
	return writeMarks(env, marks, equalContexts, openContexts)
}

// writeMarks writes the sorted marks, those that are open to the second table.
func writeMarks(env corpus.Env, marks corpus.Sorter, roles ...string) (err error) {
	writers := make([]*markWriter, len(roles))
	for i, role := range roles {
		if writers[i], err = newMarkWriter(env, role); err != nil {
			return err
		}
	}
	for record, err := range sorted(env, marks) {
		if err != nil {
			return err
		}
		m, to := substring.ReadMark(record), 0
		if m.Open {
			to = 1
		}
		if err := writers[to].add(m); err != nil {
			return err
		}
	}
	for _, w := range writers {
		err = cmp.Or(err, w.flush())
	}
	return err
}

// anchorsOf adds the anchors of a part, and the marks that follow from them.
func (s Substring) anchorsOf(g *gather, part int, anchors, marks corpus.Sorter) error {
	first, _ := g.env.Parts()
	finder, to, inside := substring.NewFinder(s.Bytes), g.buffer(anchors, substring.AnchorBytes), g.buffer(marks, substring.MarkBytes)
	err := eachSurvivor(g.env, part, func(at substring.Place, text string) error {
		return finder.Anchors(text, func(a substring.Anchor) error {
			if part >= first {
				if err := inside.add(s.keep().Inside(a, at).Records(nil)); err != nil {
					return err
				}
			}
			record := a.Record(at)
			return to.add(record[:])
		})
	})
	return cmp.Or(err, to.flush(), inside.flush())
}

// marker adds marks to a sort; the repeats of earlier generations, which are
// never edited, it leaves out.
func (s Substring) marker(env corpus.Env, marks corpus.Sorter) func(substring.Mark) error {
	first, _ := env.Parts()
	var record []byte
	return func(m substring.Mark) error {
		if !m.Open && m.First.Part() < first {
			return nil
		}
		record = m.Records(record[:0])
		return marks.Add(record)
	}
}

// windows writes where the windows that are repeats begin.
func (s Substring) windows(env corpus.Env) error {
	windows, err := env.Sort(substring.WindowBytes)
	if err != nil {
		return err
	}
	defer windows.Close()
	g := gather{env: env}
	if err := g.all(func(part int) error { return s.windowsOf(&g, part, windows) }); err != nil {
		return err
	}
	marks, err := env.Sort(substring.MarkBytes)
	if err != nil {
		return err
	}
	defer marks.Close()
	add := s.marker(env, marks)
	if err := s.keep().Windows(sorted(env, windows), add); err != nil {
		return err
	}
	if err := equalMarks(env, add); err != nil {
		return err
	}
	return writeMarks(env, marks, repeats)
}

// equalMarks gives the marks of equal contexts to add.
func equalMarks(env corpus.Env, add func(substring.Mark) error) error {
	first, _ := env.Parts()
	equal, err := openMarks(env, equalContexts, first)
	if err != nil {
		return err
	}
	defer equal.in.Close()
	for ; ; equal.i++ {
		m, ok, err := equal.peek()
		if err != nil || !ok {
			return err
		}
		if err := add(m); err != nil {
			return err
		}
	}
}

// windowsOf adds the windows of a part that are open.
func (s Substring) windowsOf(g *gather, part int, windows corpus.Sorter) error {
	open, err := openMarks(g.env, openContexts, part)
	if err != nil {
		return err
	}
	defer open.in.Close()
	if has, err := open.has(part); err != nil || !has {
		return err
	}
	to := g.buffer(windows, substring.WindowBytes)
	err = eachSurvivor(g.env, part, func(at substring.Place, text string) error {
		ranges, err := open.within(at, len(text))
		for _, r := range ranges {
			for i := r.Start; i < r.End && err == nil; i++ {
				record := substring.WindowRecord(text[i:i+s.Bytes], at+substring.Place(i))
				err = to.add(record[:])
			}
		}
		return err
	})
	return cmp.Or(err, to.flush())
}

// edit writes the edits of one part.
func (s Substring) edit(env corpus.Env) error {
	first, _ := env.Parts()
	part := first + env.Task()
	found, err := openMarks(env, repeats, part)
	if err != nil {
		return err
	}
	defer found.in.Close()
	out, err := newEditWriter(env, substringEdits)
	if err != nil {
		return err
	}
	err = eachText(env, part, func(at substring.Place, text string, survives bool) error {
		if !survives {
			return out.add(nil)
		}
		ranges, err := found.within(at, len(text))
		if err != nil {
			return err
		}
		return out.add(s.edits(env, substring.Spans(text, ranges, s.Bytes)))
	})
	return cmp.Or(err, out.flush())
}

// edits makes edits of spans and counts them.
func (s Substring) edits(env corpus.Env, spans []substring.Span) []corpus.Edit {
	var edits []corpus.Edit
	for _, span := range spans {
		edits = append(edits, corpus.Edit{Start: span.Start, End: span.End, With: s.With, Rule: RuleSubstring})
		env.Count("substring.bytes", int64(span.End-span.Start))
	}
	if len(edits) > 0 {
		env.Count("substring.docs", 1)
		env.Count("substring.spans", int64(len(edits)))
	}
	return edits
}

// need is what the passes write for so many bytes of text, one anchor
// for every N/4 of it: the anchors' records, twice while they are merged.
func (s Substring) need(text int64) int64 {
	return int64(math.Ceil(float64(text) * 2 * substring.AnchorBytes / (float64(s.Bytes) / 4)))
}
