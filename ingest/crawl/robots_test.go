package crawl

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// robotsTable is what RFC 9309 and the behaviour of google/robotstxt's test
// expect: for an agent, "+" before the paths it may fetch, "-" before the others.
//
// One rule goes by the RFC where google/robotstxt does not: escapes are made
// equal on both sides (§2.2.2), so /%62%61%7A is /baz.
var robotsTable = []struct{ name, body, agent, paths string }{
	{"nothing at all", "", "foobot", "+/ +/x +/x/y?z"},
	{"only a comment", "# nothing here\n", "foobot", "+/ +/x"},
	{"everything", "User-agent: *\nDisallow: /\n", "foobot", "-/ -/x -/robots.html -/?q"},
	{"nothing kept out", "User-agent: *\nDisallow:\n", "foobot", "+/ +/x"},
	{"empty rules, both", "User-agent: foobot\nDisallow: \nAllow: \n", "foobot", "+/ +/x/page.html"},
	{"unknown names", "foo: foobot\nbar: /\n", "foobot", "+/x/y"},
	{"colons forgotten", "user-agent foobot\ndisallow /\n", "foobot", "-/x/y"},
	{"three words are no rule", "user-agent: foobot\ndisallow / now\n", "foobot", "+/x"},
	{"no key", "user-agent: foobot\n: /\n", "foobot", "+/x"},
	{"spaces around", "  user-agent  :  foobot  \n\tdisallow\t:\t/x\t\n", "foobot", "-/x +/y"},
	{"rules before any agent", "Disallow: /\nUser-agent: foobot\nAllow: /x\n", "foobot", "+/ +/x"},

	// §2.1, §2.2.1: groups
	{"first group", groups, "foobot", "+/x/b +/z/d -/y/c -/foo/bar/"},
	{"second group", groups, "barbot", "+/y/c +/w/a -/z/d -/foo/bar/ -/x"},
	{"third group", groups, "bazbot", "+/z/d -/foo/bar/ -/w/a"},
	{"nobody's group", groups, "quxbot", "+/ +/x +/z"},
	{"another field does not end a group", "User-agent: barbot\nSitemap: https://a.example/s\nUser-agent: *\nDisallow: /\n", "barbot", "-/"},
	{"and holds for the other agent", "User-agent: barbot\nSitemap: https://a.example/s\nUser-agent: *\nDisallow: /\n", "foobot", "-/"},
	{"nor an unknown one", "User-agent: foobot\nInvalid-Line: x\nUser-agent: *\nDisallow: /\n", "foobot", "-/"},
	{"nor for the rest", "User-agent: foobot\nInvalid-Line: x\nUser-agent: *\nDisallow: /\n", "barbot", "-/"},
	{"nor Crawl-delay", "User-agent: foobot\nCrawl-delay: 5\nUser-agent: barbot\nDisallow: /\n", "foobot", "-/"},
	{"nor an empty line", "User-agent: foobot\n\n\nUser-agent: barbot\n\nDisallow: /\n", "foobot", "-/"},
	{"names merge", "User-agent: a\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: a\nDisallow: /3\n", "a", "-/1 +/2 -/3"},
	{"stars merge", "User-agent: *\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: *\nDisallow: /3\n", "a", "-/1 +/2 -/3"},
	{"star is for those without a group", "user-agent: *\nallow: /\nuser-agent: foobot\ndisallow: /\n", "foobot", "-/x/y"},
	{"which others are", "user-agent: *\nallow: /\nuser-agent: foobot\ndisallow: /\n", "barbot", "+/x/y"},
	{"no star", "user-agent: foobot\nallow: /\nuser-agent: barbot\ndisallow: /\n", "quxbot", "+/x/y"},
	{"a group of its own without rules frees", "User-agent: *\nDisallow: /\nUser-agent: foobot\nDisallow:\n", "foobot", "+/ +/x"},
	{"a group at the end without rules too", "User-agent: *\nDisallow: /\nUser-agent: foobot\n", "foobot", "+/ +/x"},
	{"star with a word", "User-agent: * everyone\nDisallow: /x\n", "foobot", "-/x +/y"},
	{"star with a name is none", "User-agent: *bot\nDisallow: /x\n", "foobot", "+/x"},
	{"a rule of another group is not ours", "User-agent: *\nDisallow: /x/\nUser-agent: foobot\nDisallow: /y/\n", "foobot", "+/x/page -/y/page"},

	// names
	{"agent in capitals", "USER-AGENT: FOOBOT\nALLOW: /x/\nDISALLOW: /\n", "foobot", "+/x/y -/a/b"},
	{"agent in small letters", "user-agent: foobot\nallow: /x/\ndisallow: /\n", "foobot", "+/x/y -/a/b"},
	{"agent in both", "uSeR-aGeNt: FoObOt\nAlLoW: /x/\ndIsAlLoW: /\n", "foobot", "+/x/y -/a/b"},
	{"agent up to a space", "User-Agent: *\nDisallow: /\nUser-Agent: foo Bar\nAllow: /x/\nDisallow: /\n", "foo", "+/x/y -/z"},
	{"agent up to a slash", "User-Agent: foo/2.1\nDisallow: /\n", "foo", "-/x"},
	{"agent is whole", "User-Agent: foobot\nDisallow: /\n", "foo", "+/x"},
	{"and no prefix", "User-Agent: foo\nDisallow: /\n", "foobot", "+/x"},
	{"hyphens and underscores", "User-Agent: foo-bot_x\nDisallow: /\n", "foo-bot_x", "-/x"},
	{"typo useragent", "useragent: foobot\ndisallow: /\n", "foobot", "-/x"},
	{"typo user agent", "user agent: foobot\ndisallow: /\n", "foobot", "-/x"},
	{"typo dissallow", "user-agent: foobot\ndissallow: /x\n", "foobot", "-/x +/y"},
	{"typo dissalow", "user-agent: foobot\ndissalow: /x\n", "foobot", "-/x +/y"},
	{"typo disalow", "user-agent: foobot\ndisalow: /x\n", "foobot", "-/x +/y"},
	{"typo diasllow", "user-agent: foobot\ndiasllow: /x\n", "foobot", "-/x +/y"},
	{"typo disallaw", "user-agent: foobot\ndisallaw: /x\n", "foobot", "-/x +/y"},

	// §2.2.2: the longest match
	{"case of the path counts", "user-agent: foobot\ndisallow: /X/\n", "foobot", "+/x/y -/X/y"},
	{"longer disallow", "user-agent: foobot\ndisallow: /x/page.html\nallow: /x/\n", "foobot", "-/x/page.html +/x/ +/x/other"},
	{"longer allow", "user-agent: foobot\nallow: /x/page.html\ndisallow: /x/\n", "foobot", "+/x/page.html -/x/ -/x/other +/y"},
	{"equal: allow", "user-agent: foobot\ndisallow: /\nallow: /\n", "foobot", "+/ +/x"},
	{"equal and long: allow", "user-agent: foobot\ndisallow: /x/page.html\nallow: /x/page.html\n", "foobot", "+/x/page.html"},
	{"a slash is longer", "user-agent: foobot\ndisallow: /x\nallow: /x/\n", "foobot", "-/x +/x/ +/x/y -/xy"},
	{"wild is longer", "user-agent: foobot\nallow: /page\ndisallow: /*.html\n", "foobot", "-/page.html +/page"},
	{"wild is shorter", "user-agent: foobot\nallow: /x/page.\ndisallow: /*.html\n", "foobot", "+/x/page.html -/x/y.html"},
	{"order does not matter", "user-agent: foobot\nallow: /p\ndisallow: /\n", "foobot", "+/page -/x"},
	{"nor the other one", "user-agent: foobot\ndisallow: /\nallow: /p\n", "foobot", "+/page -/x"},
	{"same folder", "user-agent: foobot\nallow: /folder\ndisallow: /folder\n", "foobot", "+/folder/page"},
	{"the root alone", "user-agent: foobot\nallow: /$\ndisallow: /\n", "foobot", "+/ -/page.html -/?x"},
	{"the RFC's example", "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n", "foobot", "+/example/page/ +/example/page/x -/example/page/disallowed.gif +/"},
	{"the RFC's simple example", "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n", "anybot", "-/a.gif -/example/x +/publications/x +/a.gif?x +/ +/a.gifs"},
	{"and its other group", "User-Agent: *\nDisallow: /\n\nUser-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n", "foobot", "-/ +/example/page.html +/example/allowed.gif -/example/other"},
	{"and one for two agents", "User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n", "bazbot", "-/example/page.html +/example/allowed.gif"},
	{"and an empty one", "User-Agent: *\nDisallow: /\nUser-Agent: quxbot\n\nEOF\n", "quxbot", "+/ +/example/page.html"},

	// escapes
	{"a query in a rule", "User-agent: foobot\nDisallow: /\nAllow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par\n", "foobot", "+/foo/bar?qux=taz&baz=http://foo.bar?tar&par -/foo/bar?qux=taz"},
	{"a letter of three bytes", "User-agent: foobot\nDisallow: /\nAllow: /foo/bar/ツ\n", "foobot", "+/foo/bar/%E3%83%84 +/foo/bar/ツ -/foo/bar/x"},
	{"escaped in the rule", "User-agent: foobot\nDisallow: /\nAllow: /foo/bar/%E3%83%84\n", "foobot", "+/foo/bar/%E3%83%84 +/foo/bar/%e3%83%84 +/foo/bar/ツ"},
	{"small hex digits", "User-agent: foobot\nDisallow: /%aa\n", "foobot", "-/%AA -/%aa +/%AB"},
	{"unreserved letters", "User-agent: foobot\nDisallow: /\nAllow: /foo/bar/%62%61%7A\n", "foobot", "+/foo/bar/%62%61%7A +/foo/bar/baz -/foo/bar/bax"},
	{"a slash escaped is no slash", "User-agent: foobot\nDisallow: /a/b\n", "foobot", "-/a/b +/a%2Fb"},
	{"a star escaped is a star", "User-agent: foobot\nDisallow: /path/file-with-a-%2A.html\n", "foobot", "-/path/file-with-a-*.html -/path/file-with-a-%2A.html +/path/file-with-a-b.html"},
	{"a dollar in the middle", "User-agent: foobot\nDisallow: /a$b\n", "foobot", "-/a$b -/a%24bc +/a"},
	{"a percent sign of its own", "User-agent: foobot\nDisallow: /100%\n", "foobot", "-/100%25"},

	// §2.2.3: special characters
	{"star in the middle", "User-agent: foobot\nDisallow: /foo/bar/quz\nAllow: /foo/*/qux\n", "foobot", "-/foo/bar/quz +/foo/quz +/foo//quz +/foo/bax/quz"},
	{"dollar", "User-agent: foobot\nDisallow: /foo/bar$\nAllow: /foo/bar/qux\n", "foobot", "-/foo/bar +/foo/bar/qux +/foo/bar/ +/foo/bar/baz"},
	{"hash", "User-agent: foobot\n# Disallow: /\nDisallow: /foo/quz#qux\nAllow: /\n", "foobot", "+/foo/bar -/foo/quz"},
	{"two stars", "User-agent: foobot\nDisallow: /a*b*c\n", "foobot", "-/abc -/axbxc -/abbcc +/acb +/ab"},
	{"stars side by side", "User-agent: foobot\nDisallow: /a***b\n", "foobot", "-/ab -/axb +/a"},
	{"star and dollar", "User-agent: foobot\nDisallow: /a*$\n", "foobot", "-/a -/ab +/b"},
	{"star before dollar piece", "User-agent: foobot\nDisallow: /*a$\n", "foobot", "-/a -/aba -/baa +/ab"},
	{"overlap", "User-agent: foobot\nDisallow: /ab*b$\n", "foobot", "+/ab -/abb -/abxb"},
	{"star alone", "User-agent: foobot\nDisallow: *\n", "foobot", "-/ -/x"},
	{"no slash first", "User-agent: foobot\nDisallow: x\n", "foobot", "+/x"},

	// google/robotstxt's documentation table
	{"fish", "user-agent: foobot\ndisallow: /\nallow: /fish\n", "foobot", "-/bar +/fish +/fish.html +/fish/salmon.html +/fishheads +/fishheads/yummy.html +/fish.html?id=anything -/Fish.asp -/catfish -/?id=fish"},
	{"fish*", "user-agent: foobot\ndisallow: /\nallow: /fish*\n", "foobot", "-/bar +/fish +/fish.html +/fish/salmon.html +/fishheads +/fishheads/yummy.html +/fish.html?id=anything -/Fish.bar -/catfish -/?id=fish"},
	{"fish/", "user-agent: foobot\ndisallow: /\nallow: /fish/\n", "foobot", "-/bar +/fish/ +/fish/salmon +/fish/?salmon +/fish/salmon.html +/fish/?id=anything -/fish -/fish.html -/Fish/Salmon.html"},
	{"*.php", "user-agent: foobot\ndisallow: /\nallow: /*.php\n", "foobot", "-/bar +/filename.php +/folder/filename.php +/folder/filename.php?parameters +//folder/any.php.file.html +/filename.php/ +/index?f=filename.php/ -/php/ -/index?php -/windows.PHP"},
	{"*.php$", "user-agent: foobot\ndisallow: /\nallow: /*.php$\n", "foobot", "-/bar +/filename.php +/folder/filename.php -/filename.php?parameters -/filename.php/ -/filename.php5 -/php/ -/filename?php -/aaaphpaaa -//windows.PHP"},
	{"fish*.php", "user-agent: foobot\ndisallow: /\nallow: /fish*.php\n", "foobot", "-/bar +/fish.php +/fishheads/catfish.php?parameters -/Fish.PHP"},
	{"a directory's index", "User-Agent: *\nAllow: /allowed-slash/index.html\nDisallow: /\n", "foobot", "+/allowed-slash/ -/allowed-slash/index.htm +/allowed-slash/index.html -/anyother-url"},

	// lines and bytes
	{"line ends of Unix", "User-Agent: foo\nAllow: /some/path\nUser-Agent: bar\n\n\nDisallow: /", "bar", "-/some/path"},
	{"of DOS", "User-Agent: foo\r\nAllow: /some/path\r\nUser-Agent: bar\r\n\r\n\r\nDisallow: /\r\n", "bar", "-/some/path"},
	{"of old Macs", "User-Agent: foo\rAllow: /some/path\rUser-Agent: bar\r\r\rDisallow: /\r", "bar", "-/some/path"},
	{"of all", "User-Agent: foo\nAllow: /some/path\r\nUser-Agent: bar\n\r\n\nDisallow: /", "bar", "-/some/path"},
	{"a byte order mark", "\xef\xbb\xbfUser-Agent: foo\nDisallow: /x\n", "foo", "-/x +/y"},
	{"two bytes of it", "\xef\xbbUser-Agent: foo\nDisallow: /x\n", "foo", "-/x"},
	{"one", "\xefUser-Agent: foo\nDisallow: /x\n", "foo", "-/x"},
	{"a broken one", "\xef\x11\xbfUser-Agent: foo\nDisallow: /x\n", "foo", "+/x"},
	{"one in the middle", "User-Agent: foo\n\xef\xbb\xbfDisallow: /x\nDisallow: /y\n", "foo", "+/x -/y"},
	{"NUL bytes", "User-Agent: foo\x00\nDisallow: /x\n", "foo", "-/x"},
	{"a page instead", "<!DOCTYPE html><html><body>User-agent: <b>*</b></body></html>", "foo", "+/ +/x"},
	{"binary", "\x1f\x8b\x08\x00\xff\xfe\x00", "foo", "+/ +/x"},
	{"a long line is cut", "user-agent: foobot\ndisallow: /x/" + strings.Repeat("a", MaxRobotsLine) + "/qux\n", "foobot", "+/fux -/x/" + strings.Repeat("a", MaxRobotsLine-len("disallow: /x/")) + "/fux"},
}

