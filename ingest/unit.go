package ingest

// unit is a range of the decoded stream of a source, cut at a record.
type unit struct {
	start, end int64
	raw, base  int64  // where decoding begins: offset in the file, and decoded
	reason     string // damage that ends the stream at end, "" = none
	bad        bool   // the checksum over these bytes is wrong

	// Of a columnar source start and end are row numbers, raw and base the first
	// group and the one behind the last, and weight the decoded bytes.
	weight int64
}

// size is the decoded bytes of a unit.
func (u unit) size() int64 {
	if u.weight > 0 {
		return u.weight
	}
	return u.end - u.start
}

// cutter cuts units out of what a walk tells: at the first record that ends
// unitBytes or more behind where the unit began.
type cutter struct {
	s         *scanned
	unitBytes int64

	u       unit
	at      int64  // where the last record ended
	cut     int64  // end of the unit that is done, once what begins there is known; 0 = none
	first   int    // first unit of the segment
	since   mark   // where the segment began
	members []mark // those where decoding can begin: the last at or before at, and those behind
	last    int64  // place in the file of the last one told
	damages int
}

func (c *cutter) begin(m mark) error {
	c.u = unit{start: m.pos, raw: m.raw, base: m.pos}
	c.at, c.cut, c.first, c.since = m.pos, 0, len(c.s.units), m
	c.members, c.last = append(c.members[:0], m), m.raw
	return nil
}

// member adds one that was not told before.
func (c *cutter) member(m mark) {
	if m.raw > c.last {
		c.members, c.last = append(c.members, m), m.raw
	}
}

func (c *cutter) record(end int64) error {
	c.done()
	c.at = end
	c.stand()
	if end-c.u.start >= c.unitBytes {
		c.cut = end
	}
	return nil
}

// stand is the last member that begins at or before at.
func (c *cutter) stand() mark {
	for len(c.members) > 1 && c.members[1].pos <= c.at {
		c.members = c.members[1:]
	}
	return c.members[0]
}

// done ends the unit that is to be cut where the last record ended.
func (c *cutter) done() {
	if c.cut == 0 {
		return
	}
	c.u.end = c.cut
	c.s.units = append(c.s.units, c.u)
	m := c.stand()
	if c.s.comp == plain && c.s.charset == "" {
		m = mark{c.cut, c.cut}
	}
	c.u, c.cut = unit{start: c.at, raw: m.raw, base: m.pos}, 0
}

// end ends the segment; false when nothing is read behind it: at the end of
// the source, behind a bomb, after too many damages, and in a wide set, whose
// state is lost.
func (c *cutter) end(e ending) bool {
	s := c.s
	c.done()
	s.decoded = e.pos
	d := e.damage
	if d != nil {
		c.u.reason, s.status, s.detail = d.reason, d.reason, oneLine(d.Error(), MaxDetail)
	} else if e.open != "" {
		s.status, s.detail = Truncated, oneLine(e.open, MaxDetail)
	}
	if e.pos > c.u.start || d != nil {
		c.u.end = e.pos
		s.units = append(s.units, c.u)
	}
	if d == nil {
		return false
	}
	c.markBad(d)
	c.damages++
	return d.reason != Bomb && c.damages <= MaxDamages && s.charset == ""
}

// markBad flags the units of a member whose checksum is wrong; the unit that
// it begins in is cut there.
func (c *cutter) markBad(d *damage) {
	if d.reason != Checksum {
		return
	}
	s := c.s
	for i := c.first; i < len(s.units); i++ {
		u := s.units[i]
		switch {
		case u.start >= d.pos || s.charset != "":
			s.units[i].bad = true
		case u.end > d.pos:
			good, bad := u, u
			good.end, good.reason = d.pos, ""
			bad.start, bad.raw, bad.base, bad.bad = d.pos, d.raw, d.pos, true
			s.units = append(s.units[:i], append([]unit{good, bad}, s.units[i+1:]...)...)
			i++
		}
	}
}
