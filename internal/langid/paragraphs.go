package langid

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Paragraph is a line of a text, with the lines without a letter that follow it.
type Paragraph struct {
	Start, End int     // in bytes; the first begins with the text, each ends where the next begins
	Letters    int     // in characters
	Lang       string  // as of Detect
	Score      float64 // as of Detect; 0 = the line cannot tell, its language is that of its neighbours
}

// Paragraphs appends the paragraphs of a text to dst. A line that is too short to
// tell by itself, or that two languages fit about as well, is in that one of the
// other lines' languages which fits, sooner in a neighbour's; where none fits, in
// none (""). Beyond maxParagraphs several lines make one paragraph. The cost is
// linear in the text.
func (d *Detector) Paragraphs(dst []Paragraph, text string) []Paragraph {
	r := d.readings.Get().(*reading)
	defer d.readings.Put(r)
	first := len(dst)
	dst = r.lines(dst, text)
	r.settle(dst[first:], text)
	return dst
}

// lines appends the paragraphs of a text, those that cannot tell by themselves
// without a language.
func (r *reading) lines(dst []Paragraph, text string) []Paragraph {
	first, start, least := len(dst), 0, len(text)/maxParagraphs
	for at := 0; at < len(text); {
		end := len(text)
		if from := at + least; from < end {
			if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
				end = from + i + 1
			}
		}
		v := r.look(glance, text[at:end])
		switch {
		case r.letters > 0:
			p := Paragraph{Start: start, End: end, Letters: r.letters}
			if r.sure(v) {
				p.Lang, p.Score = r.langs[v.lang], round(v.score)
			}
			dst, start = append(dst, p), end
		case len(dst) > first:
			dst[len(dst)-1].End, start = end, end
		}
		at = end
	}
	if len(dst) == first && text != "" {
		dst = append(dst, Paragraph{End: len(text)})
	}
	return dst
}

// sure says whether a line tells its language by itself. One in Han alone may be
// Japanese, and has to be longer.
func (r *reading) sure(v verdict) bool {
	if v.lang < 0 || v.score < mostWords {
		return false
	}
	in, _ := r.main()
	switch {
	case scripts[in].lang == "":
		return r.letters >= sureLetters && v.margin >= sureMargin*perNat
	case v.lang+1 == int(r.own[han]):
		return r.letters >= sureHan
	}
	return r.letters >= sureAlone
}

// settle gives the paragraphs that cannot tell a language, and takes its own from
// those that the language of the text fits about as well.
func (r *reading) settle(ps []Paragraph, text string) {
	if r.gather(ps); len(r.told) == 0 {
		if v := r.look(study, text); v.lang >= 0 {
			r.told = append(r.told, uint8(v.lang))
		}
	}
	if len(r.told) == 0 {
		return
	}
	before, next := "", 0
	for i := range ps {
		p := &ps[i]
		if p.Letters > 0 && p.Lang != r.langs[r.told[0]] {
			near := [2]string{before}
			if next = max(next, i+1); p.Lang == "" {
				for next < len(ps) && ps[next].Lang == "" {
					next++
				}
				if next < len(ps) {
					near[1] = ps[next].Lang
				}
			}
			p.Lang, p.Score = r.choose(r.look(glance, text[p.Start:p.End]), p.Lang != "", near)
		}
		if p.Lang != "" {
			before = p.Lang
		}
	}
}

// gather keeps in r.told the languages that most of the letters are surely in.
func (r *reading) gather(ps []Paragraph) {
	letters, all := [256]int{}, 0
	for _, p := range ps {
		if p.Lang != "" {
			letters[r.place(p.Lang)] += p.Letters
			all += p.Letters
		}
	}
	r.told = r.told[:0]
	for l, n := range letters {
		if n > 0 && n >= all/leastTold {
			r.told = append(r.told, uint8(l))
		}
	}
	slices.SortFunc(r.told, func(a, b uint8) int {
		return cmp.Or(cmp.Compare(letters[b], letters[a]), cmp.Compare(a, b))
	})
	r.told = r.told[:min(len(r.told), maxTold)]
}

// choose gives a line that was just read the likeliest of the languages that the
// text is in, with a bonus for the first of them, and where the line is not sure
// one for those of its neighbours.
func (r *reading) choose(v verdict, sure bool, near [2]string) (lang string, score float64) {
	in, _ := r.main()
	if in < 0 {
		return "", 0
	}
	best, least := -1, int64(math.MaxInt64)
	if v.lang >= 0 && (sure || r.letters >= sureLetters) {
		best, least = v.lang, 0
	}
	for i, l := range r.told {
		cost, fits := r.cost(in, l)
		if !fits || !sure && best < 0 && cost > strange*perNat {
			continue
		}
		if i == 0 {
			cost -= int64(r.letters) * perNat / sibling
		}
		for _, n := range near {
			if !sure && r.langs[l] == n {
				cost -= neighbour * perNat
			}
		}
		if cost < least {
			best, least = int(l), cost
		}
	}
	switch {
	case best < 0:
		return "", 0
	case best == v.lang && r.sure(v):
		return r.langs[best], round(v.score)
	}
	return r.langs[best], 0
}

// cost is how much less likely a language makes the line than the likeliest of
// its script, and whether it is written in this script at all.
func (r *reading) cost(in int, l uint8) (int64, bool) {
	if scripts[in].lang != "" {
		return 0, l+1 == r.own[in] || in == han && l+1 == r.own[kana]
	}
	if !slices.Contains(r.candidates[in], l) {
		return 0, false
	}
	first, _ := r.best(r.candidates[in])
	if first < 0 {
		return 0, true
	}
	return r.sums[l] - r.sums[first], true
}

// Share is how much of a text is in a language.
type Share struct {
	Lang    string // "" = in none that can be told
	Letters int    // in characters
	Share   float64
}

// Shares appends the languages of paragraphs to dst with their shares of the
// letters, the largest first.
func Shares(dst []Share, ps []Paragraph) []Share {
	first, all := len(dst), 0
	for _, p := range ps {
		i := slices.IndexFunc(dst[first:], func(s Share) bool { return s.Lang == p.Lang })
		if all += p.Letters; p.Letters == 0 {
			continue
		}
		if i < 0 {
			i, dst = len(dst)-first, append(dst, Share{Lang: p.Lang})
		}
		dst[first+i].Letters += p.Letters
	}
	shares := dst[first:]
	for i := range shares {
		shares[i].Share = float64(shares[i].Letters) / float64(all)
	}
	slices.SortFunc(shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Letters, a.Letters), cmp.Compare(a.Lang, b.Lang))
	})
	return dst
}
