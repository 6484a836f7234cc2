package dedup

import (
	"slices"

	"corpus"
	"corpus/dedup/substring"
)

// sizes are what the work on a generation depends on.
type sizes struct {
	documents, bytes int64 // of the generation
	indexed          int64 // documents that the new run of the index will know
	parts            int64 // of the generation
	workers          int64
	memory           int64 // the ceiling
}

// work is what a pass does: what it has on disk and in memory, and amounts of
// the kinds of work whose speed a sample tells.
type work struct {
	data    int64 // bytes of files that it leaves
	scratch int64 // bytes that its sorts have on disk at a time
	sorts   int64 // bytes that its sorts have in memory at a time
	signed  int64 // bytes of text that are signed, by all workers
	sorted  int64 // records that are sorted, or other work that takes as long
}

// speeds are amounts of work a second of one worker.
type speeds struct {
	signed float64 // bytes of text
	sorted float64 // records
}

// planned is a pass that says what work it will have.
type planned struct {
	corpus.Pass
	work func(sizes) work
}

// addPlan has a stage tell its plan, and its passes what they need.
func (c Config) addPlan(stage *corpus.Stage) {
	var passes []planned
	for _, p := range stage.Passes {
		passes = append(passes, planned{p, c.work(p.Name)})
	}
	for i := range stage.Passes {
		stage.Passes[i].Need = func(env corpus.Env) (int64, error) { return c.need(env, passes[i:]) }
	}
	stage.Plan = func(env corpus.Env) (corpus.Plan, error) { return c.plan(env, passes) }
}

// work is that of a pass by its name. One that is not here reads all text of the
// generation and leaves little.
func (c Config) work(pass string) func(sizes) work {
	switch pass {
	case "sign":
		return c.signWork
	case "cluster":
		return c.clusterWork
	case "shingles":
		return shinglesWork
	case "compare":
		return compareWork
	case "verdict":
		return verdictWork
	case ofStep("repeats", 0):
		return c.anchorWork(c.Text)
	case ofStep("repeats", 1), ofStep("repeats", 2):
		return c.anchorWork(c.Text / openShare)
	case "split":
		return c.Lines.splitWork
	case "order":
		return c.Lines.orderWork
	case "repeats":
		return c.Lines.repeatsWork
	case "bloom":
		return c.Lines.bloomWork
	case "want", "tally", "against", "boilerplate", "substring", "lines", "edits":
		return editsWork
	}
	return func(s sizes) work { return work{data: s.parts * perTable, signed: s.bytes / readersPerSigner} }
}

// step is what the pass takes. A pass without Tasks has one for every part, as
// shingles has, and others with them a single one, which all workers do where it is
// exclusive.
func (p planned) step(s sizes, per speeds) corpus.Step {
	w, tasks := p.work(s), s.parts
	if p.Tasks != nil && p.Name != "shingles" {
		tasks = 1
	}
	if p.Exclusive {
		tasks = s.workers
	}
	at := max(1, min(s.workers, s.memory/max(1, p.Memory), tasks))
	return corpus.Step{
		Pass: p.Name, Data: w.data, Scratch: w.scratch, Memory: min(at*p.Memory+w.sorts, s.memory),
		Seconds: (float64(w.signed)/per.signed + float64(w.sorted)/per.sorted) / float64(at),
	}
}

// plan samples the generation and says what its passes take.
func (c Config) plan(env corpus.Env, passes []planned) (corpus.Plan, error) {
	s, err := c.sizes(env, passes)
	if err != nil {
		return corpus.Plan{}, err
	}
	per, took, signed, err := c.sample(env, s.bytes)
	if err != nil {
		return corpus.Plan{}, err
	}
	p := corpus.Plan{Documents: s.documents, Bytes: s.bytes, Sampled: signed, Seconds: took}
	for _, pass := range passes {
		p.Steps = append(p.Steps, pass.step(s, per))
	}
	return p, nil
}

