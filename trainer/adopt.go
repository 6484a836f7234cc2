package trainer

import (
	"fmt"
	"slices"
	"strings"

	"corpus"
)

// Adopt picks a model's weights out of a file from the Hugging Face hub, in the
// order of Params. It knows the names of older files (GPT-2 and BLOOM
// without "transformer.", BERT's gamma and beta), passes over heads and buffers that the
// language model has no use for, and refuses what it does not know, a missing
// tensor, and another shape.
func Adopt(c Config, tensors []Tensor) ([]Tensor, error) {
	params := Params(c)
	want := make(map[string]int, len(params))
	for i, p := range params {
		want[p.Name] = i
	}
	out := make([]Tensor, len(params))
	for _, t := range tensors {
		name := modernName(c.Family, t.Name)
		i, ok := want[name]
		switch {
		case !ok && surplus(c, name):
			continue
		case !ok:
			return nil, corpus.Errorf(corpus.BadConfig, "tensor %s does not belong to this %s model", t.Name, c.Family)
		case !slices.Equal(t.Shape, params[i].Shape):
			return nil, corpus.Errorf(corpus.BadConfig, "tensor %s has shape %v, the configuration wants %v", t.Name, t.Shape, params[i].Shape)
		case out[i].Data != nil:
			return nil, corpus.Errorf(corpus.Corrupt, "tensor %s is there twice", name)
		}
		out[i] = Tensor{Name: name, Shape: t.Shape, Data: t.Data}
	}
	for i, p := range params {
		if p.Fixed && out[i].Data == nil { // as transformers has it where a file has none
			out[i] = Tensor{Name: p.Name, Shape: p.Shape, Data: make([]float32, p.Size())}
		}
		if out[i].Data == nil {
			return nil, corpus.Errorf(corpus.Corrupt, "%w", fmt.Errorf("tensor %s is missing", p.Name))
		}
	}
	return out, nil
}

func modernName(family, name string) string {
	switch family {
	case "gpt2", "bloom":
		if !strings.HasPrefix(name, "transformer.") && !strings.HasPrefix(name, "lm_head.") {
			name = "transformer." + name
		}
	case "bart":
		if !strings.HasPrefix(name, "model.") && !strings.HasPrefix(name, "lm_head.") && name != "final_logits_bias" {
			name = "model." + name
		}
	case "bert", "roberta":
		name = strings.NewReplacer("LayerNorm.gamma", "LayerNorm.weight", "LayerNorm.beta", "LayerNorm.bias").Replace(name)
	}
	return name
}

// surplus names what published files hold beside the language model: tied
// copies, heads of other tasks, and buffers.
func surplus(c Config, name string) bool {
	switch c.Family {
	case "bert":
		return strings.HasPrefix(name, "bert.pooler.") || strings.HasPrefix(name, "cls.seq_relationship.") ||
			strings.HasPrefix(name, "cls.predictions.decoder.") || name == "bert.embeddings.position_ids"
	case "roberta":
		return strings.HasPrefix(name, "roberta.pooler.") || strings.HasPrefix(name, "lm_head.decoder.") || name == "roberta.embeddings.position_ids"
	case "gpt2":
		return name == "lm_head.weight" || strings.HasSuffix(name, ".attn.bias") || strings.HasSuffix(name, ".attn.masked_bias")
	case "bloom":
		return name == "lm_head.weight"
	case "bart":
		return name == "model.encoder.embed_tokens.weight" || name == "model.decoder.embed_tokens.weight" || name == "lm_head.weight" ||
			name == "model.encoder.version" || name == "model.decoder.version"
	case "t5":
		return name == "encoder.embed_tokens.weight" || name == "decoder.embed_tokens.weight" || c.Tied && name == "lm_head.weight" ||
			name == "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
	}
	return false
}
