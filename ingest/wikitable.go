package ingest

import (
	"regexp"
	"strings"
)

// cellGap stands between the cells of a table's row.
const cellGap = " | "

// table writes the rows of a table as lines.
func (w *wikitext) table(i, end int) {
	t := wikiTable{w: w}
	w.out.WriteByte('\n')
	first := true
	for i < end {
		next := w.lineEnd(i, end)
		line := strings.TrimLeft(w.s[i:next], " \t")
		at := next - len(line)
		switch {
		case first: // attributes of the table
		case strings.HasPrefix(line, "|-"), strings.HasPrefix(line, "|}"):
			t.end()
		case strings.HasPrefix(line, "|+"):
			t.end()
			t.cell(at+2, next)
			t.end()
		case strings.HasPrefix(line, "|"):
			t.cells(at+1, next, "||")
		case strings.HasPrefix(line, "!"):
			t.cells(at+1, next, "!!")
		case line != "":
			t.more(at, next)
		}
		first = false
		i = next + 1
	}
	t.end()
}

// lineEnd is the end of the line at i: line ends inside something else, such as
// a table in a cell, do not count.
func (w *wikitext) lineEnd(i, end int) int {
	return w.find(i, end, "\n", func(i int) bool { return w.s[i] == '\n' })
}

// wikiTable collects the cells of a row.
type wikiTable struct {
	w   *wikitext
	row []string // texts of its cells
}

// cells takes the cells of a line.
func (t *wikiTable) cells(i, end int, gap string) {
	for {
		next := t.w.gap(i, end, gap)
		t.cell(i, next)
		if next == end {
			return
		}
		i = next + 2
	}
}

// gap is the offset of the next || or, in a line of headings, !!.
func (w *wikitext) gap(i, end int, mark string) int {
	return w.find(i, end, "|!", func(i int) bool {
		return strings.HasPrefix(w.s[i:end], "||") || strings.HasPrefix(w.s[i:end], mark)
	})
}

// cell takes a cell, without the attributes before its text.
func (t *wikiTable) cell(i, end int) {
	if bar := t.w.bar(i, end); bar < end {
		i = bar + 1
	}
	t.row = append(t.row, t.text(i, end))
}

// more adds a line to the last cell.
func (t *wikiTable) more(i, end int) {
	if len(t.row) == 0 {
		t.row = append(t.row, "")
	}
	last := &t.row[len(t.row)-1]
	*last += " " + t.text(i, end)
}

// text is what s[i:end] shows, on one line.
func (t *wikiTable) text(i, end int) string {
	out := t.w.out
	t.w.out = new(strings.Builder)
	t.w.render(i, end)
	text := strings.Map(func(r rune) rune {
		if r == headingMark || r == lineMark {
			return ' '
		}
		return r
	}, t.w.out.String())
	t.w.out = out
	text = strings.Join(strings.Fields(text), " ")
	if strings.Contains(text, "=") && attributes.MatchString(text) {
		return "" // the bar behind them was in a template
	}
	return text
}

var attributes = regexp.MustCompile(`^(?:[a-zA-Z-]+ ?= ?(?:"[^"]*"|[^" ]+) ?)+$`)

// row ends a row; one without text leaves no line.
func (t *wikiTable) end() {
	if strings.Join(t.row, "") != "" {
		t.w.out.WriteString(rowLine(t.row))
		t.w.out.WriteByte('\n')
	}
	t.row = t.row[:0]
}

// rowLine is a row of a table as a line, without the empty cells at its end.
func rowLine(cells []string) string {
	return strings.TrimRight(strings.Join(cells, cellGap), " |")
}
