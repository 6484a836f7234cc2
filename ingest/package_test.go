package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
)

// zipped is a zip file of name, content, name, content, …; mimetype is stored.
func zipped(pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		h := &zip.FileHeader{Name: pairs[i], Method: zip.Deflate}
		if pairs[i] == "mimetype" || pairs[i+1] == "" {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			panic(err)
		}
		f.Write([]byte(pairs[i+1]))
	}
	w.Close()
	return b.String()
}

const (
	epubRoot = `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>`
	epubOPF  = `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Book</dc:title></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/><item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/>
<item id="x" href="x.xhtml" media-type="application/xhtml+xml"/><item id="css" href="s.css" media-type="text/css"/></manifest>
<spine><itemref idref="nav"/><itemref idref="a"/><itemref idref="b"/><itemref idref="x" linear="no"/><itemref idref="gone"/></spine></package>`
)

// epub is a book of two chapters; pairs replace or add files.
func epub(pairs ...string) string {
	all := []string{
		"mimetype", "application/epub+zip", "META-INF/container.xml", epubRoot, "OPS/book.opf", epubOPF,
		"OPS/nav.xhtml", "<html><body><nav>contents</nav></body></html>",
		"OPS/text/a.xhtml", `<html><head><title/><script src="x"/></head><body><h1>One</h1><p>First &amp; <i>last</i>.</p></body></html>`,
		"OPS/b b.xhtml", "<html><body><p>Zweites Kapitel, 第二章.</p></body></html>", "OPS/x.xhtml", "<p>aside</p>",
	}
	for i := 0; i < len(pairs); i += 2 {
		if at := slices.Index(all, pairs[i]); at >= 0 {
			all[at+1] = pairs[i+1]
		} else {
			all = append(all, pairs[i], pairs[i+1])
		}
	}
	return zipped(all...)
}

const wordHead = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

// docx is a document of the paragraphs and tables in body.
func docx(body string, pairs ...string) string {
	return zipped(append([]string{"[Content_Types].xml", "<Types/>", "word/document.xml", wordHead + body + "</w:body></w:document>"}, pairs...)...)
}

