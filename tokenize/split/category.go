package split

// A category is a general category of Unicode.
type category uint8

const (
	lu category = iota
	ll
	lt
	lm
	lo
	mn
	mc
	me
	nd
	nl
	no
	pc
	pd
	ps
	pe
	pi
	pf
	po
	sm
	sc
	sk
	so
	zs
	zl
	zp
	cc
	cf
	co
	cn
	cs
	categories
)

// A categoryRun gives the category of the runes from start to the next run.
type categoryRun struct {
	start    rune
	category category
}
