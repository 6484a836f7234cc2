package langid

import "math"

// verdict is what a reading says.
type verdict struct {
	lang   int // place in models.langs, -1 = cannot be told
	score  float64
	margin int64 // what its trigrams are ahead of the next language by, in steps of 1/perNat
	unsure bool  // a longer look may say otherwise
}

// judge applies the rules of lingua, and where they leave several languages the
// trigrams decide.
func (r *reading) judge() verdict {
	in, share := r.main()
	if in < 0 {
		return verdict{lang: -1, unsure: r.words > 0}
	}
	told := r.byLetters()
	if scripts[in].lang != "" {
		if told < 0 {
			told = int(r.own[in]) - 1
		}
		return verdict{lang: told, score: share, unsure: share < mostWords}
	}
	r.score()
	all, langs := r.candidates[in], r.allowed(in)
	if r.tied() {
		all, langs = r.modelled, r.modelled
	}
	first, margin := r.best(all)
	v := verdict{told, share, margin, true}
	if told < 0 {
		if v.lang, _ = r.best(langs); v.lang < 0 {
			return verdict{lang: -1, unsure: true}
		}
		v.score *= r.probability(v.lang, langs)
	}
	v.unsure = v.lang != first || margin < nearTie*perNat || share < mostWords || r.disputed(in, v.lang)
	return v
}

// score sums up the costs of the trigrams by language. Where a language lacks a
// trigram its first two letters count, then its first, then nothing.
func (r *reading) score() {
	clear(r.sums[:])
	r.rowSum = row{}
	for order := 2; order >= 0; order-- {
		r.charge(order)
	}
	for i, l := range r.lanes {
		r.sums[l] += int64(uint32(r.rowSum[i/2] >> (i % 2 * 32)))
	}
}

// charge adds the costs of the n-grams of an order, and counts what they begin
// with where that is not in their costs. All are looked up before any is added, so
// that the processor waits for many at once: the table is larger than its caches.
func (r *reading) charge(order int) {
	c := &r.grams[order]
	r.found = r.found[:0]
	for _, i := range c.used {
		r.found = append(r.found, r.models.grams.get(c.slots[i].key))
	}
	for j, i := range c.used {
		s, t := r.found[j], &c.slots[i]
		if s.n == inRow {
			r.rowSum.add(&r.rows[s.at], uint64(t.n))
			continue
		}
		r.models.add(&r.sums, s, int64(t.n))
		if order > 0 {
			r.grams[order-1].add(t.key>>21, t.n)
		}
	}
}

// best is the likeliest of some languages, and what it is ahead of the second by,
// in steps of 1/perNat. -1 means that nothing speaks for any.
func (r *reading) best(langs []uint8) (lang int, margin int64) {
	lang, second := -1, int64(math.MaxInt64)
	for _, l := range langs {
		switch n := r.sums[l]; {
		case n <= 0:
		case lang < 0:
			lang = int(l)
		case n < r.sums[lang]:
			second, lang = r.sums[lang], int(l)
		default:
			second = min(second, n)
		}
	}
	if lang < 0 {
		return -1, 0
	}
	return lang, second - r.sums[lang]
}

// probability is how likely the best of some languages is among them. Those that
// are 40 nats behind it change nothing.
func (r *reading) probability(lang int, langs []uint8) float64 {
	total := 0.0
	for _, l := range langs {
		if behind := r.sums[l] - r.sums[lang]; r.sums[l] > 0 && behind < 40*perNat {
			total += math.Exp(-float64(behind) / perNat)
		}
	}
	return 1 / total
}
