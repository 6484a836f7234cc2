package split

// Encoding gives the splitter of one of tiktoken's encodings (0.14.0).
func Encoding(name string) (Cutter, bool) {
	switch name {
	case "gpt2", "r50k_base", "p50k_base", "p50k_edit":
		return GPT2{}, true
	case "cl100k_base":
		return CL100K(), true
	case "o200k_base", "o200k_harmony":
		return O200K(), true
	}
	return nil, false
}
