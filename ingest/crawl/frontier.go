package crawl

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"corpus"
	"corpus/internal/fsx"
)

// page is an address of the frontier and what its last visit left.
type page struct {
	URL   string `json:"u"`
	Depth int    `json:"d,omitempty"`
	Hops  int    `json:"h,omitempty"` // redirects that led here in a row
	Map   bool   `json:"m,omitempty"` // a sitemap

	State    string `json:"s,omitempty"` // "" not visited
	At       int64  `json:"t,omitempty"` // of the visit, Unix seconds
	ETag     string `json:"e,omitempty"`
	Modified string `json:"l,omitempty"`
	Digest   string `json:"p,omitempty"` // of the payload that is in a WARC
	Stored   int64  `json:"w,omitempty"` // when that was fetched

	seq   int
	tries int
}

// States of a visited page.
const (
	stateStored   = "stored"   // in a WARC
	stateRedirect = "redirect" // leads elsewhere
	stateGone     = "gone"     // 4xx
	stateFailed   = "failed"   // no answer worth keeping after MaxTries
	stateRobots   = "robots"   // must not be asked
	stateOptOut   = "optout"   // asks not to be used
	stateSkipped  = "skipped"  // wrong type, too large
	stateList     = "list"     // a sitemap or feed that was read
)

func (p *page) parsed() *url.URL {
	u, err := url.Parse(p.URL)
	if err != nil {
		return &url.URL{} // the frontier holds canonical addresses only
	}
	return u
}

func (p *page) host() string { return p.parsed().Hostname() }

// due says whether a page is to be asked (again).
func (p *page) due(now time.Time, revisit time.Duration) bool {
	at := time.Unix(p.At, 0)
	return p.State == "" || at.After(now) || now.Sub(at) >= revisit
}

// mark is a position of the WARC files: what lies behind it was not committed.
type mark struct {
	Files [2]warcMark `json:"warc"`
}

// frontier is the pages that a crawl knows, the set of those seen and what is
// left of them, and the log that they are taken up from.
//
// The log is lines of "crc32c json": pages, of which the last of an address
// counts, and a mark that ends the batch before it. A batch is written after the
// WARC files that it speaks of are synced, and then synced itself.
type frontier struct {
	fs      fsx.FS
	name    string
	pages   map[string]*page
	mark    *mark // nil: a new crawl
	log     fsx.File
	pending bytes.Buffer
	Damaged int // lines that were not read
}

// openFrontier reads the log, cuts it behind its last mark and, when most of it
// is out of date or some of it damaged, writes it anew.
func openFrontier(fsys fsx.FS, name string) (*frontier, error) {
	f := &frontier{fs: fsys, name: name, pages: map[string]*page{}}
	lines, err := f.read()
	if err == nil && f.mark != nil && (f.Damaged > 0 || lines > 2*len(f.pages)+1000) {
		err = f.compact()
	}
	if err == nil {
		f.log, err = fsys.Append(name)
	}
	if err == nil {
		err = fsys.SyncDir(path.Dir(name))
	}
	return f, err
}

