package place

import (
	"net/url"
	"slices"
	"strings"

	"corpus"
)

// address is a name, taken apart.
type address struct {
	name      string
	url       *url.URL  // of http and https
	provider  *provider // of the others
	bucket    string
	key       string // as it is: nothing in it is decoded
	query     string // the settings with their question mark, or ""
	settings  url.Values
	anonymous bool
}

// Remote tells whether a name is an address that this package reads.
func Remote(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && slices.Contains([]string{"http", "https", "s3", "gs", "azblob"}, strings.ToLower(scheme))
}

// parse takes a name apart: scheme://bucket/key?setting=value. A question mark
// begins settings only where all that follows are settings of the scheme, since
// keys may contain one; the last one, with nothing behind it, is not of the key.
func parse(name string) (address, error) {
	a := address{name: name}
	scheme, rest, _ := strings.Cut(name, "://")
	switch strings.ToLower(scheme) {
	case "http", "https":
		u, err := url.Parse(name)
		if err != nil || u.Host == "" {
			return a, corpus.Errorf(corpus.Usage, "%q is no web address", Redacted(name))
		}
		u.Fragment = ""
		a.url = u
		return a, nil
	case "s3":
		a.provider = &s3Provider
	case "gs":
		a.provider = &gcsProvider
	case "azblob":
		a.provider = &azureProvider
	default:
		return a, corpus.Errorf(corpus.Usage, "%q is no address of http, https, s3, gs or azblob", name)
	}
	rest, a.query, a.settings = a.provider.split(rest)
	a.anonymous = a.settings.Get("anonymous") == "true"
	a.bucket, a.key, _ = strings.Cut(rest, "/")
	if a.bucket == "" {
		return a, corpus.Errorf(corpus.Usage, "%q names no bucket; write %s://BUCKET/KEY", name, scheme)
	}
	return a, nil
}

// split takes the settings off; the query is theirs with the question mark.
func (p *provider) split(s string) (rest, query string, q url.Values) {
	i := strings.LastIndexByte(s, '?')
	if i < 0 {
		return s, "", nil
	}
	q, err := url.ParseQuery(s[i+1:])
	for k := range q {
		if k != "anonymous" && !slices.Contains(p.settings, k) {
			return s, "", nil
		}
	}
	if err != nil {
		return s, "", nil
	}
	return s[:i], strings.TrimSuffix(s[i:], "?"), q
}

// home is what one client serves.
func (a address) home() string {
	s := a.provider.scheme + "://" + a.bucket + "/" + a.query
	if a.anonymous {
		s += "#anonymous"
	}
	return s
}

// of is the name of another key of the same bucket.
func (a address) of(key string) string {
	query := a.query
	if rest, _, _ := a.provider.split(key); query == "" && rest != key {
		query = "?"
	}
	return a.provider.scheme + "://" + a.bucket + "/" + key + query
}

// secrets are parts of the names of query parameters that hold one, as signed
// addresses of S3, Google and Azure and those of many others have.
const secrets = "sig signature token key secret pass credential auth"

// Redacted is a name without password and signatures, for messages and logs.
func Redacted(name string) string {
	scheme, _, _ := strings.Cut(name, "://")
	if !strings.HasPrefix(strings.ToLower(scheme), "http") {
		return name
	}
	u, err := url.Parse(name)
	if err != nil {
		return scheme + "://…"
	}
	parts := strings.Split(u.RawQuery, "&")
	for i, p := range parts {
		k, _, _ := strings.Cut(p, "=")
		if slices.ContainsFunc(strings.Fields(secrets), func(s string) bool { return strings.Contains(strings.ToLower(k), s) }) {
			parts[i] = k + "=xxxxx"
		}
	}
	u.RawQuery = strings.Join(parts, "&")
	return u.Redacted()
}
