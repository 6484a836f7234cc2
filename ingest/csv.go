package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"corpus"
)

// csvDelimiters are tried in this order.
const csvDelimiters = ",\t;|"

// csvLayout is what the header of a CSV file says: where the fields are, -1 for
// those that it does not have. An id counts when it is an address.
type csvLayout struct {
	delimiter byte
	fields    int

	text, url, title, id int
}

const csvLayoutForm = "%d %d %d %d %d %d"

func (l csvLayout) String() string {
	return fmt.Sprintf(csvLayoutForm, l.delimiter, l.fields, l.text, l.url, l.title, l.id)
}

func parseLayout(s string) (l csvLayout, err error) {
	_, err = fmt.Sscanf(s, csvLayoutForm, &l.delimiter, &l.fields, &l.text, &l.url, &l.title, &l.id)
	return l, err
}

// sniffCSV tells CSV by its first bytes: a header with the name of a text
// field, and records of as many fields as it has. Prose and code have neither.
func sniffCSV(b []byte, whole bool, textField string) (csvLayout, bool) {
	for _, delimiter := range []byte(csvDelimiters) {
		records, ok := csvRecords(b, whole, delimiter)
		if !ok || len(records) == 0 {
			continue
		}
		l, ok := csvHeader(records[0], delimiter, textField)
		if len(records) == 1 { // the first record does not end here: the header must do
			ok = ok && !whole && !bytes.Contains(bytes.Join(records[0], nil), []byte(" "))
		}
		if ok && csvFits(l, records[1:]) {
			return l, true
		}
	}
	return csvLayout{}, false
}

// csvLayout is what the beginning of a CSV source says.
func (sc *scan) csvLayout(head []byte, whole bool) string {
	if text, ok := fromBOM(head); ok {
		head = text
	}
	l, _ := sniffCSV(head, whole, sc.textField)
	return l.String()
}

// csvRecords are the first records of b that are there as a whole, false when
// their quotes are broken.
func csvRecords(b []byte, whole bool, delimiter byte) (records [][][]byte, ok bool) {
	const most = 64
	r := separated{c: newCursor(bytes.NewReader(b), 0), max: len(b) + 1, delimiter: delimiter, headed: true}
	for len(records) < most {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return records, true
		}
		if rec.end == int64(len(b)) && !whole {
			return records, true // may be cut
		}
		if err != nil || rec.lost != "" {
			return records, !whole && r.unclosed
		}
		records = append(records, splitRecord(rec.raw, delimiter))
	}
	return records, true
}

// csvHeader finds the fields in a header. Names differ and are short; only the
// first may be empty, as in what pandas writes.
func csvHeader(header [][]byte, delimiter byte, textField string) (csvLayout, bool) {
	names := make([]string, len(header))
	seen := map[string]bool{}
	for i, b := range header {
		names[i] = string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
		if i > 0 {
			names[i] = strings.TrimPrefix(names[i], " ")
		}
		if seen[names[i]] || names[i] == "" && i > 0 || len(names[i]) > MaxFieldName || !utf8.ValidString(names[i]) || strings.ContainsAny(names[i], "\r\n") {
			return csvLayout{}, false
		}
		seen[names[i]] = true
	}
	l := csvLayout{
		delimiter: delimiter, fields: len(names),
		text: csvField(names, textNames(textField)), url: csvField(names, urlFields),
		title: csvField(names, titleFields), id: csvField(names, idFields),
	}
	return l, l.text >= 0 && l.fields > 1 && l.fields <= MaxFields
}

// csvField is the first of the wanted names that is there, in any case, since
// spreadsheets have headers with capitals.
func csvField(names, wanted []string) int {
	for _, name := range wanted {
		if i := slices.Index(names, name); i >= 0 {
			return i
		}
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
			return i
		}
	}
	return -1
}

// csvFits says whether records have the fields of the header.
func csvFits(l csvLayout, records [][][]byte) bool {
	for _, r := range records {
		rule := len(bytes.Trim(r[0], " -:")) == 0 && len(bytes.TrimSpace(r[0])) > 1 // of a table in Markdown
		if len(r) != l.fields || rule {
			return false
		}
	}
	return true
}

// separated reads the records of CSV (RFC 4180): fields may be quoted, and then
// hold delimiters, line ends and doubled quotes. A quote inside a field that
// does not begin with one is a character like others.
type separated struct {
	c         *cursor
	max       int
	delimiter byte
	headed    bool // give the header too

	state    csvState
	unclosed bool // the last loss was of a quote without its end
}

type csvState int

const (
	csvStart  csvState = iota // of a field
	csvPlain                  // in a field without quotes
	csvQuoted                 // inside quotes
	csvQuote                  // behind a quote inside quotes
	csvReturn                 // behind such a quote and a carriage return
	csvBroken
)

func (s *separated) next() (record, error) {
	header := s.c.off == 0 && !s.headed
	for {
		rec, ok := s.record()
		if err := s.c.fault(); err != nil {
			return record{}, err
		}
		if !ok {
			return record{}, io.EOF
		}
		if rec.lost == "" && len(rec.raw) == 0 {
			continue
		}
		if !header {
			return rec, nil
		}
		header = false
	}
}

