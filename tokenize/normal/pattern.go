package normal

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// Pattern finds the places in a text that are to be replaced.
type Pattern struct {
	text  string
	regex bool
	run   rune // a run of run, at least min long, is what the pattern finds
	min   int
	re    *regexp.Regexp
}

// Literal is a pattern that finds text itself.
func Literal(text string) (Pattern, error) {
	if text == "" || len(text) > maxPattern {
		return Pattern{}, fmt.Errorf("a text of %d bytes to be replaced, where 1 to %d are allowed", len(text), maxPattern)
	}
	return Pattern{text: text}, nil
}

// Regex is a pattern of Oniguruma's Ruby syntax. What means something else in
// Go, or depends on the age of Unicode's tables, is an error: character
// properties, \d and \w, look-around, options, nested sets, possessive
// quantifiers, ^ elsewhere than at the start, what matches the empty text, and
// repetition of what may.
func Regex(text string) (Pattern, error) {
	if len(text) > maxPattern {
		return Pattern{}, fmt.Errorf("a pattern of %d bytes, where %d are allowed", len(text), maxPattern)
	}
	t := translator{in: text}
	if err := t.translate(); err != nil {
		return Pattern{}, fmt.Errorf("pattern %q, byte %d: %w", text, t.at, err)
	}
	tree, err := syntax.Parse(t.out.String(), syntax.Perl)
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	if nullable(tree) {
		return Pattern{}, fmt.Errorf("pattern %q matches the empty text", text)
	}
	if repeatsNothing(tree) {
		return Pattern{}, fmt.Errorf("pattern %q repeats what may be empty: that %w", text, errMeans)
	}
	re, err := regexp.Compile(t.out.String())
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	p := Pattern{text: text, regex: true, re: re}
	p.run, p.min = runOf(tree)
	return p, nil
}

// nullable reports whether re matches an empty text.
func nullable(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return nullable(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || nullable(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !nullable(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, nullable)
	}
	return true
}

// repeatsNothing reports whether a part of re that may be empty is repeated:
// engines differ in when they stop.
func repeatsNothing(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		if nullable(re.Sub[0]) {
			return true
		}
	}
	return slices.ContainsFunc(re.Sub, repeatsNothing)
}

// runOf is the rune and the least number of them if tree finds runs of one
// rune, such as " {2,}", else 0.
func runOf(tree *syntax.Regexp) (rune, int) {
	if tree.Flags&syntax.NonGreedy != 0 {
		return 0, 0
	}
	least := tree.Min
	switch {
	case tree.Op == syntax.OpPlus:
		least = 1
	case tree.Op != syntax.OpRepeat || tree.Max >= 0:
		return 0, 0
	}
	if one := tree.Sub[0]; one.Op == syntax.OpLiteral && len(one.Rune) == 1 && one.Flags&syntax.FoldCase == 0 {
		return one.Rune[0], least
	}
	return 0, 0
}

// replace appends text with content in the place of all that is found.
func (p *Pattern) replace(dst []byte, text, content string) []byte {
	if p.regex && p.min == 0 {
		return append(dst, p.re.ReplaceAllLiteralString(text, content)...)
	}
	for {
		from, to := p.find(text)
		if from < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:from]...)
		dst = append(dst, content...)
		text = text[to:]
	}
}

// finds reports whether there is anything to be replaced.
func (p *Pattern) finds(text string) bool {
	if p.regex && p.min == 0 {
		return p.re.MatchString(text)
	}
	from, _ := p.find(text)
	return from >= 0
}

// find is the first place of a literal or of a run, or -1.
func (p *Pattern) find(text string) (start, end int) {
	if p.regex {
		return p.findRun(text)
	}
	i := strings.Index(text, p.text)
	return i, i + len(p.text)
}

func (p *Pattern) findRun(text string) (start, end int) {
	for end < len(text) {
		i := strings.IndexRune(text[end:], p.run)
		if i < 0 {
			break
		}
		start = end + i
		rest := strings.TrimLeft(text[start:], string(p.run))
		end = len(text) - len(rest)
		if end-start >= p.min*utf8.RuneLen(p.run) {
			return start, end
		}
	}
	return -1, -1
}

// MarshalJSON writes {"String": text} or {"Regex": text}.
func (p Pattern) MarshalJSON() ([]byte, error) {
	if p.regex {
		return Encode(struct{ Regex string }{p.text})
	}
	return Encode(struct{ String string }{p.text})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Pattern) UnmarshalJSON(raw []byte) (err error) {
	var either struct{ String, Regex *string }
	if err := json.Unmarshal(raw, &either); err != nil {
		return err
	}
	switch {
	case either.String != nil && either.Regex == nil:
		*p, err = Literal(*either.String)
	case either.Regex != nil && either.String == nil:
		*p, err = Regex(*either.Regex)
	default:
		err = errors.New("pattern has to be a String or a Regex")
	}
	return err
}

