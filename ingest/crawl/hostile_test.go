package crawl

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"corpus/internal/fsx/fsxtest"
)

// hostile is a server that writes bytes, not HTTP. What it has no script for is
// not found.
type hostile struct {
	t       *testing.T
	scripts map[string]func(w io.Writer, at string)
}

func (h *hostile) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			r := bufio.NewReader(conn)
			line, err := r.ReadString('\n')
			for field := line; err == nil && strings.TrimSpace(field) != ""; {
				field, err = r.ReadString('\n')
			}
			path, _, _ := strings.Cut(strings.TrimPrefix(line, "GET "), " ")
			script := h.scripts[path]
			if script == nil {
				script = says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
			script(conn, "http://"+l.Addr().String())
		}()
	}
}

// says writes bytes; {at} is the server's address.
func says(s string) func(io.Writer, string) {
	return func(w io.Writer, at string) { io.WriteString(w, strings.ReplaceAll(s, "{at}", at)) }
}

// htmlPage is a whole response with a header of one's own.
func htmlPage(header, body string) func(io.Writer, string) {
	return func(w io.Writer, at string) {
		body := strings.ReplaceAll(body, "{at}", at)
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s", strings.ReplaceAll(header, "{at}", at), len(body), body)
	}
}

func redirect(to string) func(io.Writer, string) {
	return says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " + to + "\r\n\r\n")
}

