package crawl

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"corpus/internal/fsx"

	"github.com/klauspost/compress/gzip"
)

// warcMark is the file that a series is at and its length; length 0 is a file
// that is still to come.
type warcMark struct {
	File int   `json:"n"`
	Size int64 `json:"b"`
}

// field is a named field of a record.
type field struct{ name, value string }

// record is a WARC record to write.
type record struct {
	kind    string // request, response, revisit, metadata
	url     string
	date    time.Time
	fields  []field // further ones
	content string  // Content-Type
	block   []byte
	payload []byte // its digest is written when it is not nil
}

// series is WARC 1.1 files PREFIX-00000.warc.gz and on, a gzip member for each
// record. A run begins a file of its own, so that what was ingested stays as it
// was; a file that reaches the limit is followed by the next.
type series struct {
	fs     fsx.FS
	prefix string // path without number
	agent  string
	limit  int64
	next   int // number of the next file
	at     warcMark
	file   fsx.File
}

// openSeries cuts the files back to the mark: what lies behind it is fetched
// again. Without a mark, a new crawl goes on behind the files it finds.
func openSeries(fsys fsx.FS, prefix, agent string, limit int64, at *warcMark) (*series, error) {
	s := &series{fs: fsys, prefix: prefix, agent: agent, limit: limit}
	numbers, err := s.numbers()
	if at == nil {
		for _, n := range numbers {
			s.at.File = max(s.at.File, n+1)
		}
		s.next = s.at.File
		return s, err
	}
	s.at, s.next = *at, at.File
	if at.Size > 0 {
		s.next++
	}
	for _, n := range numbers {
		if n >= s.next {
			err = errors.Join(err, fsys.Remove(s.name(n)))
		}
	}
	return s, errors.Join(err, s.cut())
}

// numbers are those of the files that are there.
func (s *series) numbers() ([]int, error) {
	names, err := s.fs.ReadDir(path.Dir(s.prefix))
	numbered := regexp.MustCompile("^" + regexp.QuoteMeta(path.Base(s.prefix)) + `-([0-9]{5})\.warc\.gz$`)
	var all []int
	for _, name := range names {
		if m := numbered.FindStringSubmatch(name); m != nil {
			n, _ := strconv.Atoi(m[1]) // five digits
			all = append(all, n)
		}
	}
	return all, err
}

func (s *series) cut() error {
	if s.at.Size == 0 {
		return nil
	}
	size, err := s.fs.Size(s.name(s.at.File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // removed, perhaps to save room: the pages are known all the same
	case err != nil:
		return err
	case size < s.at.Size:
		return damage(s.name(s.at.File), size, s.at.Size)
	case size > s.at.Size:
		return s.fs.Truncate(s.name(s.at.File), s.at.Size)
	}
	return nil
}

func (s *series) name(n int) string { return fmt.Sprintf("%s-%05d.warc.gz", s.prefix, n) }

// write adds records that belong together to one file.
func (s *series) write(records ...record) error {
	if s.file == nil || s.at.Size >= s.limit {
		if err := s.roll(records[0].date); err != nil {
			return err
		}
	}
	first := records[0].id(s.place())
	for i := range records {
		if i > 0 {
			records[i].fields = append(records[i].fields, field{"WARC-Concurrent-To", first})
		}
		if err := s.put(&records[i]); err != nil {
			return err
		}
	}
	return nil
}

// place is where the next record will stand.
func (s *series) place() string {
	return fmt.Sprintf("%s %d %d", path.Base(s.prefix), s.at.File, s.at.Size)
}

// roll begins the next file with a warcinfo record.
func (s *series) roll(now time.Time) error {
	if err := s.Close(); err != nil {
		return err
	}
	f, err := s.fs.Create(s.name(s.next))
	if err != nil {
		return err
	}
	s.file, s.at = f, warcMark{File: s.next}
	s.next++
	if err := s.fs.SyncDir(path.Dir(s.prefix)); err != nil {
		return err
	}
	return s.put(&record{
		kind: "warcinfo", date: now, content: "application/warc-fields",
		fields: []field{{"WARC-Filename", path.Base(s.name(s.at.File))}},
		block: []byte("software: corpus\r\nformat: WARC File Format 1.1\r\n" +
			"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n" +
			"robots: obey\r\nhttp-header-user-agent: " + s.agent + "\r\n"),
	})
}

func (s *series) put(r *record) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(r.encode(s.place())); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	n, err := s.file.Write(b.Bytes())
	s.at.Size += int64(n)
	return err
}

// encode is the record's bytes. Its id is made of its place and content.
func (r *record) encode(place string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "WARC/1.1\r\nWARC-Type: %s\r\n", r.kind)
	fmt.Fprintf(&b, "WARC-Record-ID: %s\r\n", r.id(place))
	if r.url != "" {
		fmt.Fprintf(&b, "WARC-Target-URI: %s\r\n", r.url)
	}
	fmt.Fprintf(&b, "WARC-Date: %s\r\nContent-Type: %s\r\n", warcDate(r.date), r.content)
	for _, f := range r.fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, oneLine(f.value))
	}
	fmt.Fprintf(&b, "WARC-Block-Digest: %s\r\n", digest(r.block))
	if r.payload != nil {
		fmt.Fprintf(&b, "WARC-Payload-Digest: %s\r\n", digest(r.payload))
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(r.block))
	b.Write(r.block)
	b.WriteString("\r\n\r\n")
	return b.Bytes()
}

// id is a UUID of version 8 made of a hash.
func (r *record) id(place string) string {
	h := sha256.Sum256([]byte(strings.Join([]string{place, r.kind, r.url, warcDate(r.date), digest(r.block)}, "\x00")))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func warcDate(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// digest is a SHA-1, as is the custom in WARC: it finds damage, not fraud.
func digest(b []byte) string {
	sum := sha1.Sum(b)
	return "sha1:" + base32.StdEncoding.EncodeToString(sum[:])
}

// oneLine keeps what a server sent from ending a field.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, s)
}

func (s *series) sync() error {
	if s.file == nil {
		return nil
	}
	return s.file.Sync()
}

// Close syncs and closes the file at hand.
func (s *series) Close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Sync(), s.file.Close())
	s.file = nil
	return err
}
