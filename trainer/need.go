package trainer

// Need is the room that a run takes at most, in bytes.
type Need struct {
	Memory int64
	Disk   int64 // beside what the run has on disk already
}

// LossChunk is how many logits a model makes at a time on a processor, 64 MiB of them;
// it holds no more at once.
const LossChunk = 1 << 24

// need bounds what training takes, in float32.
//
// Memory, for each parameter: the weight, its gradient and two moments in the
// model, and a copy of all but the gradient while a checkpoint is written. For
// each token of a micro-batch, what backward needs: in a layer some 20 vectors of
// the hidden size, 4 of the feed-forward size, and 4 rows of attention scores a
// head (the mask of documents is one more for all, with the bias of BLOOM one for
// each); where activations are made again, that of one layer alone, and of the others
// a vector. And for the predicted tokens the logits twice, of at most LossChunk.
//
// Disk: weights and moments in each checkpoint (those kept, the best, that of a
// stopped run, and the one being written), and the weights in the finished folder.
func need(s Spec, c Config, obj Objective, checkpoints int) Need {
	params := Count(c)
	cols, decCols := obj.Shape()
	logits := max(int64(c.Vocab), min(LossChunk, int64(s.Batch*predicted(s, cols, decCols))*int64(c.Vocab)))
	values := 7*params + int64(s.Batch)*activations(s, c, int64(cols), int64(decCols)) + 2*logits
	more := int64(max(1, s.Keep+3-checkpoints))
	return Need{Memory: 4 * values, Disk: 4 * params * (3*more + 1)}
}

// activations are the numbers kept for the backward pass of one row.
func activations(s Spec, c Config, cols, decCols int64) int64 {
	width, heads := 20*int64(c.Hidden)+4*int64(c.FFN), 4*int64(c.Heads)
	layers, decLayers, n := int64(c.Layers), int64(c.DecLayers), int64(0)
	if s.Recompute {
		n = int64(c.Hidden) * (layers*cols + decLayers*decCols)
		layers, decLayers = min(1, layers), min(1, decLayers)
	}
	n += layers * cols * (width + heads*cols)
	switch {
	case c.Family == "bloom":
		n += int64(c.Heads) * cols * cols
	case s.DocMask:
		n += cols * cols
	}
	return n + decLayers*decCols*(2*width+heads*(decCols+cols))
}

// predicted is about how many positions of a row are.
func predicted(s Spec, cols, decCols int) int {
	switch {
	case decCols > 0:
		return decCols
	case s.Objective == "mlm":
		return 1 + int(s.MaskRate*float64(cols))
	}
	return cols
}