// endless writes a head, then a piece over and over until the other side hangs
// up, with a pause between.
func endless(head, piece string, pause time.Duration) func(io.Writer, string) {
	return func(w io.Writer, _ string) {
		io.WriteString(w, head)
		for range 1 << 20 {
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}
}

const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"

var block = strings.Repeat("x", 64<<10)

// hostileCases serve something under /evil, or under another path. Beside it
// /good must be fetched; state is what becomes of /evil.
var hostileCases = []struct {
	name, path string
	script     func(io.Writer, string)
	state      string
}{
	// bodies
	{"endless body", "/evil", endless(ok+"\r\n", block, 0), stateSkipped},
	{"endless chunks", "/evil", endless(ok+"Transfer-Encoding: chunked\r\n\r\n", "10000\r\n"+block+"\r\n", 0), stateSkipped},
	{"announced as endless", "/evil", endless(ok+"Content-Length: 9223372036854775807\r\n\r\n", block, 0), stateSkipped},
	{"slow body", "/evil", endless(ok+"\r\n", "x", 20*time.Millisecond), stateFailed},
	{"slow header", "/evil", endless(ok, "X: y\r\n", 20*time.Millisecond), stateFailed},
	{"slow status line", "/evil", endless("HTTP/1.1 ", "2", 50*time.Millisecond), stateFailed},
	{"silence", "/evil", endless("", "", time.Second), stateFailed},
	{"silence after the header", "/evil", endless(ok+"Content-Length: 5\r\n\r\n", "", time.Second), stateFailed},
	{"hangs up at once", "/evil", says(""), stateFailed},
	{"hangs up in the status line", "/evil", says("HTTP/1.1 20"), stateFailed},
	{"hangs up in the header", "/evil", says(ok + "X-Half: "), stateFailed},
	{"hangs up in the body", "/evil", says(ok + "Content-Length: 100\r\n\r\nshort"), stateFailed},
	{"longer than it says", "/evil", says(ok + "Content-Length: 2\r\n\r\nlong body"), stateStored},
	{"two lengths", "/evil", says(ok + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nabcde"), stateFailed},
	{"negative length", "/evil", says(ok + "Content-Length: -1\r\n\r\nabc"), stateFailed},
	{"length is no number", "/evil", says(ok + "Content-Length: many\r\n\r\nabc"), stateFailed},
	{"length beyond 64 bits", "/evil", says(ok + "Content-Length: 99999999999999999999\r\n\r\nabc"), stateFailed},
	{"no body", "/evil", says(ok + "Content-Length: 0\r\n\r\n"), stateSkipped},
	{"204 with a body", "/evil", says("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\nbody"), stateSkipped},
	{"chunk size is no number", "/evil", says(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"), stateFailed},
	{"chunk size is huge", "/evil", says(ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc\r\n0\r\n\r\n"), stateFailed},
	{"chunk is cut", "/evil", says(ok + "Transfer-Encoding: chunked\r\n\r\n10\r\nabc"), stateFailed},
	{"chunks without an end", "/evil", says(ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), stateFailed},
	{"chunk with a long extension", "/evil", says(ok + "Transfer-Encoding: chunked\r\n\r\n3;" + strings.Repeat("x", 1<<20) + "\r\nabc\r\n0\r\n\r\n"), stateFailed},
	{"chunks in a strange coding", "/evil", says(ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), stateFailed},
	{"chunked and a length", "/evil", says(ok + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), stateStored},
	{"endless trailer", "/evil", endless(ok+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: "+block+"\r\n", 0), stateFailed},

	// codings
	{"gzip bomb", "/evil", htmlPage("Content-Encoding: gzip\r\n", gz(strings.Repeat("\x00", 64<<20))), stateSkipped},
	{"gzip bomb in a bomb", "/evil", htmlPage("Content-Encoding: gzip, gzip\r\n", gz(gz(strings.Repeat("\x00", 64<<20)))), stateSkipped},
	{"many codings", "/evil", htmlPage("Content-Encoding: gzip, gzip, gzip, gzip\r\n", gz("x")), stateSkipped},
	{"not gzip", "/evil", htmlPage("Content-Encoding: gzip\r\n", "plain"), stateFailed},
	{"cut gzip", "/evil", htmlPage("Content-Encoding: gzip\r\n", gz(strings.Repeat("abc", 1000))[:20]), stateFailed},
	{"not deflate", "/evil", htmlPage("Content-Encoding: deflate\r\n", "plain"), stateFailed},
	{"unknown coding", "/evil", htmlPage("Content-Encoding: br\r\n", "plain"), stateSkipped},

	// headers
	{"huge header", "/evil", says(ok + "X: " + strings.Repeat("y", 1<<20) + "\r\n\r\nx"), stateFailed},
	{"endless header", "/evil", endless(ok, "X: "+block+"\r\n", 0), stateFailed},
	{"a million headers", "/evil", endless(ok, "X: y\r\n", 0), stateFailed},
	{"header without colon", "/evil", says(ok + "nonsense\r\n\r\nx"), stateFailed},
	{"NUL in the header", "/evil", says(ok + "X: a\x00b\r\n\r\nx"), stateFailed},
	{"NUL in the page", "/evil", htmlPage("", "<a href=\"/\x00x\">a\x00b"), stateStored},
	{"garbage", "/evil", says("\x00\xff\xfe\x01garbage\r\n\r\n"), stateFailed},
	{"HTTP/0.9", "/evil", says("<html>old</html>"), stateFailed},
	{"another protocol", "/evil", says("SSH-2.0-OpenSSH_9.0\r\n"), stateFailed},
	{"status 0", "/evil", says("HTTP/1.1 000 None\r\n\r\n"), stateFailed},
	{"status 999", "/evil", says("HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n"), stateFailed},
	{"status -1", "/evil", says("HTTP/1.1 -1 No\r\n\r\n"), stateFailed},
	{"HTTP/9.9", "/evil", says("HTTP/9.9 200 OK\r\nContent-Length: 1\r\n\r\nx"), stateStored},
	{"101", "/evil", says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), stateFailed},
	{"endless 100", "/evil", endless("", "HTTP/1.1 100 Continue\r\n\r\n", 0), stateFailed},
	{"206 nobody asked for", "/evil", says("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\r\nx"), stateFailed},
	{"304 nobody asked for", "/evil", says("HTTP/1.1 304 Not Modified\r\n\r\n"), stateRedirect},
	{"cookies", "/evil", htmlPage("Set-Cookie: a=b; Domain=.example\r\n", "<a href=/cookies>"), stateStored},
	{"long ETag", "/evil", htmlPage("ETag: \""+strings.Repeat("e", 60<<10)+"\"\r\n", "x"), stateStored},
	{"WARC in the header", "/evil", htmlPage("X: a\r\nWARC-Type: response\r\n", "\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n\r\n"), stateStored},
	{"an image that says it is a page", "/evil", htmlPage("Content-Type: image/png\r\n", "<a href=/x>"), stateStored},
	{"type with line noise", "/evil", says("HTTP/1.1 200 OK\r\nContent-Type: ;;;=\"\r\nContent-Length: 1\r\n\r\nx"), stateStored},
	{"failing for ever", "/evil", says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), stateFailed},

	// redirects
	{"to itself", "/evil", redirect("/evil"), stateRedirect},
	{"in a circle", "/evil", redirect("/evil2"), stateRedirect},
	{"to another private address", "/evil", redirect("http://169.254.169.254/latest/meta-data/"), stateRedirect},
	{"to a file", "/evil", redirect("file:///etc/passwd"), stateRedirect},
	{"to a megabyte", "/evil", redirect("/" + strings.Repeat("x", 1<<20)), stateFailed},
	{"to 10 kB", "/evil", redirect("/" + strings.Repeat("x", 10<<10)), stateRedirect},
	{"to another port's mail", "/evil", redirect("http://127.0.0.1:25/"), stateRedirect},
	{"to nothing", "/evil", redirect(""), stateRedirect},
	{"with line ends", "/evil", redirect("/x%0d%0aX-Injected:%20y"), stateRedirect},
	{"with a user name", "/evil", redirect("http://a:b@127.0.0.1/"), stateRedirect},
	{"without a Location", "/evil", says("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"), stateRedirect},

	// pages
	{"a hundred thousand links", "/evil", htmlPage("", strings.Repeat("<a href=/evil>", 100_000)), stateStored},
	{"a tag of a megabyte", "/evil", htmlPage("", "<a "+strings.Repeat("x", 1<<20)+" href=/x>"), stateStored},
	{"deep nesting", "/evil", htmlPage("", strings.Repeat("<div>", 200_000)), stateStored},
	{"a base elsewhere", "/evil", htmlPage("", "<base href='http://169.254.169.254/'><a href=x>"), stateStored},
	{"refresh elsewhere", "/evil", htmlPage("", "<meta http-equiv=refresh content='0;url=http://10.0.0.1/'>"), stateStored},

	// the origin's files
	{"robots.txt of 10 MB", "/robots.txt", htmlPage("", "User-agent: *\nDisallow: /private\n"+strings.Repeat("# fill\n", 1_500_000)), ""},
	{"robots.txt without end", "/robots.txt", endless(ok+"\r\n", strings.Repeat("# x\n", 1000), 0), ""},
	{"robots.txt that is a bomb", "/robots.txt", htmlPage("Content-Encoding: gzip\r\n", gz("User-agent: *\n"+strings.Repeat("#\n", 10<<20))), ""},
	{"robots.txt that leads to itself", "/robots.txt", redirect("/robots.txt"), ""},
	{"robots.txt that leads to a private address", "/robots.txt", redirect("ftp://10.0.0.1/robots.txt"), ""},
	{"robots.txt of NUL bytes", "/robots.txt", htmlPage("", strings.Repeat("\x00", 1<<20)), ""},
	{"ai.txt without end", "/ai.txt", endless(ok+"\r\n", block, 0), ""},
	{"ai.txt of silence", "/ai.txt", endless("", "", time.Second), ""},
	{"tdmrep.json of brackets", "/.well-known/tdmrep.json", htmlPage("", strings.Repeat("[", 400<<10)), ""},
	{"a sitemap without end", "/sitemap.xml", endless(ok+"\r\n", "<url><loc>"+block+"</loc></url>", 0), ""},
	{"a sitemap that is a bomb", "/sitemap.xml", htmlPage("", gz("<urlset>"+strings.Repeat(" ", 64<<20))), ""},
	{"a sitemap of entities", "/sitemap.xml", htmlPage("", `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><urlset><url><loc>&c;</loc></url>`), ""},
	{"a sitemap of open tags", "/sitemap.xml", htmlPage("", strings.Repeat("<sitemap><loc>", 300_000)), ""},
	{"a sitemap that names itself", "/sitemap.xml", htmlPage("", "<sitemapindex><sitemap><loc>{at}/sitemap.xml</loc></sitemap><sitemap><loc>{at}/sitemap.xml#x</loc></sitemap>"), ""},
}

func TestHostileServers(t *testing.T) {
	if len(hostileCases) < 80 {
		t.Errorf("%d cases", len(hostileCases))
	}
	for _, c := range hostileCases {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			h := &hostile{t, map[string]func(io.Writer, string){
				"/": htmlPage("", "<a href=/evil><a href=/good>"), "/good": htmlPage("", "good"), "/evil2": redirect("/evil"),
				"/cookies": htmlPage("", "none"), c.path: c.script,
			}}
			n, f := h.crawl(t)
			var state string
			good := false
			for u, p := range f.pages {
				good = good || strings.HasSuffix(u, "/good") && p.State == stateStored
				if strings.HasSuffix(u, c.path) {
					state = p.State
				}
			}
			if !good {
				t.Errorf("/good is not fetched: %+v", n)
			}
			if c.state != "" && state != c.state {
				t.Errorf("%s is %q, want %q: %+v", c.path, state, c.state, n)
			}
		})
	}
}

// crawl visits the server and bounds what it may cost.
func (h *hostile) crawl(t *testing.T) (Counts, *frontier) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go h.serve(l)
	cfg := local("http://" + l.Addr().String() + "/")
	cfg.FetchTime, cfg.Scope.Pages = 400*time.Millisecond, 40
	m := fsxtest.New()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := Run(t.Context(), m, cfg)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 1<<30 {
		t.Errorf("%d MB were allocated", grown>>20)
	}
	if n.Requests > 60 {
		t.Errorf("%d requests", n.Requests)
	}
	warcs(t, m, "./x") // every record is whole, with its digests
	warcs(t, m, "./x_meta")
	f, err := openFrontier(m, "x.frontier")
	if err != nil {
		t.Fatal(err)
	}
	return n, f
}

// An index of indexes without end is left after MaxSitemaps.
func TestEndlessSitemaps(t *testing.T) {
	c := &crawler{
		cfg: Config{Scope: Scope{Depth: 9}}, seeds: nil, frontier: &frontier{pages: map[string]*page{}},
		schedule: newSchedule(0, 1), traps: newTraps(), sitemaps: map[string]int{},
	}
	c.cfg.Scope.Hosts = []string{"a.example"}
	for i := range 3 * MaxSitemaps {
		c.add(mustURL(t, fmt.Sprintf("http://a.example/s%d.xml", i)), 1, 0, true)
	}
	if c.schedule.queued != MaxSitemaps || c.counts.Trapped != 2*MaxSitemaps {
		t.Errorf("%d sitemaps are queued, %+v", c.schedule.queued, c.counts)
	}
}
