package crawl

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Profiles of revisit records.
const (
	notModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
	sameDigest  = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
)

// store writes a page to the WARC that ingest reads, or that it is as it was.
func (c *crawler) store(p *page, a *answer) error {
	if p.Digest == digest(a.body) {
		return c.unchanged(p, a, sameDigest)
	}
	c.counts.Stored++
	p.ETag, p.Modified = storable(a.header.Get("ETag")), storable(a.header.Get("Last-Modified"))
	p.Digest, p.Stored = digest(a.body), a.at.Unix()
	c.done(p, stateStored)
	return c.pages.write(exchange(a)...)
}

// storable leaves out what would make a record of the log too long.
func storable(s string) string {
	if len(s) > 1024 {
		return ""
	}
	return s
}

func (c *crawler) unchanged(p *page, a *answer, profile string) error {
	c.counts.Unchanged++
	records := exchange(a)
	head, _, _ := bytes.Cut(records[0].block, []byte("\r\n\r\n"))
	records[0].kind, records[0].payload = "revisit", nil
	records[0].block = append(head[:len(head):len(head)], "\r\n\r\n"...)
	records[0].fields = append(records[0].fields, field{"WARC-Profile", profile}, field{"WARC-Payload-Digest", p.Digest},
		field{"WARC-Refers-To-Target-URI", p.URL}, field{"WARC-Refers-To-Date", warcDate(time.Unix(p.Stored, 0))})
	c.done(p, stateStored)
	return c.pages.write(records...)
}

// archiveOther writes responses that are no pages.
func (c *crawler) archiveOther(answers ...*answer) error {
	for _, a := range answers {
		if a.err != nil || a.header == nil {
			continue
		}
		if a.skipped != "" {
			if err := c.note(a, "not stored", a.skipped); err != nil {
				return err
			}
			continue
		}
		if err := c.other.write(exchange(a)...); err != nil {
			return err
		}
	}
	return nil
}

// note writes that a response came and why its body is not there.
func (c *crawler) note(a *answer, what, why string) error {
	return c.other.write(record{
		kind: "metadata", url: a.url.String(), date: a.at, content: "application/warc-fields",
		block: fmt.Appendf(nil, "%s: %s\r\nstatus: %d\r\ncontent-type: %s\r\n", strings.ReplaceAll(what, " ", "-"), oneLine(why), a.status, oneLine(a.kind())),
	})
}

// exchange is a response and its request as records.
func exchange(a *answer) []record {
	response := record{
		kind: "response", url: a.url.String(), date: a.at, content: "application/http;msgtype=response",
		block: append(responseHead(a), a.body...), payload: a.body[:len(a.body):len(a.body)],
	}
	if a.body == nil {
		response.payload = []byte{}
	}
	if a.addr != "" {
		response.fields = append(response.fields, field{"WARC-IP-Address", a.addr})
	}
	if a.cut {
		response.fields = append(response.fields, field{"WARC-Truncated", "length"})
	}
	request := record{kind: "request", url: a.url.String(), date: a.at, content: "application/http;msgtype=request", block: a.asked}
	return []record{response, request}
}

// responseHead is the status line and fields. The body stands without its
// transfer coding, so that field is renamed, as in Common Crawl's files.
func responseHead(a *answer) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	h := a.header.Clone()
	if te := h.Get("Transfer-Encoding"); te != "" {
		h.Del("Transfer-Encoding")
		h.Set("X-Crawl-Transfer-Encoding", te)
	}
	if err := h.Write(&b); err != nil {
		panic(err) // a buffer takes all
	}
	b.WriteString("\r\n")
	return b.Bytes()
}
