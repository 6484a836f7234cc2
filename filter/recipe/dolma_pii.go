package recipe

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"corpus"
)

// dolmaPIIColumns are the attributes of the tagger pii_regex_with_counts_fast_v2.
var dolmaPIIColumns = []string{
	"dolma.pii", // e-mail addresses, phone numbers and IP addresses
}

// Dolma's patterns, whose \s and \d are those of Python's str.
var (
	dolmaEmail = regexp.MustCompile(pythonClasses(`[.\s@,?!;:)(]*([^\s@]+@[^\s@,?!;:)(]+?)[.\s@,?!;:)(]?[\s]`))
	dolmaPhone = regexp.MustCompile(pythonClasses(`[\s]+\(?(\d{3})\)?[-\. ]*(\d{3})[-. ]?(\d{4})`))
	dolmaIP    = regexp.MustCompile(`(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)`)
)

// pythonClasses is a pattern of Python's for package regexp; \s stands in sets only.
func pythonClasses(pattern string) string {
	return strings.NewReplacer(`\s`, `\t-\r\x1c-\x20\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`, `\d`, `\p{Nd}`).Replace(pattern)
}

const (
	dolmaQuestions = 10_000        // the most question marks of a text in which Dolma looks for addresses
	dolmaMostFound = maxTokens / 4 // addresses that are replaced in a text, and counted
)

// dolmaPII finds addresses. It is reused from document to document.
type dolmaPII struct {
	found []corpus.Edit
}

// dolmaFindPII appends the values of dolmaPIIColumns and wants what was found
// replaced: of what overlaps, as the mixer does, what begins first.
func dolmaFindPII(dst []float64, d *document) []float64 {
	p := &d.pii
	p.found = p.found[:0]
	if strings.Count(d.text, "?") <= dolmaQuestions {
		p.lines(d.text)
	}
	n := len(p.found)
	slices.SortStableFunc(p.found, func(a, b corpus.Edit) int { return cmp.Or(a.Start-b.Start, kindOrder(a.Rule)-kindOrder(b.Rule)) })
	end := 0
	for _, e := range p.found {
		if e.Start >= end {
			d.edits = append(d.edits, e)
			end = e.End
		}
	}
	return append(dst, float64(n))
}

// kindOrder is how the mixer's configuration orders the kinds.
func kindOrder(rule string) int {
	return slices.Index([]string{"dolma.email", "dolma.phone", "dolma.ip"}, rule)
}

// lines looks through the lines of text one by one, with their line breaks.
func (p *dolmaPII) lines(text string) {
	at := 0
	for line := range strings.Lines(text) {
		if strings.IndexByte(line, '@') >= 0 {
			p.emails(line, at)
		}
		digits, dots := numbers(line)
		if digits >= 4 {
			p.each(dolmaPhone, line, at, "dolma.phone", " |||PHONE_NUMBER||| ")
		}
		if dots >= 3 {
			p.each(dolmaIP, line, at, "dolma.ip", " |||IP_ADDRESS||| ")
		}
		at += len(line)
	}
}

// numbers is the digits in the longest run of digits of a line, and how many dots
// stand between digits.
func numbers(line string) (digits, dots int) {
	run := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case '0' <= c && c <= '9':
			run++
			digits = max(digits, run)
		case c >= utf8.RuneSelf:
			return 4, strings.Count(line, ".") // let the patterns look
		default:
			if c == '.' && run > 0 && i+1 < len(line) && '0' <= line[i+1] && line[i+1] <= '9' {
				dots++
			}
			run = 0
		}
	}
	return digits, dots
}

func (p *dolmaPII) emails(line string, at int) {
	for from := 0; from < len(line) && len(p.found) < dolmaMostFound; {
		m := dolmaEmail.FindStringSubmatchIndex(line[from:])
		if m == nil {
			return
		}
		local, domain, _ := strings.Cut(line[from+m[2]:from+m[3]], "@")
		if local != "(" && strings.Contains(domain, ".") {
			p.found = append(p.found, corpus.Edit{Start: at + from + m[0], End: at + from + m[1], With: " |||EMAIL_ADDRESS||| ", Rule: "dolma.email"})
		}
		from += m[1]
	}
}

func (p *dolmaPII) each(pattern *regexp.Regexp, line string, at int, rule, with string) {
	for from := 0; from < len(line) && len(p.found) < dolmaMostFound; {
		m := pattern.FindStringIndex(line[from:])
		if m == nil {
			return
		}
		p.found = append(p.found, corpus.Edit{Start: at + from + m[0], End: at + from + m[1], With: with, Rule: rule})
		from += m[1]
	}
}
