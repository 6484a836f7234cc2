package dedup

import (
	"cmp"
	"slices"

	"corpus"
	"corpus/dedup/lines"
)

// Lines says which lines and paragraphs are cut out of the texts that stay.
type Lines struct {
	// Cut is LinesOff or what is cut where it stands in the corpus before: in an
	// earlier document, or earlier in the same one. The first stays.
	Cut string
	// In is how those seen are remembered, InDisk (the default) or InBloom.
	In string
	// Min is the fewest words of what is cut; 0 is 8, the shortest overlap that
	// Brown et al. (2020, appendix C) do not hold for chance. Dolma and CCNet have
	// no least length.
	Min int
	// Error is the share of lines and paragraphs that a Bloom filter takes for known
	// when they are not; 0 is 1e-6, Dolma's.
	Error float64
	// Boilerplate cuts the lines that stand in more than this share of the documents
	// of a domain, and in ten, out of all of them; 0 cuts none.
	Boilerplate float64
}

// Values of Lines.Cut.
const (
	LinesOff       = "off"
	LinesLine      = "line"
	LinesParagraph = "paragraph"
	LinesBoth      = "both"
)

// Values of Lines.In.
const (
	InDisk  = "disk"
	InBloom = "bloom"
)

// Rules of the edits.
const (
	RuleParagraph   = "dedup.paragraph"
	RuleLine        = "dedup.line"
	RuleBoilerplate = "dedup.boilerplate"
)

// cutRules are the rules by kind of cut.
func cutRules() []string {
	return []string{lines.Paragraph: RuleParagraph, lines.Boilerplate: RuleBoilerplate, lines.Line: RuleLine}
}

const (
	// boilerplateDocs is the fewest documents of a domain that a line must stand in
	// to be boilerplate, boilerplateWords its fewest words: C4 holds shorter lines
	// for no text (Raffel et al. 2020), and "}" and "Yes." are no boilerplate.
	boilerplateDocs  = 10
	boilerplateWords = 3
)

func (l Lines) withDefaults() Lines {
	l.Cut, l.In = cmp.Or(l.Cut, LinesOff), cmp.Or(l.In, InDisk)
	l.Min, l.Error = cmp.Or(l.Min, 8), cmp.Or(l.Error, 1e-6)
	return l
}

// check reports a setting outside its limits, with class BadConfig.
func (l Lines) check() error {
	l = l.withDefaults()
	all := []string{LinesOff, LinesLine, LinesParagraph, LinesBoth}
	switch {
	case !slices.Contains(all, l.Cut):
		return corpus.Errorf(corpus.BadConfig, "dedup.lines is %q, want off, line, paragraph or both", l.Cut)
	case l.In != InDisk && l.In != InBloom:
		return corpus.Errorf(corpus.BadConfig, "dedup.lines_in is %q, want disk or bloom", l.In)
	case l.Min < 1 || l.Min > MaxShingle:
		return corpus.Errorf(corpus.BadConfig, "dedup.lines_min is %d words, want 1..%d", l.Min, MaxShingle)
	case !(l.Error >= minBloomError && l.Error <= 0.5):
		return corpus.Errorf(corpus.BadConfig, "dedup.bloom_error is %v, want %v..0.5", l.Error, minBloomError)
	case !(l.Boilerplate >= 0 && l.Boilerplate < 1):
		return corpus.Errorf(corpus.BadConfig, "dedup.boilerplate is %v, want a share from 0 (off) to less than 1", l.Boilerplate)
	}
	return nil
}

// cuts says whether repeats of this are cut.
func (l Lines) cuts(what string) bool { return l.Cut == what || l.Cut == LinesBoth }

func (l Lines) repeats() bool { return l.Cut != LinesOff }

func (l Lines) on() bool { return l.repeats() || l.Boilerplate > 0 }

// Roles of the tables of lines and paragraphs.
const (
	Seen        = "seen"        // key: what a generation has seen, in order; one table
	Bloom       = "bloom"       // the same as a Bloom filter; one table
	Boilerplate = "boilerplate" // domain, key: in order; one table
	EditsLines  = "edits/lines" // as Edits

	units       = "lines/unit"   // key, row, start, kind: by document
	stands      = "lines/stand"  // domain, key, row, start: by document
	sortedBy    = "lines/sorted" // key, part, row, start, kind: by key
	repeatsHere = "lines/cut"    // part, row, start, kind: by document
	commonHere  = "lines/common" // the same, of boilerplate
)

