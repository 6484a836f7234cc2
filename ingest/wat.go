package ingest

import (
	"bytes"
	"strings"
)

const detailWAT = "WAT: metadata of a crawl, no text; take the WET or WARC files of the same crawl"

// isWAT says whether the first record of a WARC file behind its warcinfo is the
// metadata of a record of another file, as JSON. Other metadata records stand
// behind the response that they speak of.
func isWAT(b []byte) bool {
	w := &warc{c: newCursor(bytes.NewReader(b), 0), max: len(b)}
	for {
		rec, err := w.next()
		if err != nil || rec.head == nil {
			return false
		}
		if rec.head.get("warc-type") == "warcinfo" && rec.lost == "" {
			continue
		}
		kind, _ := mediaType(rec.head.get("content-type"))
		return rec.head.get("warc-type") == "metadata" && strings.HasSuffix(kind, "json") && hasEnvelope(b, rec)
	}
}

// hasEnvelope looks for the object that holds everything in a WAT record, which
// may go on beyond b.
func hasEnvelope(b []byte, rec record) bool {
	return bytes.Contains(b[rec.off:], []byte(`"Envelope"`))
}
