package trainer

import (
	"fmt"
	"sort"
	"strings"
)

// size is one row of the table of known models.
type size struct {
	family                string
	vocab, hidden, layers int
	heads, headDim, ffn   int
	old                   bool // t5 v1.0: tied, scaled logits, relu
	params                int64
}

// sizes holds the published models by their published names, with the number of
// parameters of the model with its language-model head (tied weights once), and
// the project's own sizes as family-size.
//
// Sources: the config.json of each model on the Hugging Face hub
// (google-bert/bert-base-uncased, google/bert_uncased_L-2_H-128_A-2 and
// L-4_H-512_A-8 of "Well-Read Students Learn Better" arXiv 1908.08962,
// FacebookAI/roberta-*, distilbert/distilroberta-base, openai-community/gpt2*,
// bigscience/bloom-*, facebook/bart-*, google-t5/t5-*, google/t5-v1_1-*). roberta-tiny and -small are as
// large as those of BERT; gpt2-tiny, gpt2-small, bloom-tiny,
// -small, -base, bart-tiny, -small and t5-tiny are our own.
var sizes = map[string]size{
	"bert-tiny":  {family: "bert", vocab: 30522, hidden: 128, layers: 2, heads: 2, headDim: 64, ffn: 512},
	"bert-small": {family: "bert", vocab: 30522, hidden: 512, layers: 4, heads: 8, headDim: 64, ffn: 2048},
	"bert-base":  {family: "bert", vocab: 30522, hidden: 768, layers: 12, heads: 12, headDim: 64, ffn: 3072, params: 109_514_298},
	"bert-large": {family: "bert", vocab: 30522, hidden: 1024, layers: 24, heads: 16, headDim: 64, ffn: 4096, params: 335_174_458},

	"roberta-tiny":       {family: "roberta", vocab: 50265, hidden: 128, layers: 2, heads: 2, headDim: 64, ffn: 512},
	"roberta-small":      {family: "roberta", vocab: 50265, hidden: 512, layers: 4, heads: 8, headDim: 64, ffn: 2048},
	"distilroberta-base": {family: "roberta", vocab: 50265, hidden: 768, layers: 6, heads: 12, headDim: 64, ffn: 3072, params: 82_170_201},
	"roberta-base":       {family: "roberta", vocab: 50265, hidden: 768, layers: 12, heads: 12, headDim: 64, ffn: 3072, params: 124_697_433},
	"roberta-large":      {family: "roberta", vocab: 50265, hidden: 1024, layers: 24, heads: 16, headDim: 64, ffn: 4096, params: 355_412_057},

	"gpt2-tiny":   {family: "gpt2", vocab: 50257, hidden: 128, layers: 4, heads: 4, headDim: 32, ffn: 512},
	"gpt2-small":  {family: "gpt2", vocab: 50257, hidden: 512, layers: 6, heads: 8, headDim: 64, ffn: 2048},
	"gpt2":        {family: "gpt2", vocab: 50257, hidden: 768, layers: 12, heads: 12, headDim: 64, ffn: 3072, params: 124_439_808},
	"gpt2-medium": {family: "gpt2", vocab: 50257, hidden: 1024, layers: 24, heads: 16, headDim: 64, ffn: 4096, params: 354_823_168},
	"gpt2-large":  {family: "gpt2", vocab: 50257, hidden: 1280, layers: 36, heads: 20, headDim: 64, ffn: 5120, params: 774_030_080},
	"gpt2-xl":     {family: "gpt2", vocab: 50257, hidden: 1600, layers: 48, heads: 25, headDim: 64, ffn: 6400, params: 1_557_611_200},

	"bloom-tiny":  {family: "bloom", vocab: 250880, hidden: 128, layers: 4, heads: 4, headDim: 32, ffn: 512},
	"bloom-small": {family: "bloom", vocab: 250880, hidden: 512, layers: 6, heads: 8, headDim: 64, ffn: 2048},
	"bloom-base":  {family: "bloom", vocab: 250880, hidden: 768, layers: 12, heads: 12, headDim: 64, ffn: 3072},
	"bloom-560m":  {family: "bloom", vocab: 250880, hidden: 1024, layers: 24, heads: 16, headDim: 64, ffn: 4096, params: 559_214_592},
	"bloom-1b1":   {family: "bloom", vocab: 250880, hidden: 1536, layers: 24, heads: 16, headDim: 96, ffn: 6144, params: 1_065_314_304},
	"bloom-1b7":   {family: "bloom", vocab: 250880, hidden: 2048, layers: 24, heads: 16, headDim: 128, ffn: 8192, params: 1_722_408_960},
	"bloom-3b":    {family: "bloom", vocab: 250880, hidden: 2560, layers: 30, heads: 32, headDim: 80, ffn: 10240, params: 3_002_557_440},
	"bloom-7b1":   {family: "bloom", vocab: 250880, hidden: 4096, layers: 30, heads: 32, headDim: 128, ffn: 16384, params: 7_069_016_064},

	"bart-tiny":  {family: "bart", vocab: 50265, hidden: 128, layers: 2, heads: 4, headDim: 32, ffn: 512},
	"bart-small": {family: "bart", vocab: 50265, hidden: 512, layers: 4, heads: 8, headDim: 64, ffn: 2048},
	"bart-base":  {family: "bart", vocab: 50265, hidden: 768, layers: 6, heads: 12, headDim: 64, ffn: 3072, params: 139_420_416},
	"bart-large": {family: "bart", vocab: 50265, hidden: 1024, layers: 12, heads: 16, headDim: 64, ffn: 4096, params: 406_291_456},

	"t5-tiny":       {family: "t5", vocab: 32128, hidden: 128, layers: 2, heads: 4, headDim: 32, ffn: 256},
	"t5-v1_1-small": {family: "t5", vocab: 32128, hidden: 512, layers: 8, heads: 6, headDim: 64, ffn: 1024, params: 76_961_152},
	"t5-v1_1-base":  {family: "t5", vocab: 32128, hidden: 768, layers: 12, heads: 12, headDim: 64, ffn: 2048, params: 247_577_856},
	"t5-v1_1-large": {family: "t5", vocab: 32128, hidden: 1024, layers: 24, heads: 16, headDim: 64, ffn: 2816, params: 783_150_080},
	"t5-small":      {family: "t5", vocab: 32128, hidden: 512, layers: 6, heads: 8, headDim: 64, ffn: 2048, old: true, params: 60_506_624},
	"t5-base":       {family: "t5", vocab: 32128, hidden: 768, layers: 12, heads: 12, headDim: 64, ffn: 3072, old: true, params: 222_903_552},
	"t5-large":      {family: "t5", vocab: 32128, hidden: 1024, layers: 24, heads: 16, headDim: 64, ffn: 4096, old: true, params: 737_668_096},
}

