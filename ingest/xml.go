package ingest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

var (
	errDeep    = errors.New("elements stand too deep in each other")
	errLongTag = errors.New("a tag is too long")
)

// newXML is a decoder of XML in any character set that knows no entities but its
// own and those of HTML. The decoder keeps the attributes of a tag and the names
// of open elements, so both are bounded first.
func newXML(b []byte) (*xml.Decoder, error) {
	b = toUTF8(b, "")
	if err := bounded(b, MaxNesting); err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return d, nil
}

// bounded looks at the tags of XML: none may be longer than MaxTag, no more than
// depth elements open at a time.
func bounded(b []byte, depth int) error {
	open := 0
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return nil
		}
		b = b[i:]
		n, tag := tagEnd(b)
		switch {
		case !tag:
		case n > MaxTag:
			return errLongTag
		case b[1] == '/':
			open--
		case b[max(0, n-2)] != '/':
			open++
		}
		if open > depth {
			return errDeep
		}
		b = b[n:]
	}
}

// tagEnd is the length of the tag, comment or the like that b begins with, and
// whether it is a tag.
func tagEnd(b []byte) (n int, tag bool) {
	for _, form := range []struct{ start, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}} {
		if bytes.HasPrefix(b, []byte(form.start)) {
			if i := bytes.Index(b[len(form.start):], []byte(form.end)); i >= 0 {
				return len(form.start) + i + len(form.end), false
			}
			return len(b), false
		}
	}
	quote := byte(0)
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1, true
		}
	}
	return len(b), len(b) > 1
}
