package crawl

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"corpus"
)

// Config is a crawl: where it starts, how far it goes, how it behaves.
type Config struct {
	Seeds []string // addresses to start from
	Dir   string   // of the files, which exists
	Name  string   // of the files: NAME.frontier, NAME-00000.warc.gz, NAME_meta-00000.warc.gz
	// Agent is the User-Agent: a name, and an address (web or e-mail) to complain to.
	Agent string
	Scope Scope
	// Delay is the least time between two requests to a host, and between an
	// answer and the next request; a Crawl-delay may make it longer.
	Delay   time.Duration
	PerHost int           // requests to one host at once; 0: 1
	Revisit time.Duration // a page younger than this is not asked again
	// AllowPrivate opens loopback and private addresses.
	AllowPrivate bool
	// Proxy is asked for everything: http, https or socks5://[USER:PASSWORD@]HOST:PORT;
	// "": none. It looks up the names, so that only addresses in URLs and names of
	// local networks can be kept out.
	Proxy string
	// OwnSite passes over what keeps training out: robots groups of AI crawlers,
	// ai.txt, TDM reservations, noai. What is said to everybody or to this agent
	// is obeyed all the same.
	OwnSite   bool
	FileBytes int64         // a WARC file is followed by another beyond it; 0: 1 GiB
	FetchTime time.Duration // of one request; 0: the constant FetchTime
	Resolver  *net.Resolver // nil: the system's
	// Progress hears of the state of things after each answer, Warn of what the
	// user should know. Both may be nil.
	Progress func(Counts)
	Warn     func(string)

	backoff time.Duration // 0: FirstBackoff
}

// Counts say what a run did.
type Counts struct {
	Requests   int64 `json:"requests"`
	Bytes      int64 `json:"bytes"`
	Stored     int64 `json:"stored"`
	Unchanged  int64 `json:"unchanged"`
	Redirects  int64 `json:"redirects"`
	Gone       int64 `json:"gone"`
	Failed     int64 `json:"failed"`
	Retried    int64 `json:"retried"`
	Skipped    int64 `json:"skipped"`
	Robots     int64 `json:"robots"`
	OptedOut   int64 `json:"opted_out"`
	Lists      int64 `json:"lists"` // sitemaps and feeds
	OutOfScope int64 `json:"out_of_scope"`
	Trapped    int64 `json:"trapped"`
	Left       int64 `json:"left"`    // due, not asked in this run
	Waiting    int64 `json:"waiting"` // of those: their host does not answer
	BadSeeds   int64 `json:"bad_seeds"`
}

var (
	contact   = regexp.MustCompile(`https?://[^\s/]+\.?[^\s]*|[^\s@<(]+@[^\s@]+\.[^\s@]+`)
	crawlName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,99}$`)
)

// Check says what is wrong with a configuration; class Usage or NoInput.
func (c *Config) Check() error {
	_, err := c.check()
	return err
}

// check finds what is wrong with a configuration and gives the seeds.
func (c *Config) check() ([]*url.URL, error) {
	if err := checkAgent(c.Agent); err != nil {
		return nil, err
	}
	if !crawlName.MatchString(c.Name) {
		return nil, corpus.Errorf(corpus.Usage, "%q is no name for a crawl: use a-z, 0-9, dots and hyphens", c.Name)
	}
	if _, err := parseProxy(c.Proxy); err != nil {
		return nil, err
	}
	if len(c.Seeds) == 0 {
		return nil, corpus.Errorf(corpus.NoInput, "no address to crawl")
	}
	var seeds []*url.URL
	for _, s := range c.Seeds {
		u, err := canonical(nil, s)
		if err != nil {
			return nil, corpus.Errorf(corpus.Usage, "cannot crawl %s: %w", s, err)
		}
		seeds = append(seeds, u)
	}
	return seeds, nil
}

// checkAgent wants a User-Agent that begins with a name, by which robots.txt may
// address it, and says whom to turn to.
func checkAgent(agent string) error {
	e := &corpus.Error{
		Class: corpus.Usage, Offset: -1,
		Next: `set --user-agent "my-crawler (+https://example.org/crawler)" or with an e-mail address`,
	}
	switch {
	case agent == "":
		e.What = "a crawl needs a User-Agent with a contact, so that those who run the sites can reach you"
	case strings.ContainsFunc(agent, func(r rune) bool { return r < ' ' || r > '~' }):
		e.What = "the User-Agent may hold visible ASCII only"
	case agentToken(agent) == "":
		e.What = "the User-Agent does not begin with a name of its own"
	case !contact.MatchString(agent):
		e.What = "the User-Agent names no contact (a web or e-mail address)"
	default:
		return nil
	}
	return e
}

// agentToken is the name by which robots.txt may address the crawler. One that
// begins like a browser has it behind "compatible;".
func agentToken(agent string) string {
	token := productToken(agent)
	if token == "mozilla" {
		_, rest, _ := strings.Cut(agent, "compatible;")
		token = productToken(strings.TrimSpace(rest))
	}
	return token
}

// NameOf is the name of a crawl that is given none: the host of its first seed.
func NameOf(seed string) (string, error) {
	u, err := canonical(nil, seed)
	if err != nil {
		return "", corpus.Errorf(corpus.Usage, "cannot crawl %s: %w", seed, err)
	}
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == ':' || r == '[' || r == ']' {
			return '-'
		}
		return r
	}, u.Host), "-"), nil
}