const groups = `allow: /foo/bar/

user-agent: FooBot
disallow: /
allow: /x/
user-agent: BarBot
disallow: /
allow: /y/


allow: /w/
user-agent: BazBot

user-agent: FooBot
allow: /z/
disallow: /
`

func TestRobots(t *testing.T) {
	expectations := 0
	for _, c := range robotsTable {
		g, _ := parseRobots([]byte(c.body)).of(c.agent)
		for p := range strings.FieldsSeq(c.paths) {
			expectations++
			u, err := url.Parse("http://foo.bar" + p[1:])
			if err != nil {
				t.Fatal(err)
			}
			if want := p[0] == '+'; g.allows(robotsPath(u)) != want {
				t.Errorf("%s: %s may fetch %.80s: %v, want %v", c.name, c.agent, p[1:], !want, want)
			}
		}
	}
	if expectations < 250 {
		t.Errorf("%d expectations", expectations)
	}
}

func TestRobotsFields(t *testing.T) {
	r := parseRobots([]byte("Sitemap: https://a.example/1.xml\nUser-agent: a\nCrawl-delay: 2.5\nDisallow: /x\nSite-map: /2.xml\n" +
		"User-agent: a\nCrawl-delay: 7\nUser-agent: b\nCrawl-delay: -1\nUser-agent: c\nCrawl-delay: many\nAllow: /\nUser-agent: d\nCrawl-delay: 1e300\n"))
	if got := strings.Join(r.sitemaps, " "); got != "https://a.example/1.xml /2.xml" {
		t.Errorf("sitemaps %s", got)
	}
	for agent, want := range map[string]time.Duration{"a": 7 * time.Second, "b": 7 * time.Second, "z": 0, "d": MaxRetryAfter} {
		if g, _ := r.of(agent); g.delay != want {
			t.Errorf("delay of %s is %v, want %v", agent, g.delay, want)
		}
	}
	for _, agent := range []string{"Foobot", "Foobot-Bar", "Foo_Bar"} {
		if productToken(agent) != strings.ToLower(agent) {
			t.Errorf("%s is a product token", agent)
		}
	}
	for agent, want := range map[string]string{"": "", "ツ": "", "Foobot*": "foobot", " Foobot ": "", "Foobot/2.1": "foobot", "Foobot Bar": "foobot"} {
		if got := productToken(agent); got != want {
			t.Errorf("the token of %q is %q, want %q", agent, got, want)
		}
	}
}

// What stands beyond MaxRobots does not count, nor the line that is cut there:
// half of "Allow: /private/part" would open more than was meant.
func TestRobotsIsCut(t *testing.T) {
	head := "User-agent: *\nDisallow: /early\n"
	line := "Allow: /early/but/cut/here\n"
	fill := strings.Repeat("#\n", (MaxRobots-len(head)-len(line)/2)/2)
	g, _ := parseRobots([]byte(head + fill + line + "Disallow: /late\n")).of("foobot")
	if g.allows("/early/x") || g.allows("/early/but/cut/here") || !g.allows("/late") {
		t.Error("the file is not cut at its last whole line")
	}
}

// A pattern made to be slow is not.
func TestRobotsPatternIsLinear(t *testing.T) {
	body := "User-agent: *\n" + strings.Repeat("Disallow: /"+strings.Repeat("*a", 500)+"b\n", 400)
	g, _ := parseRobots([]byte(body)).of("foobot")
	if !g.allows("/" + strings.Repeat("a", 2000)) {
		t.Error("the pattern needs a b")
	}
}
