package dedup

import (
	"encoding/json"
	"fmt"

	"corpus"
	"corpus/dedup/index"
)

// catalogue is what a generation leaves for the next: which parts hold which
// documents, and the runs of the index, oldest first.
type catalogue struct {
	Settings string       `json:"settings"`
	Starts   []uint32     `json:"starts"` // number of the first document of each part, then the total
	Runs     []index.Info `json:"runs"`
	Largest  uint32       `json:"largest"` // documents of the largest cluster, 0 without any
}

// readCatalogue is that of the generation before, or an empty one.
func (c Config) readCatalogue(env corpus.Env) (catalogue, error) {
	first, _ := env.Parts()
	if first == 0 {
		return catalogue{Settings: c.String(), Starts: []uint32{0}}, nil
	}
	b, err := env.File(catalog)
	if err != nil {
		return catalogue{}, err
	}
	var cat catalogue
	if err := json.Unmarshal(b, &cat); err != nil || len(cat.Starts) != first+1 {
		return cat, &corpus.Error{
			Class: corpus.Corrupt, What: fmt.Sprintf("dedup's catalogue has %d parts, want %d", len(cat.Starts)-1, first), Offset: -1, Err: err,
			Next: "rebuild it with `corpus dedup --rebuild`",
		}
	}
	if cat.Settings != c.String() {
		return cat, &corpus.Error{
			Class: corpus.BadConfig, Offset: -1,
			What: fmt.Sprintf("dedup: earlier signatures are of %q, the settings are %q", cat.Settings, c.String()),
			Next: "set dedup as it was, or run corpus dedup --rebuild",
		}
	}
	return cat, nil
}

func (cat catalogue) write(env corpus.Env) error {
	w, err := env.CreateFile(catalog + ".json")
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(cat)
}

// indexed is how many documents the run of a generation of n will know, its own
// and those of earlier runs that become part of it.
func (c Config) indexed(env corpus.Env, n int64) (int64, error) {
	cat, err := c.readCatalogue(env)
	_, total := index.Keep(cat.Runs, n)
	return total, err
}

// history is the runs of the index, read side by side.
type history struct {
	env  corpus.Env
	runs []*index.Run // oldest first
}

// openHistory opens runs.
func openHistory(env corpus.Env, infos []index.Info) (*history, error) {
	h := &history{env: env}
	for _, info := range infos {
		r, err := openRun(env, info.Part)
		if err != nil {
			h.close()
			return nil, err
		}
		h.runs = append(h.runs, r)
	}
	return h, nil
}

func openRun(env corpus.Env, part int) (*index.Run, error) {
	fences, err := env.Open(fenceRole, part)
	if err != nil {
		return nil, err
	}
	blocks, err := env.Open(seenRole, part)
	if err != nil {
		fences.Close()
		return nil, err
	}
	return index.Open(blocks, fences)
}

// find is what all runs know of a key.
func (h *history) find(k index.Key) (e index.Entry, ok bool, err error) {
	for _, r := range h.runs {
		found, has, err := r.Find(k)
		if err != nil {
			return e, false, err
		}
		if !has {
			continue
		}
		if !ok {
			e = found
		}
		e.Last, ok = found.Last, true
	}
	return e, ok, nil
}

func (h *history) close() {
	for _, r := range h.runs {
		_ = r.Close() // it was only read
	}
}
