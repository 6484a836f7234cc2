package crawl

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// traps counts addresses that a server can make without end.
type traps struct {
	variants map[string]int // queries by host and path
	dates    map[string]int // dates by address with its numbers blanked
}

func newTraps() *traps { return &traps{map[string]int{}, map[string]int{}} }

// endless says why an address looks made by a machine for ever, "" when it does not.
func (t *traps) endless(u *url.URL) string {
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	switch {
	case len(segments) > MaxSegments:
		return "deep path"
	case repeats(segments):
		return "repeated path"
	case strings.Count(u.RawQuery, "&") >= MaxParameters:
		return "many parameters"
	case u.RawQuery != "" && t.variants[u.Host+u.EscapedPath()] >= MaxVariants:
		return "many queries"
	case datelike(u) && t.dates[shape(u)] >= MaxDates:
		return "calendar"
	}
	return ""
}

// count takes note of an address that is added.
func (t *traps) count(u *url.URL) {
	if u.RawQuery != "" {
		t.variants[u.Host+u.EscapedPath()]++
	}
	if datelike(u) {
		t.dates[shape(u)]++
	}
}

// repeats says whether one to three segments follow themselves more than
// MaxRepeats times, as relative links on a page that every path gives do.
func repeats(segments []string) bool {
	for size := 1; size <= 3; size++ {
		run := 0
		for i := size; i < len(segments); i++ {
			if segments[i] != segments[i-size] || segments[i] == "" {
				run = 0
			} else if run++; run >= size*MaxRepeats {
				return true
			}
		}
	}
	return false
}

var (
	number    = regexp.MustCompile(`[0-9]+`)
	datePath  = regexp.MustCompile(`(?:^|[/_-])(?:1[0-9]|[2-9][0-9])[0-9]{2}[/_-][0-9]{1,2}(?:[/_-][0-9]{1,2})?/?$`)
	dateQuery = regexp.MustCompile(`(?i)(?:^|[&;_])(?:y|m|d|year|month|week|day|date|cal|start|time|timestamp)[a-z_]*=[0-9]`)
)

// datelike says whether an address ends in a date or asks for one.
func datelike(u *url.URL) bool {
	return datePath.MatchString(path.Clean(u.EscapedPath())) || dateQuery.MatchString(u.RawQuery)
}

func shape(u *url.URL) string {
	return u.Host + number.ReplaceAllString(u.EscapedPath()+"?"+u.RawQuery, "0")
}
