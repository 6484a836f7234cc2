package crawl

import (
	"net/url"
	"strings"
	"time"
)

// Scope bounds a crawl. Zero means no bound, but for Depth.
type Scope struct {
	Hosts []string      // beside those of the seeds; ".example.org" is all below it
	Paths []string      // prefixes, of which a page's path must have one
	Depth int           // links away from a seed; 0: the seeds alone
	Pages int64         // to ask for in this run, sitemaps among them
	Bytes int64         // of bodies in this run
	Time  time.Duration // of this run
}

// holds says whether a page may be visited: its host is a seed's, with or
// without www, or one of Hosts, and its path begins with one of Paths.
func (s *Scope) holds(seeds []*url.URL, u *url.URL, depth int) bool {
	return depth <= s.Depth && s.holdsHost(seeds, u) && s.holdsPath(u)
}

func (s *Scope) holdsHost(seeds []*url.URL, u *url.URL) bool {
	for _, seed := range seeds {
		if strings.TrimPrefix(u.Host, "www.") == strings.TrimPrefix(seed.Host, "www.") {
			return true
		}
	}
	for _, h := range s.Hosts {
		below, dotted := strings.CutPrefix(h, ".")
		if u.Host == below || u.Hostname() == below || dotted && strings.HasSuffix(u.Hostname(), h) {
			return true
		}
	}
	return false
}

func (s *Scope) holdsPath(u *url.URL) bool {
	for _, p := range s.Paths {
		if strings.HasPrefix(u.EscapedPath(), p) {
			return true
		}
	}
	return len(s.Paths) == 0
}

// spent says whether a bound of the run is reached.
func (s *Scope) spent(pages, bytes int64, took time.Duration) bool {
	return s.Pages > 0 && pages >= s.Pages || s.Bytes > 0 && bytes >= s.Bytes || s.Time > 0 && took >= s.Time
}