// familySizes says which row a family's size is.
var familySizes = map[string]string{
	"bert/tiny": "bert-tiny", "bert/small": "bert-small", "bert/base": "bert-base", "bert/large": "bert-large",
	"roberta/tiny": "roberta-tiny", "roberta/small": "roberta-small", "roberta/base": "roberta-base", "roberta/large": "roberta-large",
	"gpt2/tiny": "gpt2-tiny", "gpt2/small": "gpt2-small", "gpt2/base": "gpt2", "gpt2/medium": "gpt2-medium", "gpt2/large": "gpt2-large",
	"bloom/tiny": "bloom-tiny", "bloom/small": "bloom-small", "bloom/base": "bloom-base", "bloom/large": "bloom-560m",
	"bart/tiny": "bart-tiny", "bart/small": "bart-small", "bart/base": "bart-base", "bart/large": "bart-large",
	"t5/tiny": "t5-tiny", "t5/small": "t5-v1_1-small", "t5/base": "t5-v1_1-base", "t5/large": "t5-v1_1-large",
}

// Models lists the names that Architecture knows, sorted.
func Models() []string {
	names := make([]string, 0, len(sizes))
	for name := range sizes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Architecture is the configuration of a model: model is one of [Families] and size one of tiny, small, base, …, or model is a published
// name ("bert-base", "gpt2-medium", "t5-v1_1-small") and size is empty. The one
// name that is both is gpt2: with a size it is the family, without one the
// published model. Vocabulary and token ids are the published ones.
func Architecture(model, size string) (Config, error) {
	name := model
	if size != "" {
		var ok bool
		if name, ok = familySizes[model+"/"+size]; !ok {
			return Config{}, fmt.Errorf("no size %q of model %q; a family (%s) takes tiny, small, base or large, a published model takes none: %s",
				size, model, known(), strings.Join(Models(), ", "))
		}
	}
	s, ok := sizes[name]
	if !ok {
		return Config{}, fmt.Errorf("unknown model %q; known: %s with a size, or %s", name, known(), strings.Join(Models(), ", "))
	}
	c := s.config()
	return c, c.Validate()
}

// config fills in what all models of a family share.
func (s size) config() Config {
	c := Config{
		Family: s.family, Vocab: s.vocab, Hidden: s.hidden, Layers: s.layers, Heads: s.heads, HeadDim: s.headDim, FFN: s.ffn,
		Tied: true, Dropout: 0.1, AttnDropout: 0.1, InitRange: 0.02, Pad: -1, BOS: -1, EOS: -1, DecStart: -1,
	}
	switch s.family {
	case "bert":
		c.Activation, c.MaxPositions, c.TypeVocab, c.NormEps, c.Pad = "gelu", 512, 2, 1e-12, 0
	case "roberta":
		c.Activation, c.MaxPositions, c.TypeVocab, c.NormEps, c.Pad, c.BOS, c.EOS = "gelu", 512, 1, 1e-5, 1, 0, 2
	case "gpt2":
		c.Activation, c.MaxPositions, c.NormEps, c.BOS, c.EOS = "gelu_new", 1024, 1e-5, 50256, 50256
	case "bloom":
		c.Activation, c.NormEps, c.Dropout, c.AttnDropout, c.BOS, c.EOS, c.Pad = "gelu_new", 1e-5, 0, 0, 1, 2, 3
	case "bart":
		c.Activation, c.DecLayers, c.MaxPositions, c.NormEps, c.ActDropout = "gelu", s.layers, 1024, bartEps, 0.1
		c.BOS, c.Pad, c.EOS, c.DecStart = 0, 1, 2, 2
	case "t5":
		c.DecLayers, c.RelBuckets, c.RelDistance, c.NormEps, c.InitRange = s.layers, 32, 128, 1e-6, 1
		c.Pad, c.EOS, c.DecStart = 0, 1, 0
		c.Activation, c.Gated, c.Tied = "gelu_new", true, false
		if s.old {
			c.Activation, c.Gated, c.Tied, c.ScaleLogits = "relu", false, true, true
		}
	}
	return c
}
