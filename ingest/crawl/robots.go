package crawl

import (
	"bytes"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// robots is a parsed robots.txt (RFC 9309). ai.txt has the same form.
type robots struct {
	groups   []group
	sitemaps []string
}

// group is the lines below one or more user-agent lines.
type group struct {
	agents  []string // lower case; "*" is everybody
	rules   []rule
	delay   time.Duration
	noTrain bool // Content-Signal: ai-train=no, Content-Usage: train-ai=n
}

type rule struct {
	allow   bool
	pattern string // normalised
}

// parseRobots takes whatever a server sends: lines that are not understood are
// left out, and what stands beyond MaxRobots, with the line it cuts.
func parseRobots(b []byte) *robots {
	if len(b) > MaxRobots {
		b = b[:MaxRobots]
		b = b[:bytes.LastIndexAny(b, "\r\n")+1]
	}
	r := &robots{}
	for line := range strings.FieldsFuncSeq(withoutBOM(string(b)), func(c rune) bool { return c == '\n' || c == '\r' }) {
		if key, value, ok := splitLine(line[:min(len(line), MaxRobotsLine)]); ok {
			r.line(strings.ToLower(key), value)
		}
	}
	return r
}

// withoutBOM drops a byte order mark, also one that lost its last bytes.
func withoutBOM(s string) string {
	for i, c := range []byte("\xef\xbb\xbf") {
		if i >= len(s) || s[i] != c {
			return s[i:]
		}
	}
	return s[3:]
}

// splitLine cuts "key: value # comment". A forgotten colon is forgiven where
// only two words stand.
func splitLine(line string) (key, value string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	line = strings.TrimSpace(line)
	if key, value, ok = strings.Cut(line, ":"); ok {
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		return key, value, key != ""
	}
	words := strings.Fields(line)
	if len(words) != 2 {
		return "", "", false
	}
	return words[0], words[1], true
}

// misspelt are frequent typos of field names (google/robotstxt).
var misspelt = []struct{ prefix, name string }{
	{"user-agent", "user-agent"},
	{"useragent", "user-agent"},
	{"user agent", "user-agent"},
	{"allow", "allow"},
	{"disallow", "disallow"},
	{"dissallow", "disallow"},
	{"dissalow", "disallow"},
	{"disalow", "disallow"},
	{"diasllow", "disallow"},
	{"disallaw", "disallow"},
	{"sitemap", "sitemap"},
	{"site-map", "sitemap"},
}

func (r *robots) line(key, value string) {
	for _, m := range misspelt {
		if strings.HasPrefix(key, m.prefix) {
			key = m.name
			break
		}
	}
	switch key {
	case "user-agent":
		r.agent(value)
		return
	case "sitemap":
		r.sitemaps = append(r.sitemaps, value)
		return
	}
	if len(r.groups) > 0 {
		r.groups[len(r.groups)-1].line(key, value)
	}
}

// agent opens a group, or joins the one that has no rules yet.
func (r *robots) agent(value string) {
	token := productToken(value)
	if value == "*" || strings.HasPrefix(value, "* ") || strings.HasPrefix(value, "*\t") {
		token = "*"
	}
	if n := len(r.groups); n == 0 || len(r.groups[n-1].rules) > 0 {
		r.groups = append(r.groups, group{})
	}
	g := &r.groups[len(r.groups)-1]
	g.agents = append(g.agents, token)
}

// productToken is the name that a User-Agent begins with, in lower case. Digits
// are not in the RFC's alphabet, but in names such as AI2Bot.
func productToken(s string) string {
	end := 0
	for end < len(s) && strings.IndexByte("-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", s[end]) >= 0 {
		end++
	}
	return strings.ToLower(s[:end])
}

func (g *group) line(key, value string) {
	switch key {
	case "allow", "disallow":
		p := normalPattern(value)
		g.rules = append(g.rules, rule{key == "allow", p})
		// A directory's index is the directory (google/robotstxt).
		if i := strings.LastIndexByte(p, '/'); key == "allow" && i >= 0 && strings.HasPrefix(p[i:], "/index.htm") {
			g.rules = append(g.rules, rule{true, p[:i+1] + "$"})
		}
	case "crawl-delay":
		if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
			g.delay = time.Duration(math.Min(s, MaxRetryAfter.Seconds()) * float64(time.Second))
		}
	case "content-signal", "content-usage":
		g.noTrain = g.noTrain || refusesTraining(value)
	}
}

// refusesTraining reads the preferences of contentsignals.org and of IETF's AIPREF.
func refusesTraining(value string) bool {
	fields := strings.FieldsFunc(strings.ToLower(value), func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\t' })
	return slices.Contains(fields, "ai-train=no") || slices.Contains(fields, "train-ai=n")
}

// of merges the groups that name the agent; without any, those of everybody.
// named says which it was.
func (r *robots) of(agent string) (g group, named bool) {
	if g, named = r.named(agent); named {
		return g, true
	}
	g, _ = r.named("*")
	return g, false
}

func (r *robots) named(agent string) (merged group, found bool) {
	for _, g := range r.groups {
		if slices.Contains(g.agents, agent) {
			found = true
			merged.rules = append(merged.rules, g.rules...)
			merged.delay = max(merged.delay, g.delay)
			merged.noTrain = merged.noTrain || g.noTrain
		}
	}
	return merged, found
}

// allows applies the longest rule that matches; of two as long, Allow.
func (g group) allows(path string) bool {
	allow, best := true, 0
	for _, r := range g.rules {
		if n := len(r.pattern); (n > best || n == best && r.allow && n > 0) && matches(r.pattern, path) {
			allow, best = r.allow, n
		}
	}
	return allow
}

// matches says whether a pattern with * and a final $ matches from the start of
// path. Each piece between two * is taken where it first occurs, so the time is
// linear.
func matches(pattern, path string) bool {
	pattern, anchored := strings.CutSuffix(pattern, "$")
	first, rest, wild := strings.Cut(pattern, "*")
	path, ok := strings.CutPrefix(path, first)
	if !ok || !wild {
		return ok && (!anchored || path == "")
	}
	for wild {
		var piece string
		piece, rest, wild = strings.Cut(rest, "*")
		if !wild && anchored {
			return strings.HasSuffix(path, piece)
		}
		i := strings.Index(path, piece)
		if i < 0 {
			return false
		}
		path = path[i+len(piece):]
	}
	return true
}

// robotsPath is the part of an address that rules are about: path and query.
func robotsPath(u *url.URL) string {
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	return strings.NewReplacer("*", "%2A", "$", "%24").Replace(normalEscapes(path))
}

// normalPattern is a rule's pattern in the form of robotsPath. A $ that is not
// the last character means itself.
func normalPattern(s string) string {
	s = normalEscapes(s)
	if body, ok := strings.CutSuffix(s, "$"); ok {
		return strings.ReplaceAll(body, "$", "%24") + "$"
	}
	return strings.ReplaceAll(s, "$", "%24")
}
