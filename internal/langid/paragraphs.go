package langid

import (
	"cmp"
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
// Japanese.
func (r *reading) sure(v verdict) bool {
	if v.lang < 0 || v.score < mostWords {
		return false
	}
	if in, _ := r.main(); scripts[in].lang != "" && in != han {
		return r.letters >= sureAlone
	}
	return r.letters >= sureLetters && v.margin >= nearTie*perNat
}

// settle gives the paragraphs that cannot tell a language.
func (r *reading) settle(ps []Paragraph, text string) {
	r.gather(ps)
	if len(r.told) == 0 {
		if v := r.look(study, text); v.lang >= 0 {
			r.told = append(r.told, uint8(v.lang))
		}
	}
	before, next := "", 0
	for i := range ps {
		p := &ps[i]
		if p.Lang == "" && p.Letters > 0 {
			for next = max(next, i+1); next < len(ps) && ps[next].Lang == ""; {
				next++
			}
			after := ""
			if next < len(ps) {
				after = ps[next].Lang
			}
			v := r.look(glance, text[p.Start:p.End])
			p.Lang, p.Score = r.inherit(v, before, after)
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

// inherit chooses for a line that was just read among the languages that the
// others are in, with a bonus for its neighbours'.
func (r *reading) inherit(v verdict, before, after string) (lang string, score float64) {
	in, _ := r.main()
	if in < 0 {
		return "", 0
	}
	best, least := -1, int64(0)
	for _, l := range r.told {
		cost, fits := r.cost(in, l)
		if !fits {
			continue
		}
		if cost > nearTie*perNat && r.langs[l] != r.name(v) {
			continue // another language of the script is surely likelier
		}
		if r.langs[l] == before {
			cost -= neighbour * perNat
		}
		if r.langs[l] == after {
			cost -= neighbour * perNat
		}
		if best < 0 || cost < least {
			best, least = int(l), cost
		}
	}
	switch {
	case best >= 0:
		return r.langs[best], 0
	case v.lang >= 0 && r.letters >= sureLetters:
		return r.langs[v.lang], round(v.score)
	}
	return "", 0
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
	first, _, _ := r.best(r.candidates[in])
	if first < 0 {
		return 0, true
	}
	return r.sums[l] - r.sums[first], true
}

func (r *reading) name(v verdict) string {
	if v.lang < 0 {
		return ""
	}
	return r.langs[v.lang]
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
