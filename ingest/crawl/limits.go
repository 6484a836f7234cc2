package crawl

import "time"

// Caps on what a server decides. What lies beyond one is not fetched or not
// stored, and counted; nothing is cut short silently.
const (
	// MaxURL is the longest address; sitemaps.org has 2,048.
	MaxURL = 2048
	// MaxRobots is the bytes of robots.txt that are read (RFC 9309 §2.5: at
	// least 500 KiB), MaxRobotsLine those of one line (google/robotstxt).
	MaxRobots     = 500 << 10
	MaxRobotsLine = 8*2083 - 1
	// RobotsAge is how long a robots.txt is believed (RFC 9309 §2.4).
	RobotsAge = 24 * time.Hour
	// MaxRedirects is the most hops to a page or a robots.txt (RFC 9309 §2.3.1.2).
	MaxRedirects = 5
	// MaxHeader is the largest header block of a response.
	MaxHeader = 64 << 10
	// MaxBody is the largest page as sent, MaxSitemap the largest sitemap
	// (sitemaps.org: 50 MiB); decoded they may be twice as large.
	MaxBody    = 8 << 20
	MaxSitemap = 50 << 20
	// MaxRatio of decoded to sent bytes, once RatioFloor bytes are decoded, is
	// where a body counts as a bomb.
	MaxRatio   = 200
	RatioFloor = 1 << 20
	// MaxCodings is the most content codings that one response may stack.
	MaxCodings = 2
	// MaxLinks is the most links taken from a page, MaxEntries from a sitemap
	// or feed (sitemaps.org), MaxSitemaps the most sitemaps of a host.
	MaxLinks    = 10_000
	MaxEntries  = 50_000
	MaxSitemaps = 1_000
	// MaxTag is the largest HTML tag that is looked at.
	MaxTag = 256 << 10
	// MaxReservations is the most entries of a tdmrep.json.
	MaxReservations = 10_000
	// MaxFrontier is the most addresses that a crawl remembers, 400 bytes each.
	MaxFrontier = 1_000_000
	// MaxLogLine is the longest record of the frontier's log.
	MaxLogLine = 64 << 10

	// MaxSegments is the most segments of a path, MaxRepeats how often up to
	// three segments may follow themselves, MaxParameters the most of a query.
	MaxSegments   = 24
	MaxRepeats    = 3
	MaxParameters = 16
	// MaxVariants is the most queries that one path is asked with,
	// MaxDates the most addresses that differ only in numbers and look like dates.
	MaxVariants = 1_000
	MaxDates    = 400

	// FetchTime bounds one request with its body, HeaderTime what comes before.
	FetchTime  = 2 * time.Minute
	HeaderTime = 30 * time.Second
	// MaxRetryAfter bounds what a Retry-After or Crawl-delay may ask for.
	MaxRetryAfter = 24 * time.Hour
	// MaxIdle is the longest that a run waits with nothing to do.
	MaxIdle = time.Hour
	// FirstBackoff is the wait after a first failure; it doubles up to MaxBackoff.
	FirstBackoff = 30 * time.Second
	MaxBackoff   = time.Hour
	// MaxSlow bounds the delay that doubles with each 429 and 503.
	MaxSlow = time.Minute
	// MaxTries is how often a page is asked for, MaxFailures how many failures in
	// a row end the visits to a host in this run.
	MaxTries    = 4
	MaxFailures = 8
	// HostsOnAddress is how many hosts may be asked at one address as if each had
	// its own: together they have that many times PerHost requests under way, and
	// a HostsOnAddress-th of Delay lies between two.
	HostsOnAddress = 4
	// MaxConcurrent is the most requests under way at once.
	MaxConcurrent = 8
)
