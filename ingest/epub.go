package ingest

import (
	"bytes"
	"io"
	"net/url"
	"path"
	"regexp"
	"strings"

	"corpus"
)

// The parts of an EPUB's files that are read (EPUB 3.3 and OPF 2.0).
type (
	epubContainer struct {
		Rootfiles []struct {
			Path string `xml:"full-path,attr"`
		} `xml:"rootfiles>rootfile"`
	}
	epubPackage struct {
		Titles   []string   `xml:"metadata>title"`
		Manifest []epubItem `xml:"manifest>item"`
		Spine    []struct {
			ID     string `xml:"idref,attr"`
			Linear string `xml:"linear,attr"`
		} `xml:"spine>itemref"`
		Guide []struct {
			Type string `xml:"type,attr"`
			Href string `xml:"href,attr"`
		} `xml:"guide>reference"`
	}
	epubItem struct {
		ID         string `xml:"id,attr"`
		Href       string `xml:"href,attr"`
		Type       string `xml:"media-type,attr"`
		Properties string `xml:"properties,attr"`
	}
	epubEncryption struct {
		Data []struct {
			URI struct {
				URI string `xml:"URI,attr"`
			} `xml:"CipherData>CipherReference"`
		} `xml:"EncryptedData"`
	}
)

// fillEPUB takes the chapters of a book in reading order, without its table of
// contents and what the book itself calls auxiliary (linear="no").
func fillEPUB(d *corpus.Document, r io.ReaderAt, size int64) *loss {
	p, l := openPacked(r, size, BadEPUB)
	if l != nil {
		return l
	}
	var container epubContainer
	if l := p.decode("META-INF/container.xml", &container); l != nil {
		return l
	}
	if len(container.Rootfiles) == 0 {
		return lose(BadEPUB, "container.xml names no package")
	}
	root := container.Rootfiles[0].Path
	var book epubPackage
	if l := p.decode(root, &book); l != nil {
		return l
	}
	if len(book.Titles) > 0 {
		d.Title = book.Titles[0]
	}
	locked, l := p.locked()
	if l != nil {
		return l
	}
	return p.chapters(d, book.chapters(path.Dir(root)), locked)
}

// decode reads a file of XML.
func (p *packed) decode(name string, v any) *loss {
	b, l := p.read(name)
	if l != nil {
		return l
	}
	x, err := newXML(b)
	if err == nil {
		err = x.Decode(v)
	}
	if err != nil {
		return lose(p.bad, "%s: %v", name, err)
	}
	return nil
}

// locked are the files that are encrypted. The obfuscation of fonts is none:
// fonts are not read.
func (p *packed) locked() (map[string]bool, *loss) {
	const name = "META-INF/encryption.xml"
	if p.files[name] == nil {
		return nil, nil
	}
	var e epubEncryption
	if l := p.decode(name, &e); l != nil {
		return nil, l
	}
	locked := map[string]bool{}
	for _, data := range e.Data {
		locked[inPackage("", data.URI.URI)] = true
	}
	return locked, nil
}

// inPackage is the name of a file that is named relative to a directory of the
// package. One that leads out of it names no file.
func inPackage(dir, href string) string {
	href, _, _ = strings.Cut(href, "#")
	if name, err := url.PathUnescape(href); err == nil {
		href = name
	}
	return path.Join(dir, href)
}

// chapters are the files of the text in reading order. A file of which the table
// of contents is only a part is text, and so is one that holds the whole book.
func (b *epubPackage) chapters(dir string) []string {
	skip := map[string]bool{}
	for _, g := range b.Guide {
		if g.Type == "toc" && !strings.Contains(g.Href, "#") && len(b.Spine) > 1 {
			skip[inPackage(dir, g.Href)] = true
		}
	}
	items := map[string]string{}
	for _, item := range b.Manifest {
		nav := strings.Contains(" "+item.Properties+" ", " nav ")
		if (item.Type == "application/xhtml+xml" || item.Type == "text/html" || item.Type == "application/x-dtbook+xml") && !nav {
			items[item.ID] = inPackage(dir, item.Href)
		}
	}
	var names []string
	for _, ref := range b.Spine {
		name, ok := items[ref.ID]
		if ok && ref.Linear != "no" && !skip[name] {
			names = append(names, name)
			skip[name] = true
		}
	}
	return names
}

// chapters adds the text of each chapter. One that is missing or damaged loses
// the book: a part of it is not the book.
func (p *packed) chapters(d *corpus.Document, names []string, locked map[string]bool) *loss {
	if len(names) > MaxSpine {
		return lose(TooLarge, "%d chapters", len(names))
	}
	var text strings.Builder
	for _, name := range names {
		if locked[name] {
			return lose(Encrypted, "DRM: %s is encrypted", name)
		}
		b, l := p.read(name)
		if l != nil {
			return l
		}
		if err := bounded(b, len(b)); err != nil {
			return lose(TooLarge, "%s: %v", name, err)
		}
		chapter := strings.TrimSpace(visible(openTags(toUTF8(b, declared(b, "")))).text)
		if chapter != "" && text.Len() > 0 {
			text.WriteString("\n\n")
		}
		text.WriteString(chapter)
		if text.Len() > corpus.MaxDocument {
			return tooLong()
		}
	}
	if text.Len() == 0 {
		return lose(NoText, "no text in %d chapters", len(names))
	}
	d.Text = text.String()
	return nil
}

// emptyTag is an element of XHTML that has no content, where HTML would take
// all that follows for its content.
var emptyTag = regexp.MustCompile(`(?i)<(title|script|style|textarea|iframe|noscript|noembed|noframes|xmp|plaintext|svg|object|select|math|template)(\s[^<>]*)?/>`)

// openTags closes them as HTML does.
func openTags(b []byte) []byte {
	if !bytes.Contains(b, []byte("/>")) {
		return b
	}
	return emptyTag.ReplaceAll(b, []byte("<$1$2></$1>"))
}