// need is the bytes that passes will have on disk.
func (c Config) need(env corpus.Env, passes []planned) (int64, error) {
	s, err := c.sizes(env, passes)
	if err != nil {
		return 0, err
	}
	var p corpus.Plan
	for _, pass := range passes {
		p.Steps = append(p.Steps, pass.step(s, speeds{1, 1}))
	}
	return p.Disk(), nil
}

// sizes is what passes will have to do with. Once clustering is done the index has
// what it will have.
func (c Config) sizes(env corpus.Env, passes []planned) (s sizes, err error) {
	in := env.Input()
	_, parts := env.Parts()
	s = sizes{
		documents: in["docs_out"], bytes: in["bytes_out"],
		parts: int64(parts), workers: int64(env.Workers()), memory: env.Memory(),
	}
	if slices.ContainsFunc(passes, func(p planned) bool { return p.Name == "cluster" }) {
		s.indexed, err = c.indexed(env, s.documents)
	}
	return s, err
}

// sorting adds sorts that are there at a time, of so many records of a width.
// One that does not fit in its share of the memory is on disk, and twice while
// runs are merged that are too many to be merged at once.
func (w *work) sorting(s sizes, records, width int64) {
	const share = 6 // of the ceiling: what a sort of the engine's takes before it spills
	size := records * width
	w.sorted += records
	w.sorts += min(size, s.memory/share)
	if size > s.memory/share {
		w.scratch += size
	}
}

// What tables take on disk.
const (
	// perRow is a row's settings and offsets, compressed.
	perRow = 2
	// perTable is a file's schema and marks.
	perTable = 2 << 10
)

func (c Config) signWork(s sizes) work {
	return work{data: s.documents*(c.bytesPerSignature()+perRow) + s.parts*perTable, signed: s.bytes}
}

// clusterWork is most where bands are sorted and, of the documents that share
// one, edges noted; a third of the documents being copies, there are a dozen to a copy.
func (c Config) clusterWork(s sizes) work {
	w := work{data: s.documents*bytesPerVerdict/2 + s.indexed*c.bytesPerEntry() + perTable}
	w.sorting(s, s.documents*int64(c.Bands), 8+4)
	w.sorting(s, s.documents*int64(c.Bands)/3, edgeBytes)
	w.sorted *= 3 // the other half of the sorts, and reading signatures four times (measured)
	return w
}

// shinglesWork is that of the sets of those that others are compared with: where a
// third of the documents are near duplicates, a quarter of the text in words
// (0.16 measured); half of the time of signing goes to them, and half to comparing.
func shinglesWork(s sizes) work {
	w := work{data: s.bytes/4 + 2*s.parts*perTable, signed: s.bytes / 2}
	w.sorting(s, s.bytes/4/chunkBytes, chunkBytes)
	return w
}

func compareWork(s sizes) work {
	const row = 3 * 8
	return work{data: s.documents/3*row + s.parts*perTable, signed: s.bytes / 2}
}

func verdictWork(s sizes) work {
	return work{data: s.documents*bytesPerVerdict/2 + s.parts*perTable, sorted: 16 * s.documents} // as long as that (measured)
}

const (
	openShare        = 4 // of all windows, those that the first step is expected to leave open
	readersPerSigner = 2 // how much faster texts are read and cut up than they are signed (measured with anchors)
)

// anchorWork is the anchors of so many bytes of text, one for every quarter of a
// window; they are there twice while runs are merged.
func (c Config) anchorWork(text int64) func(sizes) work {
	return func(s sizes) work {
		w := work{data: perTable, signed: text / readersPerSigner}
		w.sorting(s, text*4/int64(c.Substring.Bytes), substring.AnchorBytes)
		w.scratch *= 2
		return w
	}
}

// editsWork is edits in some of the documents.
func editsWork(s sizes) work {
	return work{data: s.documents*perRow*8 + s.parts*perTable, sorted: 16 * s.documents}
}
