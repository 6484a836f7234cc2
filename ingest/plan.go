package ingest

// source is a scanned source and the file behind it.
type source struct {
	scanned
	input *input
}

// piece is consecutive units of one source within a part.
type piece struct {
	source *source
	from   int // index of the first unit
	n      int // units; 0 for a source that has none
}

// begins says whether the source starts here; there it is counted and listed.
func (p piece) begins() bool { return p.from == 0 }

// part is the pieces that one task reads.
type part struct{ pieces []piece }

// planner groups units into parts by their sizes alone.
type planner struct {
	bytes   int64 // of a part, decoded
	sources int

	parts []part
	open  part
	size  int64
	bad   []piece // sources that cannot be read, waiting for a part
}

// add takes the next source in order. One that cannot be read only joins a
// part; it never makes one, so that a run with nothing new has none.
func (p *planner) add(s *source) {
	if s.sha256 == "" {
		p.bad = append(p.bad, piece{source: s})
		return
	}
	if len(p.open.pieces) >= p.sources {
		p.flush()
	}
	p.open.pieces = append(p.open.pieces, p.bad...)
	p.bad = nil
	p.open.pieces = append(p.open.pieces, piece{source: s})
	for i, u := range s.units {
		if size := u.size(); p.size > 0 && p.size+size > p.bytes {
			p.cut(s, i)
		}
		p.size += u.size()
		p.open.pieces[len(p.open.pieces)-1].n++
	}
}

// cut ends the part before unit i of s. A part that would hold none of its
// units leaves the source to the next.
func (p *planner) cut(s *source, i int) {
	if last := len(p.open.pieces) - 1; p.open.pieces[last].n == 0 {
		p.open.pieces = p.open.pieces[:last]
	}
	p.flush()
	p.open.pieces = append(p.open.pieces, piece{source: s, from: i})
}

func (p *planner) flush() {
	if len(p.open.pieces) > 0 {
		p.parts = append(p.parts, p.open)
	}
	p.open, p.size = part{}, 0
}

// done gives the parts; it is never nil.
func (p *planner) done() []part {
	if len(p.parts) > 0 || len(p.open.pieces) > 0 {
		p.open.pieces = append(p.open.pieces, p.bad...)
		p.flush()
	}
	if p.parts == nil {
		p.parts = []part{}
	}
	return p.parts
}