// record takes the next record with its line end; false at the end.
func (s *separated) record() (record, bool) {
	l := lines{c: s.c, max: s.max}
	s.state, s.unclosed = csvStart, false
	for seen := 0; ; {
		w := s.c.window()
		n, ended := s.scan(w, seen)
		if ended {
			return l.take(n), true
		}
		if s.state == csvBroken || len(w) > s.max {
			return s.broken(l)
		}
		seen = n
		if !s.c.more() {
			break
		}
	}
	if s.state == csvQuoted {
		s.unclosed = true
		return s.broken(l)
	}
	n := len(s.c.window())
	if n == 0 {
		return record{}, false
	}
	rec := l.take(n)
	rec.open = true
	if rec.lost = s.c.broken(); rec.lost != "" {
		rec.detail = s.c.err.Error()
	}
	return rec, true
}

// broken loses the first line of a record; reading goes on at the next.
func (s *separated) broken(l lines) (record, bool) {
	rec, ok := l.line()
	switch {
	case rec.lost != "":
	case s.state == csvBroken:
		rec.lost, rec.detail = BadCSV, "a quoted field goes on behind its quotes"
	case s.state == csvQuoted:
		rec.lost, rec.detail = BadCSV, "a quoted field does not end"
	default:
		rec.lost, rec.detail = TooLarge, fmt.Sprintf("record of more than %d bytes", s.max)
	}
	return rec, ok
}

// scan goes on from byte i of a record: n is behind its line end, or where to
// go on when there is more.
func (s *separated) scan(w []byte, i int) (n int, ended bool) {
	for ; i < len(w); i++ {
		switch s.state {
		case csvStart, csvPlain:
			i += s.plainEnd(w[i:])
			if i == len(w) {
				return i, false
			}
			if w[i] == '\n' {
				return i + 1, true
			}
		case csvQuoted:
			j := bytes.IndexByte(w[i:], '"')
			if j < 0 {
				return len(w), false
			}
			i += j
			s.state = csvQuote
		case csvQuote, csvReturn:
			if w[i] == '\n' {
				return i + 1, true
			}
			if s.state = s.behindQuote(w[i]); s.state == csvBroken {
				return i, false
			}
		}
	}
	return i, false
}

// plainEnd goes over what is outside quotes: to a line end, or to a quote that
// begins a field.
func (s *separated) plainEnd(w []byte) int {
	for i, c := range w {
		switch {
		case c == '\n':
			return i
		case c == s.delimiter:
			s.state = csvStart
		case c == '"' && s.state == csvStart:
			s.state = csvQuoted
			return i
		default:
			s.state = csvPlain
		}
	}
	return len(w)
}

func (s *separated) behindQuote(c byte) csvState {
	switch {
	case s.state == csvReturn:
		return csvBroken
	case c == '"':
		return csvQuoted
	case c == s.delimiter:
		return csvStart
	case c == '\r':
		return csvReturn
	}
	return csvBroken
}

// splitRecord gives the fields of a record whose quotes are in order.
func splitRecord(raw []byte, delimiter byte) (fields [][]byte) {
	for {
		var field []byte
		if len(raw) > 0 && raw[0] == '"' {
			field, raw = unquoted(raw[1:])
		} else {
			n := bytes.IndexByte(raw, delimiter)
			if n < 0 {
				n = len(raw)
			}
			field, raw = raw[:n], raw[n:]
		}
		fields = append(fields, field)
		if len(raw) == 0 || len(fields) > MaxFields {
			return fields
		}
		raw = raw[1:]
	}
}

// unquoted is a field up to its closing quote, and what is behind that.
func unquoted(b []byte) (field, rest []byte) {
	for i := 0; ; i += 2 {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return bytes.ReplaceAll(b, []byte(`""`), []byte(`"`)), nil
		}
		if i += j; i+1 == len(b) || b[i+1] != '"' {
			return bytes.ReplaceAll(b[:i], []byte(`""`), []byte(`"`)), b[i+1:]
		}
	}
}

// fillRecord takes the fields of a CSV record.
func fillRecord(d *corpus.Document, rec record, layout string) *loss {
	l, err := parseLayout(layout)
	if err != nil {
		return lose(BadCSV, "layout %q: %v", layout, err)
	}
	raw := toUTF8(rec.raw, "")
	if len(raw) > corpus.MaxDocument {
		return tooLong()
	}
	fields := splitRecord(raw, l.delimiter)
	if len(fields) != l.fields {
		reason := BadCSV
		if rec.open {
			reason = Truncated
		}
		return lose(reason, "%d fields instead of %d", len(fields), l.fields)
	}
	at := func(i int) string {
		if i < 0 {
			return ""
		}
		return string(fields[i])
	}
	d.URL, d.Title = at(l.url), at(l.title)
	if id := at(l.id); d.URL == "" && isAddress(id) {
		d.URL = id
	}
	return fillText(d, fields[l.text], "")
}
