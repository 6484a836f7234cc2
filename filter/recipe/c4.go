package recipe

import (
	"bytes"
	"strings"
	"unicode"

	"corpus"
	"corpus/internal/words"
)

// c4Columns are the attributes of the rules that C4 has for pages, computed as
// datatrove does in c4_filters.py over the lines that its rules for lines reach.
var c4Columns = []string{
	"c4.lorem_ipsum",   // lines with "lorem ipsum"
	"c4.curly_bracket", // lines with "{"
	"c4.sentences",     // sentences of the lines that are kept
}

// What C4 cuts out of a text, as rules of its edits.
const (
	c4WordLength = "c4.word_length"          // lines with a word of more than 1000 characters
	c4Citations  = "c4.citations"            // [1], [edit], [citation needed]
	c4Terminal   = "c4.terminal_punctuation" // lines that do not end with . ? ! " or ', or end with ...
	c4LineWords  = "c4.line_words"           // lines of less than three words
	c4JavaScript = "c4.javascript"           // lines that name it
	c4Policy     = "c4.policy"               // lines about cookies and terms of use
	c4WhiteSpace = "c4.white_space"          // at both ends of lines and of the text; line breaks of other kinds become "\n"
)

const (
	c4LongestWord = 1000
	c4LeastWords  = 3
)

var (
	javaScript = []byte("javascript")
	loremIpsum = []byte("lorem ipsum")
	policies   = [][]byte{
		[]byte("terms of use"), []byte("privacy policy"), []byte("cookie policy"),
		[]byte("uses cookies"), []byte("use of cookies"), []byte("use cookies"),
	}
)

// c4Step is C4QualityFilter with its defaults; terminal says whether it keeps only
// lines that end with terminal punctuation.
func c4Step(terminal bool) step {
	rules := []Rule{
		{Name: "c4.lorem_ipsum", Attribute: "c4.lorem_ipsum"},
		{Name: "c4.curly_bracket", Attribute: "c4.curly_bracket"},
		{Name: "c4.sentences", Attribute: "c4.sentences", Below: true, Limit: 5},
	}
	return step{c4Columns, rules, func(dst []float64, d *document) []float64 {
		c := &d.c4
		c.reset(d, terminal)
		for at := 0; at < len(c.text); {
			end, next := lineEnd(c.text, at)
			c.take(at, end, next)
			at = next
		}
		c.finish(d)
		return append(dst, float64(c.lorem), float64(c.curly), float64(c.sentences))
	}}
}

// c4 is a document on its way through C4's rules for lines: what they measure,
// the text that they leave and the edits that lead to it. It is reused from
// document to document.
type c4 struct {
	text     string
	split    *splitter
	terminal bool
	spans    []words.Span // the tokens of the lines to come

	lorem, curly, sentences int
	tokens                  int // of what is kept

	out   []byte
	edits []corpus.Edit
	tail  struct{ text, out, edits int } // of each what there was at the last character of out that is no white space

	cites [][2]int     // of a line
	lower []byte       // a line in lower case
	again []words.Span // the tokens of a line without its citations
}

func (c *c4) reset(d *document, terminal bool) {
	c.text, c.split, c.terminal, c.spans = d.text, d.split, terminal, d.tokens.spans
	c.lorem, c.curly, c.sentences, c.tokens = 0, 0, 0, 0
	c.out, c.edits = c.out[:0], c.edits[:0]
	c.tail.text, c.tail.out, c.tail.edits = 0, 0, 0
}

// take is one line, of which the next begins at next.
func (c *c4) take(start, end, next int) {
	first, last := trimSpan(c.text, start, end)
	line := c.text[first:last]
	c.cites = citations(c.cites[:0], line)
	clean := without(line, c.cites)
	if rule := c.drops(line, clean); rule != "" {
		c.cut(start, next, rule)
		return
	}
	c.count(first, last, clean)
	c.cut(start, first, c4WhiteSpace)
	c.keep(first, last, end < next)
	c.cut(last, end, c4WhiteSpace)
	switch {
	case len(c.out) == 0: // all of the line was white space and citations
		c.cut(end, next, c4WhiteSpace)
	case end < next && c.text[end:next] != "\n":
		c.edits = append(c.edits, corpus.Edit{Start: end, End: next, With: "\n", Rule: c4WhiteSpace})
	}
}

// drops is the rule that drops a line, or "". Words are those of the line before
// its citations are taken out.
func (c *c4) drops(line, clean string) string {
	switch {
	case longField(line, c4LongestWord):
		return c4WordLength
	case c.terminal && (clean == "" || !strings.ContainsRune(`.?!"'`, rune(clean[len(clean)-1])) || strings.HasSuffix(clean, "...")):
		return c4Terminal
	case fields(line, c4LeastWords) < c4LeastWords:
		return c4LineWords
	}
	c.lower = lower(c.lower[:0], clean)
	if bytes.Contains(c.lower, loremIpsum) {
		c.lorem++
	}
	if bytes.Contains(c.lower, javaScript) {
		return c4JavaScript
	}
	if strings.Contains(clean, "{") {
		c.curly++
	}
	for _, p := range policies {
		if bytes.Contains(c.lower, p) {
			return c4Policy
		}
	}
	return ""
}

