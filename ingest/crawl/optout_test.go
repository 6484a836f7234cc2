package crawl

import (
	"net/http"
	"strings"
	"testing"
)

func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		name, robots, ai, tdm string
		own                   bool
		paths                 string // "+" may be fetched
	}{
		{"nothing", "", "", "", false, "+/ +/x"},
		{"a trainer is shut out", "User-agent: GPTBot\nDisallow: /\n", "", "", false, "-/ -/x"},
		{"of a part", "User-agent: CCBot\nDisallow: /art/\n", "", "", false, "+/ -/art/x"},
		{"of two parts", "User-agent: ClaudeBot\nDisallow: /a\nUser-agent: Google-Extended\nDisallow: /b\n", "", "", false, "-/a -/b +/c"},
		{"in a group with others", "User-agent: other\nUser-agent: anthropic-ai\nDisallow: /\n", "", "", false, "-/"},
		{"with digits in its name", "User-agent: AI2Bot\nDisallow: /\n", "", "", false, "-/"},
		{"on one's own site", "User-agent: GPTBot\nDisallow: /\n", "", "", true, "+/ +/x"},
		{"but this agent is welcome", "User-agent: GPTBot\nDisallow: /\nUser-agent: corpus\nDisallow: /private\n", "", "", false, "+/ -/private"},
		{"a search engine is shut out", "User-agent: googlebot\nDisallow: /\n", "", "", false, "+/"},
		{"everybody is, also on one's own site", "User-agent: *\nDisallow: /\n", "", "", true, "-/"},
		{"trainers are welcome where others are not", "User-agent: *\nDisallow: /\nUser-agent: GPTBot\nAllow: /\n", "", "", false, "-/"},
		{"content signal", "User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n", "", "", false, "-/ -/x"},
		{"content signal on one's own site", "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n", "", "", true, "+/"},
		{"content signal that allows", "User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n", "", "", false, "+/"},
		{"content usage", "User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n", "", "", false, "-/"},
		{"ai.txt", "", "User-Agent: *\nDisallow: /\n", "", false, "-/ -/x"},
		{"ai.txt by type", "", "User-Agent: *\nDisallow: *.txt\nAllow: *.html\n", "", false, "-/a.txt +/a.html"},
		{"ai.txt that is a page", "", "<!DOCTYPE html><title>Not found</title>", "", false, "+/"},
		{"tdmrep", "", "", `[{"location":"/","tdm-reservation":1}]`, false, "-/ -/x"},
		{"tdmrep by part", "", "", `[{"location":"/open/*","tdm-reservation":0},{"location":"/*","tdm-reservation":1,"tdm-policy":"https://a.example/p"}]`, false, "+/open/x -/x"},
		{"tdmrep as an object", "", "", `{"location":"/a","tdm-reservation":1}`, false, "-/a +/b"},
		{"tdmrep that is a page", "", "", `<html>`, false, "+/"},
		{"tdmrep of another form", "", "", `[1,"x",null]`, false, "+/"},
	} {
		var p policy
		p.obey(parseRobots([]byte(c.robots)), "corpus", c.own)
		if !c.own {
			p.obeyAI(parseRobots([]byte(c.ai)), "corpus")
			p.tdm = parseTDM([]byte(c.tdm))
		}
		for path := range strings.FieldsSeq(c.paths) {
			if why := p.refuses(path[1:]); (why == "") != (path[0] == '+') {
				t.Errorf("%s: %s is refused by %q", c.name, path[1:], why)
			}
		}
	}
}

func TestSignals(t *testing.T) {
	for _, c := range []struct {
		header   string // name: value, separated by |
		page     string
		own      bool
		refusal  string
		nofollow bool
	}{
		{"", "<title>x</title>", false, "", false},
		{"X-Robots-Tag: noindex", "", false, "noindex", false},
		{"X-Robots-Tag: NoIndex, NoFollow", "", true, "noindex", true},
		{"X-Robots-Tag: none", "", false, "noindex", true},
		{"X-Robots-Tag: nofollow", "", false, "", true},
		{"X-Robots-Tag: all", "", false, "", false},
		{"X-Robots-Tag: noai, noimageai", "", false, "noai", false},
		{"X-Robots-Tag: noai", "", true, "", false},
		{"X-Robots-Tag: noarchive", "", false, "noarchive", false},
		{"X-Robots-Tag: googlebot: noindex", "", false, "", false},
		{"X-Robots-Tag: corpus: noindex", "", false, "noindex", false},
		{"X-Robots-Tag: gptbot: noindex", "", false, "noindex", false},
		{"X-Robots-Tag: gptbot: noindex", "", true, "", false},
		{"X-Robots-Tag: googlebot: nofollow, otherbot: noindex, nofollow", "", false, "", false},
		{"X-Robots-Tag: otherbot: noindex, corpus: nofollow", "", false, "", true},
		{"X-Robots-Tag: unavailable_after: 25 Jun 2010 15:00:00 PST", "", false, "", false},
		{"X-Robots-Tag: max-snippet: 5, noindex", "", false, "noindex", false},
		{"X-Robots-Tag: googlebot: all|X-Robots-Tag: noindex", "", false, "noindex", false},
		{"TDM-Reservation: 1", "", false, "tdm-reservation", false},
		{"TDM-Reservation: 0", "", false, "", false},
		{"TDM-Reservation: 1", "", true, "", false},
		{"Content-Usage: train-ai=n", "", false, "content-usage", false},
		{"", `<meta name="robots" content="noindex">`, false, "noindex", false},
		{"", `<META NAME=ROBOTS CONTENT="NOINDEX,NOFOLLOW">`, false, "noindex", true},
		{"", `<meta content="none" name=" Robots ">`, false, "noindex", true},
		{"", `<meta name="robots" content="noai, noimageai">`, false, "noai", false},
		{"", `<meta name="googlebot" content="noindex">`, false, "", false},
		{"", `<meta name="corpus" content="noindex"/>`, false, "noindex", false},
		{"", `<meta name="CCBot" content="nofollow">`, false, "", true},
		{"", `<meta name="tdm-reservation" content="1">`, false, "tdm-reservation", false},
		{"", `<meta name="tdm-reservation" content="1">`, true, "", false},
		{"", `<!-- <meta name="robots" content="noindex"> -->`, false, "", false},
		{"", `<script>"<meta name='robots' content='noindex'>"</script>`, false, "", false},
		{"", `<meta name="description" content="noindex">`, false, "", false},
	} {
		h := http.Header{}
		for line := range strings.SplitSeq(c.header, "|") {
			name, value, _ := strings.Cut(line, ": ")
			h.Add(name, value)
		}
		s := signals{agent: "corpus", own: c.own}
		s.header(h)
		links(mustURL(t, "http://a.example/"), []byte(c.page), &s)
		if s.refusal != c.refusal || s.nofollow != c.nofollow {
			t.Errorf("%s%s: %q %v, want %q %v", c.header, c.page, s.refusal, s.nofollow, c.refusal, c.nofollow)
		}
	}
}
