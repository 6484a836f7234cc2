package ingest

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Marks in the text of a page until it is tidied: neither can stand in XML.
const (
	headingMark = '\x02' // before the level and the text of a heading
	lineMark    = '\x03' // a line end that stays as it is, in code
)

// wikitext turns the mark-up of MediaWiki into plain text. Templates cannot be
// expanded without their wiki, so they are dropped, as are references, files,
// categories and links to other languages. Links are their text, rows of tables
// and items of lists are lines, code and formulas stay as they are.
type wikitext struct {
	s      string
	ends   map[int]int     // where what opens at an offset is closed, behind its end
	hidden []string        // prefixes of links that are not shown, in lower case
	never  map[string]bool // elements that are not closed any more
	depth  int
	stop   int // the next ] or line end behind the last address
	out    *strings.Builder
}

// plainWiki is the text of a page. names are the local names of the namespaces
// of files and categories.
func plainWiki(s string, names []string) (string, error) {
	s = strings.Map(func(r rune) rune {
		if r == headingMark || r == lineMark || r == '\r' {
			return -1
		}
		return r
	}, s)
	w := wikitext{s: s, out: new(strings.Builder), never: map[string]bool{}, hidden: []string{"file", "image", "category"}}
	for _, name := range names {
		w.hidden = append(w.hidden, strings.ToLower(name))
	}
	if w.ends = closings(s, w.never); len(w.ends) > MaxMarks {
		return "", errMarks
	}
	clear(w.never)
	w.render(0, len(s))
	return tidy(w.out.String()), nil
}

// opened is an opening mark that waits for its end.
type opened struct {
	mark string
	at   int
}

var errMarks = fmt.Errorf("more than %d templates, links and tables", MaxMarks)

// closings finds where templates, parameters, links and tables end, in one pass;
// of more than MaxMarks it finds some more.
func closings(s string, never map[string]bool) map[int]int {
	ends := map[int]int{}
	var stack []opened
	waiting := map[string]int{}
	push := func(mark string, at int) {
		if len(stack) > MaxMarks {
			return // as if it were text
		}
		stack = append(stack, opened{mark, at})
		waiting[mark]++
	}
	pop := func(mark string, end int) {
		for waiting[mark] > 0 {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			waiting[top.mark]--
			if top.mark == mark {
				ends[top.at] = end
				return
			}
		}
	}
	for i := 0; i < len(s) && len(ends) <= MaxMarks; {
		rest := s[i:]
		line := ""
		if i == 0 || s[i-1] == '\n' {
			line = strings.TrimLeft(rest[:min(16, len(rest))], " :")
		}
		switch {
		case s[i] == '<':
			i += opaque(rest, never)
		case strings.HasPrefix(rest, "{{{") && !strings.HasPrefix(rest, "{{{{"):
			push("{{{", i)
			i += 3
		case strings.HasPrefix(rest, "{{"):
			push("{{", i)
			i += 2
		case strings.HasPrefix(rest, "}}}") && len(stack) > 0 && stack[len(stack)-1].mark == "{{{":
			pop("{{{", i+3)
			i += 3
		case strings.HasPrefix(rest, "}}"):
			pop("{{", i+2)
			i += 2
		case strings.HasPrefix(line, "{|"):
			i += strings.Index(rest, "{|")
			push("{|", i)
			i += 2
		case strings.HasPrefix(line, "|}") && !strings.HasPrefix(line, "|}}"):
			i += strings.Index(rest, "|}") + 2
			pop("{|", i)
		case strings.HasPrefix(rest, "[["):
			push("[[", i)
			i += 2
		case strings.HasPrefix(rest, "]]"):
			pop("[[", i+2)
			i += 2
		default:
			i++
		}
	}
	closeTables(s, stack, ends)
	return ends
}

// closeTables ends tables that are not closed at the next heading.
func closeTables(s string, stack []opened, ends map[int]int) {
	end, searched := len(s), len(s)
	for _, o := range slices.Backward(stack) {
		if n := strings.Index(s[o.at:searched], "\n=="); n >= 0 {
			end = o.at + n
		}
		searched = o.at
		if o.mark == "{|" {
			ends[o.at] = end
		}
	}
}

