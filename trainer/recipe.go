package trainer

import "strings"

// families are those of an objective, the default first.
var families = map[string][]string{
	"mlm":     {"bert", "roberta"},
	"clm":     {"gpt2", "bloom"},
	"span":    {"t5"},
	"denoise": {"bart"},
}

// Families lists all families, those of an objective side by side.
func Families() (list []string) {
	for _, objective := range []string{"mlm", "clm", "span", "denoise"} {
		list = append(list, families[objective]...)
	}
	return list
}

// known is the families in a sentence.
func known() string { return strings.Join(Families(), ", ") }

// recipe is the optimizer, schedule and regularization that a family was published
// with.
type recipe struct {
	seqLen              int // of sizes other than tiny
	lr, tinyLR          float64
	floor               float64 // last rate / peak
	schedule            string
	warmup              int64 // published steps; short runs use a twentieth of theirs
	beta1, beta2, eps   float64
	weightDecay, clip   float64
	rmsScaled           bool
	dropout             float64
	maskRate            float64
	density, spanLength float64
}

// recipes, one per family. The published rates are for base sizes and batches
// of hundreds of rows; tinyLR is for hidden 128 and batches of a few thousand
// tokens, where narrow layers take larger steps (rate × width is about kept, as
// in "Tensor Programs V", arXiv 2203.03466).
//
//   - bert (arXiv 1810.04805 App. A.2, google-research/bert optimization.py):
//     AdamW 1e-4, betas .9 .98 (RoBERTa's, arXiv 1907.11692 §3.1; BERT has .999),
//     eps 1e-6, decay 0.01 on matrices, clip 1, warm-up 10,000, linear to 0, dropout
//     0.1, 15 % masked. Cosine to 10 % is the project's default decay for all;
//     "linear" is BERT's own. At 4e-3 tiny no longer learns.
//   - roberta (arXiv 1907.11692 §3.1 and Table 9; fairseq
//     examples/roberta/README.pretraining.md): AdamW, betas .9 .98, eps 1e-6, decay
//     0.01 on everything, no clipping, linear to 0, dropout 0.1, 15 % masked; 1e-4 is
//     the README's rate for batches of 256 (6e-4 for 8,192, at 24,000 steps of
//     warm-up), warm-up 10,000.
//   - gpt2: GPT-2 124M in nanoGPT (train.py): 6e-4 to 6e-5 cosine, warm-up 2,000,
//     betas .9 .95, decay 0.1 on matrices, clip 1; eps 1e-8. Dropout 0.1 is
//     GPT-2's own (config.json of openai-community/gpt2); nanoGPT pre-trains with 0.
//   - bloom: BLOOM-560M (arXiv 2211.05100 Table 3): 3e-4 to 1e-5 cosine, warm-up of
//     375 million tokens, which are 715 steps of its 256 rows of 2,048, betas .9 .95,
//     eps 1e-8, decay 0.1 on matrices (Megatron), clip 1, no dropout.
//   - t5: T5 v1.1 in nanoT5 (README.md, configs/default.yaml): AdamW scaled by
//     each matrix's RMS, 2e-2, cosine to 1e-5, warm-up 10,000, betas .9 .999, eps
//     1e-6, no decay, clip 1, dropout 0 (t5.1.1.base.gin); plain AdamW diverges. 15 %
//     noise in spans of 3 (t5/models/gin/objectives/span.gin).
//   - bart (arXiv 1910.13461 §5.1; the command that its authors gave, in
//     facebookresearch/fairseq#1899): AdamW, 4e-4, linear to 0, warm-up 10,000, decay
//     0.01 on everything, clip 0.1, dropout 0.1; betas .9 .98 and eps 1e-6 are
//     RoBERTa's. Of the words 30 % in spans of 3 (§2.2; the command has 3.5).
var recipes = map[string]recipe{
	"bert": {
		seqLen: 512, lr: 1e-4, tinyLR: 2e-3, floor: 0.1, schedule: "cosine", warmup: 10_000,
		beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.01, clip: 1, dropout: 0.1, maskRate: 0.15,
	},
	"roberta": {
		seqLen: 512, lr: 1e-4, tinyLR: 2e-3, schedule: "linear", warmup: 10_000,
		beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.01, dropout: 0.1, maskRate: 0.15,
	},
	"gpt2": {
		seqLen: 1024, lr: 6e-4, tinyLR: 3e-3, floor: 0.1, schedule: "cosine", warmup: 2_000,
		beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1, clip: 1, dropout: 0.1,
	},
	"bloom": {
		seqLen: 2048, lr: 3e-4, tinyLR: 3e-3, floor: 1.0 / 30, schedule: "cosine", warmup: 715,
		beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1, clip: 1,
	},
	"t5": {
		seqLen: 512, lr: 2e-2, tinyLR: 2e-2, floor: 5e-4, schedule: "cosine", warmup: 10_000,
		beta1: 0.9, beta2: 0.999, eps: 1e-6, clip: 1, rmsScaled: true, density: 0.15, spanLength: 3,
	},
	"bart": {
		seqLen: 512, lr: 4e-4, tinyLR: 2e-3, schedule: "linear", warmup: 10_000,
		beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.01, clip: 0.1, dropout: 0.1, density: 0.3, spanLength: 3,
	},
}
