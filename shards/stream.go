package shards

import (
	"fmt"
	"sort"
)

// Stream is documents of token shards, one after the other, each followed by the
// end token. Methods may be called concurrently.
type Stream struct {
	t      *Tokens
	runs   []run
	length int64
}

// run is consecutive documents of a shard.
type run struct {
	start int64 // in the stream
	from  int64 // in the shard's own stream
	shard int
}

// All is all documents.
func (t *Tokens) All() *Stream {
	s := &Stream{t: t}
	for i, shard := range t.shards {
		s.add(i, 0, shard.length)
	}
	return s
}

// add appends length tokens of a shard.
func (s *Stream) add(shard int, from, length int64) {
	if length == 0 {
		return
	}
	if n := len(s.runs); n > 0 {
		if last := s.runs[n-1]; last.shard == shard && last.from+s.length-last.start == from {
			s.length += length
			return
		}
	}
	s.runs = append(s.runs, run{s.length, from, shard})
	s.length += length
}

// Len is the length of the stream in tokens, end tokens included.
func (s *Stream) Len() int64 { return s.length }

// Read fills dst with the tokens from position at on.
func (s *Stream) Read(dst []int32, at int64) error {
	if err := s.within(at, int64(len(dst))); err != nil {
		return err
	}
	for i := s.find(at); len(dst) > 0; i++ {
		from, n := s.place(i, at)
		n = min(n, int64(len(dst)))
		if err := s.shard(i).read(dst[:n], from, s.t.eos); err != nil {
			return err
		}
		dst, at = dst[n:], at+n
	}
	return nil
}

// Lengths fills dst with the lengths of the documents from position at on, where
// one begins; it gives fewer only at the end.
func (s *Stream) Lengths(dst []int64, at int64) (n int, err error) {
	if err := s.within(at, 0); err != nil {
		return 0, err
	}
	for n < len(dst) && at < s.length {
		b, doc, _, left, err := s.documents(at)
		if err != nil {
			return n, err
		}
		for ; doc < b.docs() && n < len(dst) && left > 0; doc++ {
			dst[n] = b.length(doc)
			at, left = at+dst[n], left-dst[n]
			n++
		}
	}
	return n, nil
}

// Ends appends where, behind position at and up to n tokens on, a document ends:
// distances from at, of what is behind the end token.
func (s *Stream) Ends(dst []int, at int64, n int) ([]int, error) {
	if err := s.within(at, int64(n)); err != nil {
		return dst, err
	}
	for begin, end := at, at+int64(n); at < end; {
		b, doc, inside, left, err := s.documents(at)
		if err != nil {
			return dst, err
		}
		for ; doc < b.docs() && at < end && left > 0; doc++ {
			rest := b.length(doc) - inside
			if at, left, inside = at+rest, left-rest, 0; at <= end {
				dst = append(dst, int(at-begin))
			}
		}
	}
	return dst, nil
}

// documents is the record batch of a position: which of its documents holds it, how
// far inside that it lies, and how many tokens of the run there are from it on.
func (s *Stream) documents(at int64) (b *tokenBatch, doc int, inside, left int64, err error) {
	i := s.find(at)
	from, left := s.place(i, at)
	b, start, err := s.shard(i).find(from)
	if err != nil {
		return nil, 0, 0, 0, err
	}
	doc = b.doc(from - start)
	return b, doc, from - start - int64(b.offsets[doc]) - int64(doc), left, nil
}

func (s *Stream) within(at, n int64) error {
	if at < 0 || at+n > s.length {
		return fmt.Errorf("tokens %d to %d lie beyond the %d there are", at, at+n, s.length)
	}
	return nil
}

// find is the run that holds a position.
func (s *Stream) find(at int64) int {
	return sort.Search(len(s.runs), func(i int) bool { return s.runs[i].start > at }) - 1
}

func (s *Stream) shard(run int) *tokenShard { return s.t.shards[s.runs[run].shard] }

// place is where in its shard's stream a position of a run lies, and how many
// tokens of the run there are from there on.
func (s *Stream) place(run int, at int64) (from, left int64) {
	end := s.length
	if run+1 < len(s.runs) {
		end = s.runs[run+1].start
	}
	return s.runs[run].from + at - s.runs[run].start, end - at
}