// render writes what s[i:end] shows.
func (w *wikitext) render(i, end int) {
	if w.depth >= MaxMarkup {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	for i < end {
		if i == 0 || w.s[i-1] == '\n' {
			if n := w.line(i, end); n > i {
				i = n
				continue
			}
		}
		if n := w.mark(i, end); n > i {
			i = min(n, end)
			continue
		}
		n := 1 + strings.IndexAny(w.s[i+1:end], "\n<{}['_-&")
		switch {
		case w.s[i] == '\n':
			n = 1 // a line may begin with a mark
		case n == 0:
			n = end - i
		}
		w.out.WriteString(w.s[i : i+n])
		i += n
	}
}

// line takes what only means something at the beginning of a line, and gives
// the offset behind it.
func (w *wikitext) line(i, end int) int {
	line := w.s[i:end]
	if n := strings.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	switch {
	case line == "":
	case line[0] == '=':
		return w.heading(i, line)
	case strings.HasPrefix(line, "----"):
		return i + len(line) - len(strings.TrimLeft(line, "-"))
	case strings.IndexByte("*#:;", line[0]) >= 0:
		text := strings.TrimLeft(line, "*#:; ")
		return i + len(line) - len(text)
	}
	return i
}

// heading writes a line of the form "== Heading =="; comments may stand behind.
func (w *wikitext) heading(i int, line string) int {
	level := len(line) - len(strings.TrimLeft(line, "="))
	bare := strings.TrimRight(line, " \t")
	if n := strings.Index(bare, "<!--"); n >= 0 && strings.HasSuffix(bare, "-->") {
		bare = strings.TrimRight(bare[:n], " \t")
	}
	closing := len(bare) - len(strings.TrimRight(bare, "="))
	level = min(level, closing, 6)
	if level == 0 || len(bare) <= 2*level {
		return i
	}
	w.out.WriteByte('\n')
	w.out.WriteByte(headingMark)
	w.out.WriteByte(byte('0' + level))
	w.render(i+level, i+len(bare)-level)
	w.out.WriteByte('\n')
	return i + len(line)
}

// mark takes the mark-up at i and gives the offset behind it, or i when there
// is none.
func (w *wikitext) mark(i, end int) int {
	rest := w.s[i:end]
	closing, isClosed := w.ends[i]
	switch rest[0] {
	case '<':
		return w.tag(i, end)
	case '{':
		switch {
		case isClosed && strings.HasPrefix(rest, "{|"):
			w.table(i+2, min(closing, end))
			return closing
		case isClosed:
			return closing
		case strings.HasPrefix(rest, "{{"):
			return i + 2
		}
	case '}':
		if strings.HasPrefix(rest, "}}") {
			return i + 2
		}
	case '[':
		switch {
		case isClosed:
			w.link(i+2, min(closing-2, end))
			return closing
		case strings.HasPrefix(rest, "[["):
			return i + 2
		}
		return w.external(i, rest)
	case '\'':
		return i + w.quotes(rest)
	case '_':
		return i + len(magicWord.FindString(rest[:min(len(rest), 64)]))
	case '&':
		return w.entity(i, rest)
	case '-':
		return w.variant(i, rest)
	}
	return i
}

// magicWord is a switch such as __NOTOC__, which some languages translate.
var magicWord = regexp.MustCompile(`^__\p{Lu}[\p{Lu}_]*__`)

// quotes takes the apostrophes of bold and italic text; of other numbers some
// are meant.
func (w *wikitext) quotes(rest string) int {
	n := len(rest) - len(strings.TrimLeft(rest, "'"))
	switch {
	case n == 4:
		w.out.WriteByte('\'')
	case n > 5:
		w.out.WriteString(rest[:n-5])
	case n == 1:
		return 0
	}
	return n
}

// entity writes a character reference.
func (w *wikitext) entity(i int, rest string) int {
	n := strings.IndexByte(rest[:min(len(rest), 32)], ';')
	if n < 0 {
		return i
	}
	if c := html.UnescapeString(rest[:n+1]); c != rest[:n+1] {
		w.out.WriteString(strings.ReplaceAll(strings.Trim(c, "\x02\x03\n"), "\u00a0", " "))
		return i + n + 1
	}
	return i
}

// variant writes the first form of text that differs between variants of a
// language, as in -{zh-hans:…; zh-hant:…}-. Rules with flags are not shown.
func (w *wikitext) variant(i int, rest string) int {
	if !strings.HasPrefix(rest, "-{") || strings.HasPrefix(rest, "-{{") {
		return i
	}
	n := strings.Index(rest[:min(len(rest), 1024)], "}-")
	if n < 0 {
		return i
	}
	inner := rest[2:n]
	from, to := i+2, i+n
	if strings.Contains(inner, "|") {
		return i + n + 2
	}
	if name, after, ok := strings.Cut(inner, ":"); ok && languageCode(strings.TrimSpace(name)) {
		first, _, _ := strings.Cut(after, ";")
		from += len(name) + 1
		to = from + len(first)
	}
	w.render(from, to)
	return i + n + 2
}

// external writes the label of a link [address label]; one without is a number.
func (w *wikitext) external(i int, rest string) int {
	if !webLink.MatchString(rest[:min(len(rest), 16)]) {
		return i
	}
	if w.stop <= i {
		w.stop = len(w.s)
		if n := strings.IndexAny(w.s[i:], "]\n"); n >= 0 {
			w.stop = i + n
		}
	}
	n := w.stop - i
	if n >= len(rest) || rest[n] == '\n' {
		return i
	}
	if space := strings.IndexAny(rest[:n], " \t"); space >= 0 {
		w.render(i+space+1, i+n)
	}
	return i + n + 1
}

var webLink = regexp.MustCompile(`(?i)^\[(?:mailto:|news:|(?:(?:https?|ftps?|ircs?|gopher|git|svn):)?//)`)

// link writes the text of a link to a page: its label, else its target.
func (w *wikitext) link(i, end int) {
	bar := w.bar(i, end)
	target := strings.TrimSpace(w.s[i:bar])
	prefix, _, qualified := strings.Cut(target, ":")
	prefix = strings.ToLower(strings.TrimSpace(prefix))
	if qualified && prefix != "" {
		for _, name := range w.hidden {
			if prefix == name {
				return
			}
		}
		if bar == end && languageCode(prefix) {
			return
		}
	}
	if bar < end {
		w.render(bar+1, end)
	} else {
		from := i + strings.Index(w.s[i:end], target)
		w.render(from+len(target)-len(strings.TrimPrefix(target, ":")), from+len(target))
	}
}

// bar is the offset of the first | of a link or cell that is not inside
// something else; end when there is none.
func (w *wikitext) bar(i, end int) int {
	return w.find(i, end, "|", func(i int) bool { return w.s[i] == '|' })
}

// find is the offset of the first of some bytes at which the search stops and
// that is not inside something else; end when there is none.
func (w *wikitext) find(i, end int, bytes string, stops func(i int) bool) int {
	for bytes += "{[<"; i < end; {
		n := strings.IndexAny(w.s[i:end], bytes)
		if n < 0 {
			return end
		}
		i += n
		switch closing, ok := w.ends[i]; {
		case stops(i):
			return i
		case ok:
			i = closing
		case w.s[i] == '<':
			i += opaque(w.s[i:end], w.never)
		default:
			i++
		}
	}
	return end
}

// languageCode says whether the prefix of a link is that of a wiki in another
// language: de, simple, zh-min-nan.
func languageCode(s string) bool {
	first, _, compound := strings.Cut(s, "-")
	return s == "simple" || (len(first) == 2 || len(first) == 3) && len(s) <= 12 &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" && (compound || len(first) >= 2)
}

// Brackets that lost all or the beginning of what stood in them with a template.
var (
	emptyBrackets = regexp.MustCompile(`[ \x{a0}][(（][\s,;:，；]*[)）]`)
	bareBrackets  = regexp.MustCompile(`([(（])[ \x{a0}]*[,;，；]\s*`)
	spaceBefore   = regexp.MustCompile(` +([,;)]|\.(?: |$))`)
)

// tidy ends the work: no empty brackets, one space between words and one blank
// line between blocks, no heading without text.
func tidy(s string) string {
	var out strings.Builder
	var above []wikiHeading // that have no text yet
	blank := false
	for line := range strings.SplitSeq(s, "\n") {
		if rest, ok := strings.CutPrefix(line, string(headingMark)); ok {
			level := int(rest[0] - '0')
			above = slices.DeleteFunc(above, func(h wikiHeading) bool { return h.level >= level })
			if text := tidyLine(rest[1:]); text != "" {
				above = append(above, wikiHeading{level, text})
			}
			continue
		}
		if line = tidyLine(line); line == "" {
			blank = true
			continue
		}
		for _, h := range above {
			block(&out, h.text, true)
			blank = true
		}
		block(&out, line, blank)
		above, blank = above[:0], false
	}
	return strings.ReplaceAll(out.String(), string(lineMark), "\n")
}

// wikiHeading is a heading of level 1 to 6.
type wikiHeading struct {
	level int
	text  string
}

// block adds a line, apart from what stands before it or below it.
func block(out *strings.Builder, line string, apart bool) {
	switch {
	case out.Len() == 0:
	case apart:
		out.WriteString("\n\n")
	default:
		out.WriteByte('\n')
	}
	out.WriteString(line)
}

// tidyLine cleans a line; code and what is preformatted stay as they are.
func tidyLine(line string) string {
	if code, ok := strings.CutPrefix(line, string(lineMark)); ok {
		return code
	}
	if strings.ContainsRune(line, lineMark) {
		return line
	}
	if strings.HasPrefix(line, " ") && strings.Contains(strings.TrimSpace(line), "  ") {
		return strings.TrimRight(line, " \t")
	}
	if strings.ContainsAny(line, "(（") {
		line = emptyBrackets.ReplaceAllString(line, "")
		line = bareBrackets.ReplaceAllString(line, "$1")
	}
	line = strings.Join(strings.Fields(line), " ")
	for _, gap := range []string{" ,", " ;", " )", " ."} {
		if strings.Contains(line, gap) {
			line = spaceBefore.ReplaceAllString(line, "$1")
			break
		}
	}
	if strings.IndexFunc(line, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
		return "" // what templates left behind
	}
	return line
}
