package dedup

import (
	"cmp"
	"fmt"

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

// KeepNone is the other thing that Substring.Keep may be: no one of equal
// stretches stays, as in google-research/deduplicate-text-datasets.
const KeepNone = "none"

// RuleSubstring is the rule of its edits.
const RuleSubstring = "dedup.substring"

// Tables of the passes of Substring; those of marks are numbered by step.
const (
	equalContexts  = "substring/equal" // windows that are repeats since their contexts are equal
	openContexts   = "substring/open"  // windows to be looked at by longer grams
	substringEdits = "edits/substring"
)

func ofStep(role string, step int) string { return fmt.Sprint(role, step+1) }

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
// and make edits of those in this one.
func (s Substring) passes() []corpus.Pass {
	var passes []corpus.Pass
	edited := []string{"ingest/part", Verdict}
	for i, gram := range substring.Grams(s.Bytes) {
		step := step{Substring: s, gram: gram, number: i}
		passes = append(passes, step.pass())
		edited = append(edited, ofStep(equalContexts, i))
	}
	return append(passes, corpus.Pass{
		Name: "substring", Config: s, Inputs: edited, Run: s.edit, Memory: textMemory + 5*tableMemory,
	})
}

// step looks at all windows, or at those that the step before has left open, by
// their anchors of grams of so many bytes. Two sorts are open at a time.
type step struct {
	Substring
	gram, number int
}

func (s step) pass() corpus.Pass {
	p := corpus.Pass{
		Name: ofStep("repeats", s.number), Config: s.found(), Inputs: []string{"ingest/part+", Verdict + "+"},
		Tasks: corpus.One, Exclusive: true, Run: s.run,
		Memory: 2 * (textMemory + substring.FinderMemory + gatherBytes + 2*tableMemory),
	}
	if s.number > 0 {
		p.Inputs = append(p.Inputs, ofStep(openContexts, s.number-1))
	}
	return p
}

// run writes the marks that follow from anchors.
func (s step) run(env corpus.Env) error {
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
	if err := g.all(func(part int) error { return s.part(&g, part, anchors, marks) }); err != nil {
		return err
	}
	if err := s.keep().Anchors(sorted(env, anchors), s.marker(env, marks)); err != nil {
		return err
	}
	return writeMarks(env, marks, ofStep(equalContexts, s.number), ofStep(openContexts, s.number))
}

// part adds the anchors of a part, and the marks that follow from it alone.
func (s step) part(g *gather, part int, anchors, marks corpus.Sorter) error {
	windows, err := s.windows(g.env, part)
	if err != nil || windows == nil {
		return err
	}
	defer windows.close()
	finder := substring.NewFinder(s.Bytes, s.gram)
	to, inside := g.buffer(anchors, substring.AnchorBytes), g.buffer(marks, substring.MarkBytes)
	mark := s.marker(g.env, inside)
	err = eachSurvivor(g.env, part, func(at substring.Place, text string) error {
		spans, err := windows.within(at, len(text))
		if err != nil {
			return err
		}
		for _, span := range spans {
			begin := at + substring.Place(span.Start)
			err := finder.Anchors(text[span.Start:span.End-1+s.Bytes], func(a substring.Anchor) error {
				record := a.Record(begin)
				return cmp.Or(to.Add(record[:]), mark(s.keep().Inside(a, begin)))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return cmp.Or(err, to.flush(), inside.flush())
}

// windows tells which windows of a part are looked at; nil: none.
func (s step) windows(env corpus.Env, part int) (*markReader, error) {
	if s.number == 0 {
		return &markReader{all: s.Bytes}, nil
	}
	open, err := openMarks(env, ofStep(openContexts, s.number-1), part)
	if err != nil {
		return nil, err
	}
	if has, err := open.has(part); err != nil || !has {
		open.close()
		return nil, err
	}
	return open, nil
}

// marker adds marks to a sort; the repeats of earlier generations, which are
// never edited, it leaves out, and in the last step what is open: there is no
// longer gram.
func (s step) marker(env corpus.Env, marks adder) func(substring.Mark) error {
	first, _ := env.Parts()
	var records []byte
	return func(m substring.Mark) error {
		if m.Open && s.gram == s.Bytes || !m.Open && m.First.Part() < first {
			return nil
		}
		records = m.Records(records[:0])
		for r := records; len(r) > 0; r = r[substring.MarkBytes:] {
			if err := marks.Add(r[:substring.MarkBytes]); err != nil {
				return err
			}
		}
		return nil
	}
}

// writeMarks writes the sorted marks, those that are open to the second table.
func writeMarks(env corpus.Env, marks corpus.Sorter, equal, open string) (err error) {
	var writers [2]*markWriter
	for i, role := range []string{equal, open} {
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

// edit writes the edits of one part.
func (s Substring) edit(env corpus.Env) error {
	first, _ := env.Parts()
	part := first + env.Task()
	out, err := newEditWriter(env, substringEdits)
	if err != nil {
		return err
	}
	var found markReaders
	defer func() { found.close() }()
	for i := range substring.Grams(s.Bytes) {
		marks, err := openMarks(env, ofStep(equalContexts, i), part)
		if err != nil {
			return err
		}
		found = append(found, marks)
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
