package ingest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"corpus"
)

// fillDOCX takes the text of a Word document (ECMA-376, WordprocessingML):
// paragraphs, items of lists and rows of tables as lines, foot- and endnotes at
// the end. What was deleted under change tracking, hidden text, field codes, the
// table of contents, comments, headers and footers are left out.
func fillDOCX(d *corpus.Document, r io.ReaderAt, size int64) *loss {
	p, l := openPacked(r, size, BadDOCX)
	if l != nil {
		return l
	}
	main := p.mainPart()
	w := docxText{out: new(strings.Builder)}
	if l := p.text(&w, main); l != nil {
		return l
	}
	for _, notes := range []string{"footnotes.xml", "endnotes.xml"} {
		name := path.Join(path.Dir(main), notes)
		if p.files[name] == nil {
			continue
		}
		if l := p.text(&w, name); l != nil {
			return l
		}
	}
	d.Text = w.out.String()
	if strings.TrimSpace(d.Text) == "" {
		return lose(NoText, "no text in %s", main)
	}
	d.Title = p.coreTitle()
	return nil
}

// mainPart is the name of the file with the text, which the package's
// relationships tell.
func (p *packed) mainPart() string {
	var rels struct {
		Relationship []struct {
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	if p.files["_rels/.rels"] == nil || p.decode("_rels/.rels", &rels) != nil {
		return "word/document.xml"
	}
	for _, r := range rels.Relationship {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			return strings.TrimPrefix(path.Join("/", r.Target), "/")
		}
	}
	return "word/document.xml"
}

// coreTitle is the title in the properties; most documents have none.
func (p *packed) coreTitle() string {
	var core struct {
		Title string `xml:"title"`
	}
	const name = "docProps/core.xml"
	if p.files[name] == nil || p.decode(name, &core) != nil {
		return ""
	}
	return core.Title
}

// text adds that of a part of the document.
func (p *packed) text(w *docxText, name string) *loss {
	b, l := p.read(name)
	if l != nil {
		return l
	}
	x, err := newXML(b)
	if err == nil {
		err = w.part(x)
	}
	switch {
	case errors.Is(err, errDeep) || errors.Is(err, errLongTag):
		return lose(TooLarge, "%s: %v", name, err)
	case err != nil:
		return lose(p.bad, "%s: %v", name, err)
	case w.out.Len() > corpus.MaxDocument:
		return tooLong()
	}
	return nil
}

// docxText writes the text of WordprocessingML.
type docxText struct {
	out     *strings.Builder
	stack   []string // open elements
	ends    int      // line ends due before the next text
	mute    int      // depth of the element whose text is left out, 0 = none
	code    bool     // in the code of a field
	item    bool     // the paragraph is an item of a list
	initial bool     // the paragraph is the large first letter of the next
	note    bool     // the mark of a note was here; the space behind it goes too

	// A row of a table under way: its depth (0 = none), its cells, and the text
	// that it will be added to. Tables in a cell are text of the cell.
	row    int
	cells  []string
	page   *strings.Builder
	before int // line ends due before it
}

// part reads one file. What is no well-formed XML ends it with an error.
func (w *docxText) part(d *xml.Decoder) error {
	w.stack, w.mute, w.row, w.code = w.stack[:0], 0, 0, false
	for w.out.Len() <= corpus.MaxDocument {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if len(w.stack) > 0 {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			w.stack = append(w.stack, t.Name.Local)
			w.start(t)
		case xml.EndElement:
			if n := len(w.stack); n == 0 || w.stack[n-1] != t.Name.Local {
				return fmt.Errorf("</%s> ends what did not begin", short(t.Name.Local, 40))
			}
			w.end(t.Name.Local)
			w.stack = w.stack[:len(w.stack)-1]
		case xml.CharData:
			if w.mute == 0 && !w.code && (w.in("r", "t") || w.in("oMath", "t")) {
				w.write(string(t))
			}
		}
	}
	return nil
}

// muted are the elements whose text is left out: what change tracking deleted
// or moved away, what older programs are to show instead, properties of
// paragraphs apart from those of lists.
var muted = []string{"del", "moveFrom", "Fallback", "delText", "instrText", "delInstrText", "sectPr", "rPrChange", "pPrChange", "annotation", "comment"}

func (w *docxText) start(t xml.StartElement) {
	if w.mute > 0 {
		return
	}
	switch name := t.Name.Local; name {
	case "p":
		w.item, w.initial = false, false
	case "numPr":
		w.item = true
	case "framePr":
		w.initial = attribute(t, "dropCap") != ""
	case "tbl":
		w.line(2)
	case "tr":
		if w.row == 0 {
			w.row, w.page, w.out, w.cells = len(w.stack), w.out, new(strings.Builder), nil
			w.before, w.ends = w.ends, 0
		}
	case "tab":
		if w.in("r", "tab") {
			w.write("\t")
		}
	case "br", "cr":
		w.line(1)
	case "footnoteRef", "endnoteRef":
		w.note = true
	case "noBreakHyphen":
		w.write("-")
	case "fldChar":
		switch attribute(t, "fldCharType") {
		case "begin":
			w.code = true
		case "separate", "end":
			w.code = false
		}
	case "vanish":
		if value := attribute(t, "val"); value != "0" && value != "false" && w.in("r", "rPr", "vanish") {
			w.muteUp("r")
		}
	case "docPartGallery":
		if attribute(t, "val") == "Table of Contents" {
			w.muteUp("sdt")
		}
	case "footnote", "endnote":
		if kind := attribute(t, "type"); kind != "" && kind != "normal" {
			w.mute = len(w.stack)
		}
	default:
		if slices.Contains(muted, name) {
			w.mute = len(w.stack)
		}
	}
}

// in says whether the innermost open elements have these names. Of formulas the
// text may stand in properties and runs of their own.
func (w *docxText) in(names ...string) bool {
	if names[0] == "oMath" {
		return slices.Contains(w.stack, "oMath") && w.stack[len(w.stack)-1] == names[1]
	}
	n := len(w.stack) - len(names)
	return n >= 0 && slices.Equal(w.stack[n:], names)
}

// muteUp leaves out the rest of the innermost open element of a name.
func (w *docxText) muteUp(name string) {
	for i := len(w.stack) - 1; i >= 0; i-- {
		if w.stack[i] == name {
			w.mute = i + 1
			return
		}
	}
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (w *docxText) end(name string) {
	if w.mute > 0 {
		if len(w.stack) == w.mute {
			w.mute = 0
		}
		return
	}
	switch name {
	case "p":
		w.paragraph()
	case "tc":
		if w.row > 0 && len(w.stack) == w.row+1 {
			w.cells = append(w.cells, strings.Join(strings.Fields(w.out.String()), " "))
			w.out.Reset()
			w.ends = 0
		}
	case "tr":
		if len(w.stack) == w.row {
			w.endRow()
		}
	case "tbl":
		w.line(2)
	}
}

// endRow writes the cells of a row as a line.
func (w *docxText) endRow() {
	w.out, w.row, w.ends = w.page, 0, w.before
	w.write(rowLine(w.cells))
	w.line(1)
}

// paragraph ends a paragraph: items of a list stand on lines one below the
// other, others apart. A large initial is a paragraph of its own in the file.
func (w *docxText) paragraph() {
	switch {
	case w.initial:
	case w.item:
		w.line(1)
	default:
		w.line(2)
	}
}

// line asks for line ends before the next text.
func (w *docxText) line(n int) { w.ends = max(w.ends, n) }

func (w *docxText) write(s string) {
	if w.note {
		s = strings.TrimLeft(s, " \t")
	}
	if s == "" {
		return
	}
	w.note = false
	if w.out.Len() > 0 {
		w.out.WriteString("\n\n"[:w.ends])
	}
	w.ends = 0
	w.out.WriteString(s)
}
