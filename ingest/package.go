package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

const zipMagic = "PK\x03\x04"

// packed is a zip file that is one document: an EPUB or DOCX.
type packed struct {
	files map[string]*zip.File
	left  int64  // bytes that may still be decoded
	bad   string // reason for what is damaged
}

// limitedAt reads a file until a number of bytes is read.
type limitedAt struct {
	r    io.ReaderAt
	left int64 // negative = any number
}

var errDirectory = fmt.Errorf("the list of its files has more than %d bytes", MaxDirectory)

func (l *limitedAt) ReadAt(p []byte, off int64) (int, error) {
	if l.left >= 0 {
		if l.left -= int64(len(p)); l.left < 0 {
			l.left = 0
			return 0, errDirectory
		}
	}
	return l.r.ReadAt(p, off)
}

// openPacked reads the list of files. Of two with the same name the first
// counts.
func openPacked(r io.ReaderAt, size int64, bad string) (*packed, *loss) {
	at := &limitedAt{r: r, left: MaxDirectory}
	z, err := zip.NewReader(at, size)
	at.left = -1
	switch {
	case errors.Is(err, errDirectory):
		return nil, lose(TooLarge, "%v", err)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, lose(bad, "%v", err)
	}
	p := &packed{files: map[string]*zip.File{}, left: MaxPackage, bad: bad}
	for _, f := range z.File {
		if p.files[f.Name] == nil {
			p.files[f.Name] = f
		}
	}
	return p, nil
}

// read decodes a file.
func (p *packed) read(name string) ([]byte, *loss) {
	f := p.files[name]
	if f == nil {
		return nil, lose(p.bad, "no %s in it", name)
	}
	if f.Flags&1 != 0 {
		return nil, lose(Encrypted, "%s needs a password", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, lose(p.bad, "%s: %v", name, err)
	}
	defer r.Close()
	most := min(p.left, MaxEntry)
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, most+1))
	p.left -= n
	switch {
	case n > most:
		return nil, lose(TooLarge, "%s has more than %d bytes", name, most)
	case err != nil:
		return nil, lose(p.bad, "%s: %v", name, err)
	}
	return b.Bytes(), nil
}

// sniffZip tells the documents that are zip files by the names of their first
// files; unread names what is not read.
func sniffZip(b []byte) (format, unread string) {
	names, kind := zipNames(b)
	first := ""
	if len(names) > 0 {
		first = names[0]
	}
	has := func(prefix string) bool {
		for _, name := range names {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}
	office := first == "[Content_Types].xml" || strings.HasPrefix(first, "_rels/") || strings.HasPrefix(first, "docProps/") || strings.HasPrefix(first, "customXml/")
	switch {
	case kind == "application/epub+zip", strings.HasPrefix(first, "META-INF/") && has("META-INF/container.xml"), first == "mimetype" && has("META-INF/container.xml"):
		return formatEPUB, ""
	case strings.HasPrefix(kind, "application/vnd.oasis.opendocument."):
		return "", "OpenDocument (" + strings.TrimPrefix(kind, "application/vnd.oasis.opendocument.") + ")"
	case (office || strings.HasPrefix(first, "word/")) && has("word/"):
		return formatDOCX, ""
	case (office || strings.HasPrefix(first, "xl/")) && has("xl/"):
		return "", "Excel (xlsx)"
	case (office || strings.HasPrefix(first, "ppt/")) && has("ppt/"):
		return "", "PowerPoint (pptx)"
	}
	return "", ""
}

// zipNames are the names of the files that begin within b, and the content of
// one named mimetype that stands first, as EPUB and OpenDocument have it.
func zipNames(b []byte) (names []string, kind string) {
	const header = 30
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(zipMagic))
		if i < 0 || len(b) < at+i+header {
			return names, kind
		}
		at += i
		size := int(binary.LittleEndian.Uint32(b[at+18:]))
		n, extra := int(binary.LittleEndian.Uint16(b[at+26:])), int(binary.LittleEndian.Uint16(b[at+28:]))
		body := at + header + n + extra
		if len(b) < at+header+n {
			return names, kind
		}
		name := string(b[at+header : at+header+n])
		if name == "mimetype" && len(names) == 0 && len(b) >= body+100 {
			kind, _, _ = strings.Cut(string(b[body:body+100]), "PK") // of the next file: the size may stand behind
			kind = strings.TrimSpace(kind)
		}
		names = append(names, name)
		at = min(body+size, len(b))
	}
}