func para(text string) string { return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" }

func wordRow(cells ...string) string {
	s := "<w:tr>"
	for _, c := range cells {
		s += "<w:tc>" + c + "</w:tc>"
	}
	return s + "</w:tr>"
}

func TestPackages(t *testing.T) {
	encrypted := func(name string) string {
		return `<encryption><EncryptedData><CipherData><CipherReference URI="` + name + `"/></CipherData></EncryptedData></encryption>`
	}
	book := "One\n\nFirst & last.\n\nZweites Kapitel, 第二章."
	item := `<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p>`
	run := func(in string) string { return "<w:p><w:r>" + in + "</w:r></w:p>" }
	field := `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>shown</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
	tests := []struct {
		name, content string
		text          string
		lost          string
	}{
		{"EPUB", epub(), book, ""},
		{"EPUB, compressed", members(epub()), book, ""},
		{"EPUB with obfuscated fonts", epub("META-INF/encryption.xml", encrypted("OPS/font.otf")), book, ""},
		{"EPUB with DRM", epub("META-INF/encryption.xml", encrypted("OPS/text/a.xhtml")), "", Encrypted},
		{"EPUB without package", epub("META-INF/container.xml", "<container/>"), "", BadEPUB},
		{"EPUB with another package", epub("META-INF/container.xml", strings.Replace(epubRoot, "OPS/", "../../etc/", 1)), "", BadEPUB},
		{"EPUB with a path that leads out", epub("OPS/book.opf", strings.Replace(epubOPF, "text/a", "../../../etc/a", 1)), "", BadEPUB},
		{"EPUB that is no XML", epub("OPS/book.opf", "<package><metadata>"), "", BadEPUB},
		{"EPUB with an external entity", epub("OPS/book.opf", `<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]>`+strings.Replace(epubOPF, "The Book", "&e;", 1)), book, ""},
		{"EPUB cut", epub()[:700], "", BadEPUB},
		{"EPUB bomb", epub("OPS/text/a.xhtml", "<p>"+strings.Repeat("a", MaxEntry)), "", TooLarge},
		{"DOCX", docx(para("One.") + para("Two &amp; 三.")), "One.\n\nTwo & 三.", ""},
		{"DOCX in the order of LibreOffice", zipped("_rels/.rels", "<x/>", "word/document.xml", wordHead+para("One.")+"</w:body></w:document>", "[Content_Types].xml", "<x/>"), "One.", ""},
		{"DOCX with another main part", zipped("[Content_Types].xml", "<x/>", "_rels/.rels",
			`<Relationships><Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>`,
			"word/document2.xml", wordHead+para("One.")+"</w:body></w:document>"), "One.", ""},
		{"list", docx(para("a") + item + item + para("b")), "a\n\nitem\nitem\nb", ""},
		{"table", docx(para("a") + "<w:tbl>" + wordRow(para("b")+para("c"), para("d")) + wordRow("<w:p/>", para("e")) + "</w:tbl>" + para("f")), "a\n\nb c | d\n | e\n\nf", ""},
		{"table in a table", docx("<w:tbl>" + wordRow("<w:tbl>"+wordRow(para("a"), para("b"))+"</w:tbl>", para("c")) + "</w:tbl>"), "a b | c", ""},
		{"changes", docx(run(`<w:t>a</w:t></w:r><w:ins><w:r><w:t>b</w:t></w:r></w:ins><w:del><w:r><w:delText>c</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>d</w:t></w:r></w:moveFrom><w:r>`)), "ab", ""},
		{"field", docx(field), "shown", ""},
		{"hidden", docx(run(`<w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>b</w:t>`)), "b", ""},
		{"tabs and breaks", docx(`<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t xml:space="preserve">c </w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>`), "a\tb\nc -d", ""},
		{"link", docx(`<w:p><w:hyperlink><w:r><w:t>the link</w:t></w:r></w:hyperlink></w:p>`), "the link", ""},
		{"text box", docx(run(`<mc:AlternateContent><mc:Choice><w:txbxContent>` + para("box") + `</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>` + para("box") + `</w:txbxContent></mc:Fallback></mc:AlternateContent>`)), "box", ""},
		{"contents", docx(`<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>` + para("Contents") + `</w:sdtContent></w:sdt>` + para("a")), "a", ""},
		{"footnotes", docx(para("a"), "word/footnotes.xml", `<w:footnotes><w:footnote w:type="separator">`+para("-")+`</w:footnote><w:footnote>`+para("note")+`</w:footnote></w:footnotes>`), "a\n\nnote", ""},
		{"large initial", docx(`<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr><w:r><w:t>D</w:t></w:r></w:p>` + para("rop") + para("a")), "Drop\n\na", ""},
		{"formula", docx(`<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>`), "x=1", ""},
		{"DOCX without text", docx(""), "", NoText},
		{"DOCX that is cut", docx(para("a"))[:150], "", BadDOCX},
		{"DOCX of damaged XML", docx("<w:p><w:r></w:p"), "", BadDOCX},
		{"DOCX too deep", docx(strings.Repeat("<w:p>", 100_000)), "", TooLarge},
		{"DOCX with a long tag", docx("<w:p " + strings.Repeat(` a=">"`, MaxTag/5) + ">"), "", TooLarge},
		{"EPUB with a long tag", epub("OPS/text/a.xhtml", "<p "+strings.Repeat(` a=">"`, MaxTag/5)+">"), "", TooLarge},
		{"EPUB too deep", epub("OPS/book.opf", strings.Repeat("<a>", 100_000)), "", BadEPUB},
		{"spreadsheet", zipped("[Content_Types].xml", "<x/>", "xl/workbook.xml", "<x/>"), "", Unsupported},
		{"slides", zipped("[Content_Types].xml", "<x/>", "ppt/presentation.xml", "<x/>"), "", Unsupported},
		{"OpenDocument", zipped("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<x/>"), "", Unsupported},
		{"document in a zip file", zipped("a.docx", docx(para("a"))), "a", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory(1)
			m.run(t, Config{}, put(t, "x", tt.content))
			m.gives(t, tt.text, tt.lost)
		})
	}
}

func TestPackageTitles(t *testing.T) {
	core := `<cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Letter</dc:title></cp:coreProperties>`
	m := newMemory(1)
	m.run(t, Config{}, put(t, "a", epub(), "b", docx(para("a"), "docProps/core.xml", core)))
	if a, b := m.docs()[0].Title, m.docs()[1].Title; a != "The Book" || b != "The Letter" {
		t.Errorf("titles %q, %q", a, b)
	}
}

// TestPandoc: of a DOCX and an EPUB that pandoc wrote we read the words that
// pandoc reads (testdata/scripts/formats_fixtures.py), but for its numbers of
// notes and items; it takes the title page for metadata, and has all notes last.
func TestPandoc(t *testing.T) {
	dir := filepath.Join("testdata", "formats")
	b, err := os.ReadFile(filepath.Join(dir, "words.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]string
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for kind, words := range want {
		m := newMemory(1)
		m.run(t, Config{}, filepath.Join(dir, "pandoc."+kind))
		got := regexp.MustCompile(`[\pL\pN_]+`).FindAllString(strings.Join(m.texts(), ""), -1)
		number := func(s string) bool { return s == "1" || s == "2" }
		got, words = slices.DeleteFunc(got, number), slices.DeleteFunc(words, number)
		words = append(words, "The", "Harbour", "Book", "A", "Writer")
		slices.Sort(got)
		slices.Sort(words)
		if !slices.Equal(got, words) || m.docs()[0].Title != "The Harbour Book" {
			t.Errorf("%s: title %q\ngot  %q\nwant %q\n%s", kind, m.docs()[0].Title, got, words, m.texts())
		}
	}
}

// TestManyEntries: a list of files that is too long is not kept.
func TestManyEntries(t *testing.T) {
	pairs := []string{"META-INF/container.xml", epubRoot}
	for i := range 45_000 {
		pairs = append(pairs, fmt.Sprintf("OPS/%050d", i), "")
	}
	content := zipped(pairs...)
	var d corpus.Document
	if l := fillEPUB(&d, strings.NewReader(content), int64(len(content))); l == nil || l.reason != TooLarge {
		t.Errorf("%v", l)
	}
}

// TestDamagedPackages changes bytes of files: there is a text or a reason.
func TestDamagedPackages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, whole := range map[string]string{formatEPUB: epub(), formatDOCX: docx(para("a"))} {
		for range 500 {
			b := []byte(whole)
			for range 1 + random.IntN(3) {
				b[random.IntN(len(b))] ^= byte(1 << random.IntN(8))
			}
			tryPackage(t, name, b)
		}
	}
}

func tryPackage(t *testing.T, format string, b []byte) {
	var d corpus.Document
	fill := fillEPUB
	if format == formatDOCX {
		fill = fillDOCX
	}
	l := fill(&d, bytes.NewReader(b), int64(len(b)))
	if (l == nil) != (strings.TrimSpace(d.Text) != "") && l == nil {
		t.Fatal("neither text nor reason")
	}
	settle(&d)
	if !utf8.ValidString(d.Text) || !utf8.ValidString(d.Title) {
		t.Fatal("not valid UTF-8")
	}
}

func FuzzEPUB(f *testing.F) {
	f.Add([]byte(epubRoot), []byte(epubOPF), []byte("<p>a</p>"))
	f.Add([]byte(epubRoot), []byte("<package>"), []byte("<title/>&#0;"))
	f.Fuzz(func(t *testing.T, root, opf, chapter []byte) {
		tryPackage(t, formatEPUB, []byte(epub("META-INF/container.xml", string(root), "OPS/book.opf", string(opf), "OPS/text/a.xhtml", string(chapter))))
	})
}

func FuzzDOCX(f *testing.F) {
	f.Add([]byte(docx(para("a"))))
	f.Add([]byte(zipped("word/document.xml", "")))
	f.Fuzz(func(t *testing.T, b []byte) { tryPackage(t, formatDOCX, b) })
}

// FuzzWordXML feeds the XML of a document without the zip file around it.
func FuzzWordXML(f *testing.F) {
	f.Add([]byte(wordHead + para("a") + "<w:tbl>" + wordRow(para("b"), para("c")) + "</w:tbl></w:body></w:document>"))
	f.Add([]byte("<a><w:tr><w:tc></w:tr><w:tr/></a>"))
	f.Add([]byte("<w:tr></w:p>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := newXML(b)
		if err != nil {
			return
		}
		w := docxText{out: new(strings.Builder)}
		if err := w.part(x); err == nil && w.row != 0 {
			t.Fatal("a row is open at the end")
		}
	})
}
