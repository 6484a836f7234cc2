package trainer

import "strings"

// Flops are the floating-point operations of training on one row: 6 for each
// weight of a matrix and position that goes through it, and 12 × width × positions²
// a layer of attention, of which causal ones are not halved (PaLM, arXiv 2204.02311
// App. B; nanoGPT model.py estimate_mfu). Tables are looked up; the output matrix
// counts where something is predicted.
func Flops(c Config, cols, decCols, predicted int) float64 {
	width := float64(c.Heads * c.HeadDim)
	n, m := float64(cols), float64(decCols)
	flops := 6 * float64(c.Vocab*c.Hidden*predicted)
	for _, p := range Params(c) {
		if len(p.Shape) == 2 && p.Shape[0] != c.Vocab && !isTable(p.Name) {
			flops += 6 * float64(p.Size()) * float64(passing(p.Name, cols, decCols, predicted))
		}
	}
	return flops + 12*width*(float64(c.Layers)*n*n+float64(c.DecLayers)*m*(m+n))
}

// isTable says of a matrix that it is looked up.
func isTable(name string) bool {
	for _, part := range []string{"position", ".wpe.", "token_type", "relative_attention_bias"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// passing is how many positions go through a matrix.
func passing(name string, cols, decCols, predicted int) int {
	name = strings.TrimPrefix(name, "model.")
	switch {
	case strings.HasPrefix(name, "cls.") || strings.HasPrefix(name, "lm_head."):
		return predicted
	case !strings.HasPrefix(name, "decoder."):
		return cols
	case strings.Contains(name, "EncDecAttention.k") || strings.Contains(name, "EncDecAttention.v") ||
		strings.Contains(name, "encoder_attn.k_proj") || strings.Contains(name, "encoder_attn.v_proj"):
		return cols // of the encoder
	}
	return decCols
}