// passes cut lines and paragraphs out of what stays. The passes count lines.units,
// bloom.bytes, lines.docs (documents with a cut), lines.cut (lines and paragraphs),
// lines.bytes, and edits.RULE.
func (l Lines) passes() (all []corpus.Pass) {
	if !l.on() {
		return nil
	}
	all = append(all, corpus.Pass{
		Name: "split", Config: l.splitting(), Inputs: []string{"ingest/part", Verdict}, Run: l.split,
		Memory: textMemory + 3*tableMemory,
	})
	from := []string{"ingest/part"}
	if l.repeats() {
		all, from = append(all, l.repeatPasses()...), append(from, repeatsHere)
	}
	if l.Boilerplate > 0 {
		all = append(all, corpus.Pass{
			Name: "boilerplate", Config: l.Boilerplate, Inputs: []string{stands, Boilerplate + "+"},
			Tasks: corpus.One, Run: l.findBoilerplate, Memory: 4 * tableMemory,
		})
		from = append(from, commonHere)
	}
	return append(all, corpus.Pass{
		Name: "lines", Inputs: from, Run: func(env corpus.Env) error { return cutLines(env, from[1:]) },
		Memory: textMemory + 10*tableMemory, // a large document may have very many edits
	})
}

func (l Lines) repeatPasses() []corpus.Pass {
	if l.In == InBloom {
		return []corpus.Pass{{
			Name: "bloom", Config: l.Error, Inputs: []string{units, Bloom + "+"}, Tasks: corpus.One, Run: l.rememberInBloom,
			Memory: bloomMemory,
		}}
	}
	return []corpus.Pass{
		{Name: "order", Inputs: []string{units}, Tasks: corpus.One, Run: order, Memory: 4 * tableMemory},
		{Name: "repeats", Inputs: []string{sortedBy, Seen + "+"}, Tasks: corpus.One, Run: findRepeats, Memory: 4 * tableMemory},
	}
}

// keep are the roles that later generations need.
func (l Lines) keep() (roles []string) {
	if l.repeats() {
		roles = append(roles, map[string]string{InDisk: Seen, InBloom: Bloom}[l.In])
	}
	if l.Boilerplate > 0 {
		roles = append(roles, Boilerplate)
	}
	return roles
}

// splitting is what the pass split depends on.
type splitting struct {
	Cut         string
	Min         int
	Boilerplate bool
}

func (l Lines) splitting() splitting {
	s := splitting{Cut: l.Cut, Boilerplate: l.Boilerplate > 0}
	if l.repeats() {
		s.Min = l.Min
	}
	return s
}

// What a line or paragraph takes on disk: in the table by document and that by
// key, as a key for later generations, and as a place that is cut.
const (
	unitRow  = 24
	keyRow   = 29
	seenRow  = 16
	cutRow   = 13
	standRow = 24 // a line of three words, for boilerplate
)

// Of documentation and manual pages there is a line of eight words for every 130
// bytes of text and a paragraph for every 350 (measured), so of these there are fewer.
const (
	unitBytes      = 64  // of text to a line of eight words
	paragraphBytes = 200 // to a paragraph
	standBytes     = 48  // to a line of three words
)

// units is about how many lines and paragraphs so many bytes of text have.
func (l Lines) units(bytes int64) (n int64) {
	if l.Cut == LinesLine || l.Cut == LinesBoth {
		n += bytes / unitBytes
	}
	if l.Cut == LinesParagraph || l.Cut == LinesBoth {
		n += bytes / paragraphBytes
	}
	return n
}

func (l Lines) splitWork(s sizes) work {
	w := work{data: l.units(s.bytes)*unitRow + s.parts*perTable, signed: s.bytes / readersPerSigner}
	if l.Boilerplate > 0 {
		w.data += s.bytes / standBytes * standRow
	}
	return w
}

func (l Lines) orderWork(s sizes) work {
	w := work{data: l.units(s.bytes)*keyRow + perTable}
	w.sorting(s, l.units(s.bytes), keyRow)
	return w
}

func (l Lines) repeatsWork(s sizes) work {
	w := work{data: l.units(s.bytes)*(seenRow+cutRow) + perTable}
	w.sorting(s, l.units(s.bytes), cutRow)
	return w
}

func (l Lines) bloomWork(s sizes) work {
	_, size := l.Bloom(s.bytes)
	return work{data: size + l.units(s.bytes)*cutRow + perTable, sorted: l.units(s.bytes)}
}

// Bloom is about how many lines and paragraphs so many bytes of text have, and the
// bytes of memory that a filter for them takes; 0 where nothing grows with them.
func (l Lines) Bloom(text int64) (items, memory int64) {
	l = l.withDefaults()
	if !l.repeats() || l.In != InBloom {
		return 0, 0
	}
	items = l.units(text)
	return items, lines.BloomBytes(items, bloomRate(l.Error, 0))
}
