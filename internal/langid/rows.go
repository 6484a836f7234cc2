package langid

// row holds what an n-gram costs in each of the languages in Latin script, two in
// a word: nearly all of these have nearly all n-grams that a text is made of, and
// a row is added several times as fast as a list. A sum stays below 2^32: a look
// has at most 2^16 trigrams, which cost at most 2^16 each.
type row [(maxLanes + 1) / 2]uint64

const (
	// latin is its place in scripts.
	latin = 0
	// leastRow is how many languages an n-gram has for a row to be made of it.
	leastRow = 20
	// inRow, as the length of a span, says that it is a row.
	inRow = 255
)

// add puts n times a row to the sums.
func (s *row) add(r *row, n uint64) {
	for i := range s {
		s[i] += n * r[i]
	}
}

// makeRows makes rows of the lists of many languages, the longest n-grams first,
// since they need the lists of those that they begin with.
func (m *models) makeRows() {
	if m.lanes = m.candidates[latin]; len(m.lanes) > maxLanes {
		return // damaged models
	}
	lane := [256]int{}
	for i := range lane {
		lane[i] = -1
	}
	for i, l := range m.lanes {
		lane[l] = i
	}
	for order := 3; order > 0; order-- {
		for i := range m.grams.slots {
			if s := &m.grams.slots[i]; s.n >= leastRow && s.n != inRow && orderOf(s.key) == order && m.fits(s.span, &lane) {
				s.span = m.makeRow(s.key)
			}
		}
	}
}

func orderOf(key uint64) int {
	switch {
	case key>>42 > 0:
		return 3
	case key>>21 > 0:
		return 2
	}
	return 1
}

// fits says whether all languages of a list have a lane.
func (m *models) fits(s span, lane *[256]int) bool {
	for _, e := range m.entries[s.at : s.at+uint32(s.n)] {
		if lane[e.lang()] < 0 {
			return false
		}
	}
	return true
}

// makeRow adds the row of an n-gram: where it has no cost its beginning's counts.
func (m *models) makeRow(key uint64) span {
	sums := [256]int64{}
	for k := key; k > 0; k >>= 21 {
		m.add(&sums, m.grams.get(k), 1)
	}
	var r row
	for i, l := range m.lanes {
		r[i/2] |= uint64(uint32(sums[l])) << (i % 2 * 32)
	}
	m.rows = append(m.rows, r)
	return span{uint32(len(m.rows) - 1), inRow}
}
