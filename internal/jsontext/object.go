package jsontext

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Object is the members of a JSON object that were asked for, each once.
type Object []property

// property is a name with the JSON of its value.
type property struct {
	name string
	raw  []byte
}

// Text is the first of the named members that is a string; of a repeated name
// the last counts, as for encoding/json.
func (o Object) Text(names []string) (string, bool) {
	for _, name := range names {
		if raw := o.Get(name); len(raw) > 0 && raw[0] == '"' {
			return unquote(raw), true
		}
	}
	return "", false
}

// Get is the JSON of a member, nil when there is none.
func (o Object) Get(name string) []byte {
	for _, m := range o {
		if m.name == name {
			return m.raw
		}
	}
	return nil
}

// set adds a member, or gives one that is there its last value.
func (o Object) set(name string, raw []byte) Object {
	for i := range o {
		if o[i].name == name {
			o[i].raw = raw
			return o
		}
	}
	return append(o, property{name, raw})
}

var errNull = errors.New("null instead of an object")

// Parse finds the named members of a JSON object. It takes what
// encoding/json takes, and says what that says where there is none.
func Parse(b []byte, names []string) (Object, error) {
	s := scanner{b: b}
	if o, ok := s.object(names); ok && s.end() {
		return o, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	if all == nil {
		return nil, errNull
	}
	var o Object
	for _, name := range names {
		if raw, ok := all[name]; ok {
			o = append(o, property{name, raw})
		}
	}
	return o, nil
}

// scanner walks over JSON at about a gigabyte a second. Where it is not sure
// it gives up, and encoding/json decides: on errors, and on what nests deep.
type scanner struct {
	b  []byte
	at int
}

const scanDepth = 64 // encoding/json goes to 10,000

func (s *scanner) space() {
	for s.at < len(s.b) && (s.b[s.at] == ' ' || s.b[s.at] == '\n' || s.b[s.at] == '\r' || s.b[s.at] == '\t') {
		s.at++
	}
}

func (s *scanner) end() bool {
	s.space()
	return s.at == len(s.b)
}

// is takes c, behind white space, if it comes next.
func (s *scanner) is(c byte) bool {
	s.space()
	if s.at < len(s.b) && s.b[s.at] == c {
		s.at++
		return true
	}
	return false
}

// object takes an object and gives its named members.
func (s *scanner) object(names []string) (o Object, ok bool) {
	ok = s.is('{') && s.members(1, func(name, value []byte) {
		if i := slices.IndexFunc(names, func(n string) bool { return n == string(name) }); i >= 0 {
			o = o.set(names[i], value)
		}
	})
	return o, ok
}

// members takes those of an object up to its end.
func (s *scanner) members(depth int, each func(name, value []byte)) bool {
	if s.is('}') {
		return true
	}
	for {
		s.space()
		from := s.at
		if !s.string() {
			return false
		}
		name := s.b[from+1 : s.at-1]
		if bytes.IndexByte(name, '\\') >= 0 || !utf8.Valid(name) {
			name = []byte(unquote(s.b[from:s.at]))
		}
		if !s.is(':') {
			return false
		}
		s.space()
		from = s.at
		if !s.value(depth) {
			return false
		}
		each(name, s.b[from:s.at])
		if s.is('}') {
			return true
		}
		if !s.is(',') {
			return false
		}
	}
}

// value takes one value, which begins here.
func (s *scanner) value(depth int) bool {
	if s.at == len(s.b) || depth > scanDepth {
		return false
	}
	switch s.b[s.at] {
	case '"':
		return s.string()
	case '{':
		s.at++
		return s.members(depth+1, func(_, _ []byte) {})
	case '[':
		s.at++
		return s.elements(depth + 1)
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

// elements takes those of an array up to its end.
func (s *scanner) elements(depth int) bool {
	if s.is(']') {
		return true
	}
	for {
		s.space()
		if !s.value(depth) {
			return false
		}
		if s.is(']') {
			return true
		}
		if !s.is(',') {
			return false
		}
	}
}

func (s *scanner) word(w string) bool {
	ok := bytes.HasPrefix(s.b[s.at:], []byte(w))
	s.at += len(w)
	return ok
}

// number takes a number (RFC 8259, 6).
func (s *scanner) number() bool {
	s.oneOf("-")
	if !s.oneOf("0") && s.digits() == 0 {
		return false
	}
	if s.oneOf(".") && s.digits() == 0 {
		return false
	}
	if s.oneOf("eE") {
		s.oneOf("+-")
		return s.digits() > 0
	}
	return true
}

func (s *scanner) oneOf(set string) bool {
	if s.at < len(s.b) && bytes.IndexByte([]byte(set), s.b[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

func (s *scanner) digits() (n int) {
	for s.at < len(s.b) && '0' <= s.b[s.at] && s.b[s.at] <= '9' {
		s.at++
		n++
	}
	return n
}

// string takes a string with its quotes.
func (s *scanner) string() bool {
	if s.at == len(s.b) || s.b[s.at] != '"' {
		return false
	}
	s.at++
	for {
		s.at += plainBytes(s.b[s.at:])
		if s.at == len(s.b) {
			return false
		}
		switch s.b[s.at] {
		case '"':
			s.at++
			return true
		case '\\':
			if !s.escape() {
				return false
			}
		default:
			return false
		}
	}
}

// escape takes an escape sequence.
func (s *scanner) escape() bool {
	if s.at+1 == len(s.b) {
		return false
	}
	if c := s.b[s.at+1]; c != 'u' {
		s.at += 2
		return bytes.IndexByte([]byte(`"\/bfnrt`), c) >= 0
	}
	_, ok := hex4(s.b[s.at+2:])
	s.at += 6
	return ok
}

// hex4 is the number that four hexadecimal digits stand for.
func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	r := rune(0)
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// plainBytes is how many bytes stand before the first quote, backslash or
// control character, eight at a time.
func plainBytes(b []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, back := w^ones*'"', w^ones*'\\'
		// The lowest high bit that is set marks the first such byte.
		if stop := ((quote-ones)&^quote | (back-ones)&^back | (w-ones*' ')&^w) & highs; stop != 0 {
			return i + bits.TrailingZeros64(stop)/8
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}

// unquote is the string that JSON stands for, which was checked before. Invalid
// UTF-8 and half pairs are for encoding/json.
func unquote(raw []byte) string {
	in := raw[1 : len(raw)-1]
	if !utf8.Valid(in) {
		return unquoteSlowly(raw)
	}
	i := bytes.IndexByte(in, '\\')
	if i < 0 {
		return string(in)
	}
	var out strings.Builder
	out.Grow(len(in))
	for ; i >= 0; i = bytes.IndexByte(in, '\\') {
		out.Write(in[:i])
		n := 2
		if in[i+1] == 'u' {
			var r rune
			if r, n = unescape(in[i:]); n == 0 {
				return unquoteSlowly(raw)
			}
			out.WriteRune(r)
		} else {
			out.WriteByte(simpleEscape(in[i+1]))
		}
		in = in[i+n:]
	}
	out.Write(in)
	return out.String()
}

func simpleEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// unescape is the character of an escape \uXXXX, or of two that are a pair, and
// its length; 0 for half a pair.
func unescape(b []byte) (r rune, n int) {
	r, _ = hex4(b[2:])
	switch {
	case r < 0xd800 || r > 0xdfff:
		return r, 6
	case r > 0xdbff || len(b) < 12 || b[6] != '\\' || b[7] != 'u':
		return 0, 0
	}
	low, ok := hex4(b[8:])
	if !ok || low < 0xdc00 || low > 0xdfff {
		return 0, 0
	}
	return (r-0xd800)<<10 + low - 0xdc00 + 0x10000, 12
}

func unquoteSlowly(raw []byte) string {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		panic("jsontext: a checked string is not valid: " + strconv.Quote(err.Error()))
	}
	return s
}
