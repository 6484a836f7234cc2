package trainer

// Model is a network with its optimizer, wherever it runs. trainer/torch
// implements it on libtorch; the tests implement it in plain Go. All calls come
// from one goroutine at a time.
type Model interface {
	// Step does one optimizer update from the micro-batches, whose gradients
	// are summed and divided by the number of predicted tokens of them all.
	// It is a pure function of (weights, optimizer state, micro-batches, Hyper).
	Step(micro []Batch, h Hyper) (Stats, error)
	// Eval is the loss of a batch with dropout off; nothing is updated.
	Eval(b Batch) (Stats, error)
	// State copies out every weight under its Hugging Face name and then the
	// optimizer's state: "adam.m." and "adam.v." before the weight's name.
	State() ([]Tensor, error)
	// Load replaces weights and optimizer state by tensors named as State names
	// them; an optimizer state that is not given becomes that of the beginning. A missing weight, an unknown name or another shape
	// is an error.
	Load(state []Tensor) error
	// Begin starts generation: the encoder (if any) reads in, and the session's
	// Next feeds decoder tokens over a cache.
	Begin(in Batch) (Session, error)
	// Close frees native memory. The model cannot be used after it.
	Close() error
}

// Session generates from one started context.
type Session interface {
	// Next feeds the next ids of every row (Rows × n, row by row) and returns
	// the logits that follow the last of them: Rows × Vocab, row by row.
	// For an encoder-only model ids is nil and the logits are those of every
	// position of the batch given to Begin: Rows × Cols × Vocab.
	Next(ids []int32) ([]float32, error)
	Close() error
}

// Ignore marks a label that is not predicted (the -100 of torch's cross-entropy).
const Ignore = -100

// Batch is one micro-batch of token ids, row-major. Shifting, masking and
// corruption are done: Labels[i] is what the output at position i must be.
type Batch struct {
	Rows, Cols int
	Input      []int32 // Rows × Cols: what the encoder, or the only stack, reads
	Mask       []uint8 // Rows × Cols: 1 token, 0 padding; nil = no padding

	// Documents numbers the documents of each row, Rows × Cols, padding being -1: a
	// position sees its own document alone, whose positions count from 0. nil = a
	// row is one text. Encoder-decoders have none.
	Documents []int32

	DecCols int     // 0 unless the model has a decoder beside an encoder
	Decoder []int32 // Rows × DecCols: targets shifted right behind the start token (teacher forcing)
	DecMask []uint8 // Rows × DecCols; nil = no padding

	// Labels has the shape of Decoder for encoder-decoders, else of Input.
	Labels []int32

	Tokens int64 // of documents that the rows were made from
}

// Hyper is what an update needs beside the batch.
type Hyper struct {
	Step                  int64   // from 1; bias correction uses it
	Seed                  uint64  // of this step's dropout; micro-batch i uses Seed+i
	LR, Beta1, Beta2, Eps float64 // AdamW
	WeightDecay           float64 // on what Params says
	Clip                  float64 // gradient norm limit; 0 = none
	RMSScaled             bool    // AdamW scaled by the RMS of each weight (nanoT5's AdamWScale)
	LossScale             float64 // the loss is multiplied by it for the gradients, which are divided by it; 0 = 1
	MaxLoss, MaxNorm      float64 // above these the update is skipped; 0 = no limit
}

// Stats is the outcome of a step or an evaluation.
type Stats struct {
	Loss    float64 // mean negative log-likelihood per predicted token, in nats
	Tokens  int64   // predicted tokens
	Norm    float64 // gradient norm before clipping
	Skipped bool    // loss or norm was beyond its limit, or not a number
}

// Tensor is a named array in host memory: float32, row-major, little-endian.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}
