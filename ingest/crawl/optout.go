package crawl

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// trainers are the product tokens of crawlers that fetch for the training of
// models. A site that shuts one of them out does not want to be trained on.
var trainers = []string{
	"gptbot", "ccbot", "google-extended", "anthropic-ai", "claudebot", "claude-web", "applebot-extended",
	"meta-externalagent", "facebookbot", "bytespider", "amazonbot", "cohere-ai", "cohere-training-data-crawler",
	"ai2bot", "diffbot", "omgili", "omgilibot", "webzio-extended", "img2dataset", "timpibot", "pangubot",
	"icc-crawler", "velenpublicwebcrawler", "perplexitybot", "youbot", "deepseekbot", "mistralai-training",
}

// policy is what the files of an origin say about all of its pages, for one
// agent.
type policy struct {
	checks []check
	tdm    []reservation // /.well-known/tdmrep.json
	delay  time.Duration
}

// check is a group of rules that must allow a path.
type check struct {
	group group
	why   string
}

// obey takes the robots.txt. A group that names the agent speaks for itself;
// otherwise, unless the site is one's own, whatever keeps the training of models
// out counts too.
func (p *policy) obey(r *robots, agent string, own bool) {
	g, named := r.of(agent)
	p.delay = g.delay
	p.checks = []check{{g, "robots.txt"}}
	if named || own {
		return
	}
	if g.noTrain {
		nothing := group{rules: []rule{{pattern: "/"}}}
		p.checks = append(p.checks, check{nothing, "robots.txt: no training"})
	}
	for _, t := range trainers {
		if g, ok := r.named(t); ok {
			p.checks = append(p.checks, check{g, "robots.txt for " + t})
		}
	}
}

// obeyAI takes the ai.txt.
func (p *policy) obeyAI(r *robots, agent string) {
	g, _ := r.of(agent)
	p.checks = append(p.checks, check{g, "ai.txt"})
}

// refuses says why a path must not be fetched, "" when it may.
func (p *policy) refuses(path string) string {
	for _, c := range p.checks {
		if !c.group.allows(path) {
			return c.why
		}
	}
	if reserved(p.tdm, path) {
		return "tdmrep.json"
	}
	return ""
}

// reservation is an entry of tdmrep.json (W3C TDM Reservation Protocol).
type reservation struct {
	Location string `json:"location"`
	Reserved int    `json:"tdm-reservation"`
}

// parseTDM reads a tdmrep.json; one that is not JSON reserves nothing.
func parseTDM(b []byte) []reservation {
	var all []reservation
	if json.Unmarshal(b, &all) != nil {
		var one reservation
		if json.Unmarshal(b, &one) != nil {
			return nil
		}
		all = []reservation{one}
	}
	return all[:min(len(all), MaxReservations)]
}

// reserved applies the first entry whose location matches.
func reserved(all []reservation, path string) bool {
	for _, r := range all {
		if matches(normalPattern(r.Location), path) {
			return r.Reserved == 1
		}
	}
	return false
}

// signals are what a response says about itself, in header and page.
type signals struct {
	agent    string
	own      bool
	refusal  string // why its text is not used, "" when it may be
	nofollow bool
}

// header reads X-Robots-Tag, tdm-reservation and Content-Usage.
func (s *signals) header(h http.Header) {
	for _, v := range h.Values("X-Robots-Tag") {
		s.robotsTag(v)
	}
	for _, v := range h.Values("Tdm-Reservation") {
		s.tdm("tdm-reservation", v)
	}
	for _, v := range h.Values("Content-Usage") {
		if !s.own && refusesTraining(v) {
			s.refuse("content-usage")
		}
	}
}

// valued are directives that have a colon of their own.
var valued = []string{"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}

// robotsTag reads "noindex, otherbot: nofollow": a name is for all directives
// behind it.
func (s *signals) robotsTag(value string) {
	mine := true
	for part := range strings.SplitSeq(strings.ToLower(value), ",") {
		name, rest, ok := strings.Cut(strings.TrimSpace(part), ":")
		if name = strings.TrimSpace(name); ok && !slices.Contains(valued, name) {
			mine, part = s.addressed(name), rest
		}
		if mine {
			s.directive(strings.TrimSpace(part))
		}
	}
}

// addressed says whether a robots directive for a named agent is for us.
func (s *signals) addressed(name string) bool {
	return name == "*" || name == "robots" || name == s.agent || !s.own && slices.Contains(trainers, name)
}

// directive takes one word. noarchive is how Bing lets sites keep out of
// training; noai comes from DeviantArt.
func (s *signals) directive(word string) {
	switch word {
	case "noindex":
		s.refuse(word)
	case "nofollow":
		s.nofollow = true
	case "none":
		s.refuse("noindex")
		s.nofollow = true
	case "noai", "noml", "noarchive", "nocache":
		if !s.own {
			s.refuse(word)
		}
	}
}

func (s *signals) tdm(name, value string) {
	if !s.own && name == "tdm-reservation" && strings.TrimSpace(value) == "1" {
		s.refuse(name)
	}
}

// meta reads a <meta name content> element.
func (s *signals) meta(name, content string) {
	name = strings.ToLower(strings.TrimSpace(name))
	s.tdm(name, content)
	if s.addressed(name) {
		for word := range strings.FieldsFuncSeq(strings.ToLower(content), func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
			s.directive(word)
		}
	}
}

func (s *signals) refuse(why string) {
	if s.refusal == "" {
		s.refusal = why
	}
}
