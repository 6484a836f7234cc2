package ablate

import (
	"strings"

	"corpus"
)

// Overlap is what held-out text had in common with the arms.
type Overlap struct {
	Docs         int     `json:"docs"`
	Bytes        int64   `json:"bytes"`
	Lines        int64   `json:"lines"`
	LinesDropped int64   `json:"lines_dropped"`
	BytesDropped int64   `json:"bytes_dropped"`
	Sequences    int64   `json:"sequences"` // different ones of 13 words
	Common       []int64 `json:"common"`    // of them, those that each arm has
}

// Mark reads the texts of an arm, table by table, and closes r. Arms are numbered
// as they come, at most 8.
func (h *HeldOut) Mark(r corpus.TableReader) error {
	for t, err := range corpus.Tables(r) {
		if err != nil {
			return err
		}
		for _, text := range t.Column("text").Strings {
			h.mark(text)
		}
	}
	return nil
}

// NextArm says that the tables that follow are of another arm.
func (h *HeldOut) NextArm() error {
	if h.arms++; h.arms > maxArms {
		return corpus.Errorf(corpus.Usage, "there are more than %d arms", maxArms)
	}
	return nil
}

func (h *HeldOut) mark(text string) {
	h.ngrams.Each(text, func(hash uint64, _, _ int) {
		if was, ok := h.marks[hash]; ok {
			h.marks[hash] = was | 1<<(h.arms-1)
		}
	})
}

// Apart gives what no arm has seen: the held-out documents without the lines that
// a sequence of 13 words which any arm has too touches. Where lines are dropped a
// document is cut, so that no sequence arises that was not there.
func (h *HeldOut) Apart() (texts []string, o Overlap) {
	o = Overlap{Docs: len(h.texts), Sequences: int64(len(h.marks)), Common: make([]int64, h.arms)}
	for _, m := range h.marks {
		for arm := range o.Common {
			o.Common[arm] += int64(m >> arm & 1)
		}
	}
	for _, t := range h.texts {
		o.Bytes += int64(len(t))
		texts = h.apart(texts, t, &o)
	}
	return texts, o
}

// apart appends the stretches of whole lines of a text that no arm has seen.
func (h *HeldOut) apart(texts []string, text string, o *Overlap) []string {
	var seen [][2]int // in order, since sequences are
	h.ngrams.Each(text, func(hash uint64, start, end int) {
		if h.marks[hash] == 0 {
			return
		}
		if n := len(seen); n > 0 && start <= seen[n-1][1] {
			seen[n-1][1] = end
			return
		}
		seen = append(seen, [2]int{start, end})
	})
	at, from := 0, 0
	cut := func(to int) {
		if piece := strings.Trim(text[from:to], "\r\n"); strings.TrimSpace(piece) != "" {
			texts = append(texts, piece)
		}
	}
	for line := range strings.Lines(text) {
		end := at + len(line)
		for len(seen) > 0 && seen[0][1] <= at {
			seen = seen[1:]
		}
		o.Lines++
		if len(seen) > 0 && seen[0][0] < end {
			o.LinesDropped++
			o.BytesDropped += int64(len(line))
			cut(at)
			from = end
		}
		at = end
	}
	cut(at)
	return texts
}