// lower appends s in lower case, as far as it may matter: of the letters beyond
// ASCII only the Kelvin sign becomes one of ASCII.
func lower(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case 'A' <= b && b <= 'Z':
			dst = append(dst, b|0x20)
		case b == "\u212a"[0] && strings.HasPrefix(s[i:], "\u212a"):
			dst, i = append(dst, 'k'), i+len("\u212a")-1
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// count counts the tokens and sentences of a line that is kept; clean is it
// without citations.
func (c *c4) count(first, last int, clean string) {
	for len(c.spans) > 0 && int(c.spans[0].Start) < first {
		c.spans = c.spans[1:]
	}
	if len(c.cites) > 0 {
		c.again, _ = c.split.append(c.again[:0], clean, maxTokens)
		c.tokens += len(c.again)
		c.sentences += sentences(clean, c.again, 0, len(clean))
		return
	}
	n := 0
	for n < len(c.spans) && int(c.spans[n].Start) < last {
		n++
	}
	c.tokens += n
	c.sentences += sentences(c.text, c.spans[:n], first, last)
}

// keep puts what stands between the citations of a line into the output, without
// the white space at the beginning of a text.
func (c *c4) keep(first, last int, broken bool) {
	at := first
	for _, cite := range c.cites {
		c.write(at, first+cite[0])
		c.cut(first+cite[0], first+cite[1], c4Citations)
		at = first + cite[1]
	}
	c.write(at, last)
	if broken && len(c.out) > 0 {
		c.out = append(c.out, '\n')
	}
}

func (c *c4) write(start, end int) {
	if len(c.out) == 0 {
		from, _ := trimSpan(c.text, start, end)
		c.cut(start, from, c4WhiteSpace)
		start = from
	}
	c.out = append(c.out, c.text[start:end]...)
	if from, to := trimSpan(c.text, start, end); from < to {
		c.tail.text, c.tail.out, c.tail.edits = to, len(c.out)-(end-to), len(c.edits)
	}
}

// cut takes text[start:end] out.
func (c *c4) cut(start, end int, rule string) {
	if start == end {
		return
	}
	if n := len(c.edits); n > 0 && c.edits[n-1].End == start && c.edits[n-1].Rule == rule && c.edits[n-1].With == "" {
		c.edits[n-1].End = end
		return
	}
	c.edits = append(c.edits, corpus.Edit{Start: start, End: end, Rule: rule})
}

// finish takes out the white space at the end and hands the document on to the
// next step. The end of a text that is not measured stays as it is.
func (c *c4) finish(d *document) {
	if !d.clipped {
		rest := append(d.edits[:0], c.edits[c.tail.edits:]...)
		c.out, c.edits = c.out[:c.tail.out], c.edits[:c.tail.edits]
		at := c.tail.text
		for _, e := range rest {
			c.cut(at, e.Start, c4WhiteSpace)
			c.cut(e.Start, e.End, e.Rule)
			at = e.End
		}
		c.cut(at, len(c.text), c4WhiteSpace)
	}
	d.edits = append(d.edits[:0], c.edits...)
	d.count = c.tokens
	if len(c.edits) > 0 {
		d.text = string(c.out)
	}
}

// citations appends where Wikipedia's citations stand in a line, as the pattern
// \[\d*]|\[edit]|\[citation needed] finds them.
func citations(dst [][2]int, line string) [][2]int {
	for at := 0; ; {
		i := strings.IndexByte(line[at:], '[')
		if i < 0 {
			return dst
		}
		at += i
		if n := citation(line[at+1:]); n > 0 {
			dst = append(dst, [2]int{at, at + 1 + n})
			at += n
		}
		at++
	}
}

// citation is the length of the rest of a citation behind its bracket, 0 when
// there is none.
func citation(s string) int {
	for _, word := range []string{"edit]", "citation needed]"} {
		if strings.HasPrefix(s, word) {
			return len(word)
		}
	}
	for i, r := range s {
		if r == ']' {
			return i + 1
		}
		if !unicode.Is(unicode.Nd, r) {
			break
		}
	}
	return 0
}

// without is line without what stands at cites.
func without(line string, cites [][2]int) string {
	if len(cites) == 0 {
		return line
	}
	var b strings.Builder
	at := 0
	for _, c := range cites {
		b.WriteString(line[at:c[0]])
		at = c[1]
	}
	b.WriteString(line[at:])
	return b.String()
}
