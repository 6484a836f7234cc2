package spacy

// phraser finds special cases among tokens: spaCy's _apply_special_cases. It
// sees the tokens some at a time.
type phraser struct {
	scan, done int     // of tokens: looked at, and handed on
	reach      int     // where the phrases found end
	found      []found // that overlap one another
	taken      map[int]bool
}

// settle moves to out the tokens that no phrase can change any more, or all.
func (t *Tokenizer) settle(all bool) {
	c, n := t.rules.cases, len(t.tokens)
	for t.scan < n && (all || t.scan+c.longest <= n) {
		before := len(t.found)
		t.found = c.at(t.found, t.text, t.tokens, t.scan)
		for _, f := range t.found[before:] {
			t.reach = max(t.reach, f.end)
		}
		t.scan++
		if t.scan >= t.reach && len(t.found) > 0 {
			t.apply()
		}
	}
	if len(t.found) > 0 {
		return
	}
	t.out = append(t.out, t.tokens[t.done:t.scan]...)
	t.tokens = t.tokens[:copy(t.tokens, t.tokens[t.scan:])]
	t.scan, t.done, t.reach = 0, 0, 0
}

// apply hands on the tokens up to scan with what the phrases found make of them.
func (t *Tokenizer) apply() {
	if len(t.found) > 1 {
		t.found = keep(t.found, t.taken)
	}
	for _, f := range t.found {
		t.out = append(t.out, t.tokens[t.done:f.start]...)
		t.done = f.start
		at := int(t.tokens[f.start].start)
		lengths, ok := t.rules.cases.find(t.text[at:t.tokens[f.end-1].end])
		if ok {
			t.out = appendGiven(t.out, lengths, at)
			t.done = f.end
		}
	}
	t.out = append(t.out, t.tokens[t.done:t.scan]...)
	t.done, t.found = t.scan, t.found[:0]
}