// read replays the log and cuts what follows its last mark.
func (f *frontier) read() (lines int, err error) {
	m, err := f.fs.Map(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	lines, kept := f.replay(m.Data)
	size := int64(len(m.Data))
	if err := m.Close(); err != nil {
		return lines, err
	}
	if kept < size {
		err = f.fs.Truncate(f.name, kept)
	}
	return lines, err
}

// replay takes the batches that end in a mark. A line in the midst that does not
// match its checksum is damage of the disk: the others count.
func (f *frontier) replay(b []byte) (lines int, kept int64) {
	var batch []*page
	for at := 0; at < len(b); {
		n := bytes.IndexByte(b[at:], '\n') + 1
		if n == 0 {
			break
		}
		line := b[at : at+n-1]
		at += n
		p, end, ok := parseLine(line)
		switch {
		case !ok:
			f.Damaged++
		case end == nil:
			batch = append(batch, p)
		default:
			f.mark = end
			f.keep(batch)
			lines, kept, batch = lines+len(batch)+1, int64(at), nil
		}
	}
	return lines, kept
}

// keep makes the pages of a batch those that count, in the order first seen.
func (f *frontier) keep(batch []*page) {
	for _, p := range batch {
		if old := f.pages[p.URL]; old != nil {
			p.seq = old.seq
		} else {
			p.seq = len(f.pages)
		}
		f.pages[p.URL] = p
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// parseLine checks a line and reads a page or a mark.
func parseLine(line []byte) (*page, *mark, bool) {
	if len(line) < 10 || len(line) > MaxLogLine || line[8] != ' ' {
		return nil, nil, false
	}
	if string(line[:8]) != checksum(line[9:]) {
		return nil, nil, false
	}
	var r struct {
		page
		Files *[2]warcMark `json:"warc"`
	}
	if json.Unmarshal(line[9:], &r) != nil || (r.URL == "") == (r.Files == nil) {
		return nil, nil, false
	}
	if r.Files != nil {
		return nil, &mark{*r.Files}, true
	}
	return &r.page, nil, true
}

func checksum(body []byte) string {
	return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.Checksum(body, castagnoli)))
}

func appendLine(b *bytes.Buffer, record any) {
	body, err := json.Marshal(record)
	if err != nil {
		panic(err) // strings and numbers
	}
	fmt.Fprintf(b, "%s %s\n", checksum(body), body)
}

// put logs a page's new state with the next commit.
func (f *frontier) put(p *page) {
	if f.pages[p.URL] == nil {
		p.seq = len(f.pages)
		f.pages[p.URL] = p
	}
	appendLine(&f.pending, p)
}

// commit writes the batch; the WARC files up to its mark are synced.
func (f *frontier) commit(m mark) error {
	if f.pending.Len() == 0 && f.mark != nil && m == *f.mark {
		return nil
	}
	appendLine(&f.pending, m)
	if _, err := f.log.Write(f.pending.Bytes()); err != nil {
		return err
	}
	f.pending.Reset()
	f.mark = &m
	return f.log.Sync()
}

// compact writes every page once.
func (f *frontier) compact() error {
	s, err := fsx.Stage(f.fs, path.Dir(f.name), path.Base(f.name))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, p := range f.ordered() {
		appendLine(&b, p)
		if _, err := b.WriteTo(s); err != nil {
			return errors.Join(err, s.Abort())
		}
	}
	appendLine(&b, f.mark)
	if _, err := b.WriteTo(s); err != nil {
		return errors.Join(err, s.Abort())
	}
	return s.Commit(func(string) string { return path.Base(f.name) })
}

// ordered are all pages as they came.
func (f *frontier) ordered() []*page {
	all := make([]*page, 0, len(f.pages))
	for _, p := range f.pages {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *page) int { return cmp.Compare(a.seq, b.seq) })
	return all
}

// left are the pages to visit in this run: sitemaps first, then by depth.
func (f *frontier) left(now time.Time, revisit time.Duration) []*page {
	all := slices.DeleteFunc(f.ordered(), func(p *page) bool { return !p.due(now, revisit) })
	slices.SortStableFunc(all, func(a, b *page) int {
		if a.Map != b.Map {
			return map[bool]int{true: -1, false: 1}[a.Map]
		}
		return cmp.Compare(a.Depth, b.Depth)
	})
	return all
}

func (f *frontier) Close() error { return f.log.Close() }

// damage says that a file ends before the mark.
func damage(name string, size, want int64) error {
	return &corpus.Error{
		Class: corpus.Corrupt, What: fmt.Sprintf("has %d bytes, the crawl wrote %d", size, want), Path: name, Offset: -1,
		Next: "remove the crawl's files to start over: " + strings.TrimSuffix(path.Base(name), path.Ext(name)),
	}
}
