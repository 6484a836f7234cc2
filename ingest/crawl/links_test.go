package crawl

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func join(all []*url.URL) string {
	var out []string
	for _, u := range all {
		out = append(out, u.String())
	}
	return strings.Join(out, " ")
}

func TestLinks(t *testing.T) {
	for page, want := range map[string]string{
		`<a href="/x">x</a><a href=y>y</a><a href="/x#f">again</a><A HREF='//b.example/z'>`:                             "http://a.example/x http://a.example/d/y http://b.example/z",
		`<base href="/base/"><a href="x"></a><base href="/other/"><a href="y">`:                                         "http://a.example/base/x http://a.example/base/y",
		`<a href="/x" rel="nofollow">n</a><a rel="noopener NOFOLLOW ugc" href="/y"></a><a rel="next" href="/z">`:        "http://a.example/z",
		`<area href=/x><iframe src=/y></iframe><frame src=/z>`:                                                          "http://a.example/x http://a.example/y http://a.example/z",
		`<link rel=stylesheet href=/s.css><link rel=canonical href=/c><link rel="next" href=/n><link rel=icon href=/i>`: "http://a.example/c http://a.example/n",
		`<link rel=alternate type="application/rss+xml" href=/feed><link rel=alternate type="text/css" href=/no>`:       "http://a.example/feed",
		`<meta http-equiv=Refresh content="5; URL='/r'">`:                                                               "http://a.example/r",
		`<a href="mailto:x@a.example"><a href="javascript:x()"><a href="#top"><a href=""><a>`:                           "",
		`<a href="/a?x=1&amp;y=2&PHPSESSID=5">`:                                                                         "http://a.example/a?x=1&y=2",
		`<!-- <a href=/no> --><script>"<a href=/no>"</script><style><a href=/no></style><a href=/yes`:                   "",
		`<a href="/x" href="/y">`: "http://a.example/x",
		"<a href=\"/\x00\xff\">":  "http://a.example/%EF%BF%BD%FF",
	} {
		if got := join(links(mustURL(t, "http://a.example/d/p"), []byte(page), &signals{})); got != want {
			t.Errorf("%s\ngives %s\nwant  %s", page, got, want)
		}
	}
	var b strings.Builder
	for i := range MaxLinks + 100 {
		fmt.Fprintf(&b, "<a href=/%d>", i)
	}
	if n := len(links(mustURL(t, "http://a.example/"), []byte(b.String()), &signals{})); n != MaxLinks {
		t.Errorf("%d links of a page", n)
	}
}

func TestParseList(t *testing.T) {
	for body, want := range map[string]string{
		`<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> http://a.example/1 </loc><lastmod>2024</lastmod></url><url><loc>http://a.example/2?a=1&amp;b=2</loc></url></urlset>`: "/http://a.example/1 http://a.example/2?a=1&b=2",
		`<urlset><url><loc>http://a.example/1</loc><image:image><image:loc>http://a.example/i.png</image:loc></image:image></url></urlset>`:                                                                                                "/http://a.example/1",
		`<sitemapindex><sitemap><loc>http://a.example/s1.xml</loc></sitemap><sitemap><loc>/s2.xml.gz</loc></sitemap></sitemapindex>`:                                                                                                       "http://a.example/s1.xml http://a.example/s2.xml.gz/",
		`<rss version="2.0"><channel><link>http://a.example/</link><item><title>x</title><link>http://a.example/p1</link></item></channel></rss>`:                                                                                          "/http://a.example/ http://a.example/p1",
		`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed"/><link href="/"/><entry><link rel="alternate" href="/e1"/><link rel="enclosure" href="/e.mp3"/></entry></feed>`:                                           "/http://a.example/ http://a.example/e1",
		"http://a.example/t1\r\nhttp://a.example/t2\n\nnot an address \x00\n":                                                                                                                                                              "/http://a.example/t1 http://a.example/t2",
		"\xef\xbb\xbf<urlset><url><loc>http://a.example/b</loc></url>":                                                                                                                                                                     "/http://a.example/b",
		`<urlset><url><loc>http://a.example/1</loc></url><url><loc>http://a.exam`:                                                                                                                                                          "/http://a.example/1",
		`<urlset><url><loc>file:///etc/passwd</loc></url><url><loc></loc></url></urlset>`:                                                                                                                                                  "/",
		`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>http://a.example/&b;</loc></url></urlset>`:                                                                                                        "/http://a.example/&b;",
		"":                        "/",
		"Not found\n/x\nx.html\n": "/",
		"<?xml version='1.0' encoding='iso-8859-1'?><urlset><url><loc>http://a.example/\xe4</loc></url></urlset>": "/http://a.example/%C3%A4",
	} {
		l := parseList(mustURL(t, "http://a.example/sitemap.xml"), []byte(body))
		if got := join(l.sitemaps) + "/" + join(l.pages); got != want {
			t.Errorf("%s\ngives %s\nwant  %s", body, got, want)
		}
	}
	many := "<urlset>" + strings.Repeat("<url><loc>/x</loc></url>", MaxEntries+5)
	if n := len(parseList(mustURL(t, "http://a.example/"), []byte(many)).pages); n != MaxEntries {
		t.Errorf("%d entries", n)
	}
}
