package ingest

import (
	"bytes"
	"io"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"corpus"
)

// boms are the byte order marks; UTF-32LE stands before UTF-16LE, whose mark
// it begins with.
var boms = []struct {
	mark, name string
	enc        encoding.Encoding
}{
	{"\xff\xfe\x00\x00", "utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"\x00\x00\xfe\xff", "utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"\xef\xbb\xbf", "", encoding.Nop},
	{"\xff\xfe", "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\xfe\xff", "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
}

// fromBOM decodes what begins with a byte order mark; false without one.
func fromBOM(b []byte) ([]byte, bool) {
	for _, m := range boms {
		if rest, ok := bytes.CutPrefix(b, []byte(m.mark)); ok {
			return decode(m.enc, rest), true
		}
	}
	return b, false
}

// wide names the set of a stream that begins with a byte order mark and whose
// lines are therefore not those of its bytes; "" for all others.
func wide(b []byte) string {
	for _, m := range boms {
		if bytes.HasPrefix(b, []byte(m.mark)) {
			return m.name
		}
	}
	return ""
}

// recoded is a stream of a wide set in UTF-8.
func recoded(r io.Reader, set string) io.Reader {
	for _, m := range boms {
		if set != "" && m.name == set {
			return m.enc.NewDecoder().Reader(r)
		}
	}
	return r
}

// decode gives UTF-8; what the encoding lacks becomes U+FFFD. Text that is
// longer than a document may be is cut behind that length.
func decode(e encoding.Encoding, b []byte) []byte {
	if e == encoding.Nop {
		return b
	}
	out, err := io.ReadAll(io.LimitReader(e.NewDecoder().Reader(bytes.NewReader(b)), corpus.MaxDocument+1))
	if err != nil {
		return b
	}
	return out
}

// toUTF8 decodes text whose declared character set is label ("" = not
// declared): byte order mark; the declaration, unless the bytes are plainly
// UTF-8 or plainly not what it says; UTF-8; detection. What cannot be decoded
// stays as it is, for repair to replace.
func toUTF8(b []byte, label string) []byte {
	if text, ok := fromBOM(b); ok {
		return text
	}
	if strings.HasPrefix(strings.ToLower(label), "utf-16") {
		label = endian(b)
	}
	if label == "" && (bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@"))) {
		label = "iso-2022-jp" // seven bits, and no other text has these escapes
	}
	if utf8.Valid(b) && !stateful(label) { // by chance only when very short
		return b
	}
	if e, name := charset.Lookup(label); e != nil && name != "utf-8" && name != "replacement" {
		if text := decode(e, b); plausible(text, len(b)) {
			return text
		}
	}
	if mostlyUTF8(b) {
		return b
	}
	if text, ok := detect(b); ok {
		return text
	}
	return b
}

// stateful sets look like ASCII, and UTF-16 like ASCII with NUL bytes: there the
// declaration decides.
func stateful(label string) bool {
	label = strings.ToLower(label)
	return strings.HasPrefix(label, "iso-2022") || strings.HasPrefix(label, "csiso2022") || strings.HasPrefix(label, "utf-16")
}

// endian tells the byte order of UTF-16 without a mark by the zero bytes of its
// spaces and markup; "" without any, since then it is not UTF-16.
func endian(b []byte) string {
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch {
	case zeros[0] == 0 && zeros[1] == 0:
		return ""
	case zeros[0] > zeros[1]:
		return "utf-16be"
	}
	return "utf-16le"
}

// mostlyUTF8 says whether more than nine in ten of the characters beyond ASCII
// are valid UTF-8: damaged UTF-8, not another set.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good > 9*bad
}

// plausible says whether at most one character in a hundred of decoded text is
// a replacement or a C1 control, which no text has.
func plausible(text []byte, size int) bool {
	bad := bytes.Count(text, []byte("\uFFFD"))
	for c := byte(0x80); c < 0xa0; c++ {
		bad += bytes.Count(text, []byte{0xc2, c})
	}
	return bad*100 <= size
}

// detect guesses the set from the first DetectBytes. The detector runs its
// recognisers in parallel, so equal confidence is ordered by name here.
func detect(b []byte) ([]byte, bool) {
	sample := b[:min(len(b), DetectBytes)]
	all, err := chardet.NewTextDetector().DetectAll(sample)
	if err != nil {
		return nil, false
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].Confidence != all[j].Confidence {
			return all[i].Confidence > all[j].Confidence
		}
		return all[i].Charset < all[j].Charset
	})
	for _, guess := range all {
		name := strings.Replace(guess.Charset, "GB-18030", "gb18030", 1)
		e, canonical := charset.Lookup(name)
		if e == nil || canonical == "utf-8" || strings.HasPrefix(canonical, "utf-16") || guess.Confidence < 10 {
			continue
		}
		if text := decode(e, b); plausible(text, len(b)) {
			return text, true
		}
	}
	return nil, false
}

// metaCharset is the declaration in the first 4 kB of a page: browsers look at
// 1,024 bytes, many pages declare it later.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_:.\-]{2,40})`)

// declared is the character set a page names: in the HTTP header, else in a
// meta tag, else none.
func declared(page []byte, contentType string) string {
	_, label := mediaType(contentType)
	if e, _ := charset.Lookup(label); e != nil {
		return label
	}
	if m := metaCharset.FindSubmatch(page[:min(len(page), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}