// whiteSpace is \s of Oniguruma, Unicode's White_Space, inside a class.
const whiteSpace = `\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}`

// translator writes a pattern so that Go takes it as Oniguruma does.
type translator struct {
	in     string
	at     int
	out    strings.Builder
	atom   bool // what was written last can be repeated
	groups int
}

var errMeans = errors.New("is not supported: it may mean something else here")

func (t *translator) translate() error {
	for t.at < len(t.in) {
		if err := t.next(); err != nil {
			return err
		}
	}
	if t.groups != 0 {
		return errors.New("a group is not closed")
	}
	return nil
}

func (t *translator) next() error {
	c := t.in[t.at]
	switch c {
	case '\\':
		return t.escape(false)
	case '[':
		return t.class()
	case '(':
		return t.group()
	case ')':
		t.groups--
		t.copy(1, true)
		if t.groups < 0 {
			return errors.New("a group is closed that was not opened")
		}
		return nil
	case '|':
		t.copy(1, false)
		return nil
	case '.':
		t.copy(1, true)
		return nil
	case '*', '+', '?', '{':
		return t.repeat()
	case '^':
		if t.at != 0 {
			return errMeans
		}
		t.at++
		t.out.WriteString("(?m:^)")
		return nil
	case '$':
		t.at++
		t.out.WriteString("(?m:$)")
		t.atom = false
		return nil
	case ']', '}':
		return errMeans
	}
	r, n := utf8.DecodeRuneInString(t.in[t.at:])
	t.at += n
	t.out.WriteRune(r)
	t.atom = true
	return nil
}

func (t *translator) copy(n int, atom bool) {
	t.out.WriteString(t.in[t.at : t.at+n])
	t.at += n
	t.atom = atom
}

// escape takes \n and the like, \s, \S, and escaped punctuation.
func (t *translator) escape(class bool) error {
	if t.at+1 >= len(t.in) {
		return errors.New("ends with a backslash")
	}
	c := t.in[t.at+1]
	switch {
	case c == 's' && class:
		t.out.WriteString(whiteSpace)
	case c == 's':
		t.out.WriteString("[" + whiteSpace + "]")
	case c == 'S' && !class:
		t.out.WriteString("[^" + whiteSpace + "]")
	case strings.IndexByte("ntrfv", c) >= 0:
		t.out.WriteString(t.in[t.at : t.at+2])
	case c > ' ' && c < utf8.RuneSelf && !isAlnum(c), c == ' ':
		t.out.WriteString(regexp.QuoteMeta(string(c)))
		if class && c == '-' {
			return errMeans
		}
	default:
		return errMeans
	}
	t.at += 2
	t.atom = true
	return nil
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// class takes a set of runes, ranges and escapes.
func (t *translator) class() error {
	t.copy(1, true)
	if strings.HasPrefix(t.in[t.at:], "^") {
		t.copy(1, true)
	}
	for first := true; t.at < len(t.in); first = false {
		switch c := t.in[t.at]; {
		case c == ']':
			if first {
				return errMeans
			}
			t.copy(1, true)
			return nil
		case c == '[', c == '&', c == '-' && first, strings.HasPrefix(t.in[t.at:], "--"), strings.HasPrefix(t.in[t.at:], "-]"):
			return errMeans
		case c == '\\':
			if strings.HasPrefix(t.in[t.at:], `\s-`) {
				return errMeans
			}
			if err := t.escape(true); err != nil {
				return err
			}
		case c == '-':
			if strings.HasPrefix(t.in[t.at:], `-\s`) {
				return errMeans
			}
			t.copy(1, true)
		default:
			_, n := utf8.DecodeRuneInString(t.in[t.at:])
			t.copy(n, true)
		}
	}
	return errors.New("a set is not closed")
}

func (t *translator) group() error {
	rest := t.in[t.at:]
	switch {
	case strings.HasPrefix(rest, "(?:"):
		t.copy(3, false)
	case strings.HasPrefix(rest, "(?"):
		return errMeans
	default:
		t.copy(1, false)
	}
	t.groups++
	return nil
}

var quantifier = regexp.MustCompile(`^(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})`)

func (t *translator) repeat() error {
	q := quantifier.FindString(t.in[t.at:])
	if q == "" || !t.atom {
		return errMeans
	}
	t.copy(len(q), false)
	if strings.HasPrefix(t.in[t.at:], "?") {
		if q[0] == '{' && !strings.Contains(q, ",") {
			return errMeans // Ruby's a{2}? is an optional aa
		}
		t.copy(1, false)
	}
	return nil
}
