package pii

import "corpus"

// Finder finds spans of the kinds it was made for; every goroutine makes its own.
type Finder struct {
	want [kinds]bool
	scan scan
}

// New is a Finder of the kinds of these names, of all when there is none. What a
// kind finds does not depend on which others are asked for.
func New(kinds ...string) (*Finder, error) {
	want, err := wanted(kinds)
	if err != nil {
		return nil, err
	}
	return &Finder{want: want}, nil
}

// Append adds an edit for every span of text to dst, in the order of the text and
// without overlaps. It reads text once and looks closer only at the few bytes that
// can be part of a span, no farther than limits.go allows. Of more than maxFound spans
// the last one reaches to the end of the text, so that nothing personal is left.
func (f *Finder) Append(dst []corpus.Edit, text string) []corpus.Edit {
	s := &f.scan
	s.text, s.want, s.edits, s.floor, s.wordsAt, s.words = text, &f.want, dst, 0, 0, 0
	for i := 0; i < len(text); {
		if len(s.edits)-len(dst) >= maxFound {
			s.edits[len(s.edits)-1].End = len(text)
			break
		}
		look := triggers[text[i]]
		if look == nothing {
			i++
			continue
		}
		i = max(i+1, s.look(i, look))
	}
	dst, s.text, s.edits = s.edits, "", nil
	return dst
}

// scan is one text being read from left to right.
type scan struct {
	text  string
	want  *[kinds]bool
	edits []corpus.Edit
	floor int // end of the last span: nothing before it is looked at again

	groups  groups // of the number at hand
	dialled dialled
	wordsAt int // where wordsBefore was asked last, and what it said
	words   wordSet
}

// trigger is what a byte may be part of.
type trigger byte

const (
	nothing  trigger = iota
	at               // @ of an e-mail address or of a URL's password
	digit            // of a number
	colon            // of an IPv6 address; behind the name of a password
	equals           // behind the name of a password
	wide             // ： or ＝ behind the name of a password
	joint            // _ or - in the prefix of a key
	capitalA         // of AKIA or AIza
	capitalJ         // of eyJ
)

var triggers = func() (t [256]trigger) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	t['@'], t[':'], t['='], t['_'], t['-'], t['A'], t['J'], t['：'>>12|0xe0] = at, colon, equals, joint, joint, capitalA, capitalJ, wide
	return t
}()

// look is the place to read on at, after what may be around the trigger at i.
func (s *scan) look(i int, t trigger) int {
	switch t {
	case at:
		return s.address(i)
	case digit:
		return s.number(i)
	case colon:
		return s.behindColon(i)
	case equals:
		return s.assigned(i)
	case wide:
		return s.fullWidth(i)
	case joint:
		return s.prefixed(i)
	case capitalA:
		return s.capitalKey(i)
	default:
		return s.jwt(i)
	}
}

// found notes a span and is its end.
func (s *scan) found(start, end int, k kind) int {
	if s.want[k] {
		s.edits = append(s.edits, corpus.Edit{Start: start, End: end, With: placeholders[k], Rule: names[k]})
	}
	s.floor = end
	return end
}

// before is the byte before i, 0 at the beginning of the text. What was replaced
// ends like its placeholder does.
func (s *scan) before(i int) byte {
	if i <= 0 {
		return 0
	}
	if i == s.floor {
		return '>'
	}
	return s.text[i-1]
}

// at is the byte at i, 0 behind the end of the text.
func (s *scan) at(i int) byte {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// run is the end of the run of bytes of a class that begins at i, no longer than most.
func (s *scan) run(i, most int, in func(byte) bool) int {
	end := min(len(s.text), i+most)
	for i < end && in(s.text[i]) {
		i++
	}
	return i
}

// runBack is the beginning of the run of bytes of a class that ends before i.
func (s *scan) runBack(i, most int, in func(byte) bool) int {
	start := max(s.floor, i-most)
	for i > start && in(s.text[i-1]) {
		i--
	}
	return i
}

// has tells whether prefix stands at i.
func (s *scan) has(i int, prefix string) bool {
	return i >= s.floor && i+len(prefix) <= len(s.text) && s.text[i:i+len(prefix)] == prefix
}

func isDigit(c byte) bool { return c-'0' <= 9 }
func isUpper(c byte) bool { return c-'A' <= 25 }
func isLower(c byte) bool { return c-'a' <= 25 }
func isAlpha(c byte) bool { return isLower(c | 0x20) }
func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }
func isHex(c byte) bool   { return isDigit(c) || (c|0x20)-'a' <= 5 }

// isWord tells what makes one identifier with what stands beside it.
func isWord(c byte) bool { return isAlnum(c) || c == '_' }

// isBase64URL is the alphabet of RFC 4648 §5.
func isBase64URL(c byte) bool { return isWord(c) || c == '-' }

func lower(c byte) byte {
	if isUpper(c) {
		return c | 0x20
	}
	return c
}
