package tokenize

import (
	"bytes"
	"encoding/json"
	"strconv"

	"corpus/tokenize/bpe"
)

// JSON writes the tokenizer as a tokenizer.json that Hugging Face tokenizers
// loads unchanged, with the same ids: GPT-2's configuration (ByteLevel before
// and after, no normalizer) with the special tokens both in added_tokens and in
// the vocabulary. Merges are written "a b", which every version reads. Equal
// tokenizers give equal bytes.
//
// The post-processor is plain ByteLevel, which adds no token: one vocabulary
// serves objectives that frame a text differently (<cls> … <sep> for mlm,
// <s> … </s> for clm, … </s> for span), so whoever builds the sample adds them.
func (t *Tokenizer) JSON() []byte {
	w := &jsonWriter{}
	w.raw("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": ")
	w.list('[', ']', len(t.specials), "    ", func(i int) { w.special(t.specials[i]) })
	w.raw(",\n  \"normalizer\": null,\n")
	w.raw("  \"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true},\n")
	w.raw("  \"post_processor\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": false, \"use_regex\": true},\n")
	w.raw("  \"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\": true},\n")
	w.raw("  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n")
	w.raw("    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n")
	w.raw("    \"fuse_unk\": false,\n    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n    \"vocab\": ")
	written := t.written()
	w.list('{', '}', len(written), "      ", func(i int) {
		w.string(written[i])
		w.raw(": " + strconv.Itoa(i))
	})
	w.raw(",\n    \"merges\": ")
	w.list('[', ']', len(t.merges), "      ", func(i int) {
		w.string(written[t.merges[i].Left] + " " + written[t.merges[i].Right])
	})
	w.raw("\n  }\n}\n")
	return w.buf.Bytes()
}

// written gives every token as tokenizer.json writes it.
func (t *Tokenizer) written() []string {
	out := make([]string, len(t.tokens))
	for id, token := range t.tokens {
		if t.special[id] {
			out[id] = token
		} else {
			out[id] = bpe.ByteLevel.Encode(token)
		}
	}
	return out
}

// jsonWriter writes JSON with a fixed order and layout.
type jsonWriter struct{ buf bytes.Buffer }

func (w *jsonWriter) raw(s string) { w.buf.WriteString(s) }

func (w *jsonWriter) string(s string) { w.buf.Write(jsonString(s)) }

// jsonString quotes valid UTF-8, leaving <, > and & as they are.
func jsonString(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into memory cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// list writes n items, one a line.
func (w *jsonWriter) list(open, end byte, n int, indent string, item func(i int)) {
	w.buf.WriteByte(open)
	for i := range n {
		if i > 0 {
			w.buf.WriteByte(',')
		}
		w.raw("\n" + indent)
		item(i)
	}
	if n > 0 {
		w.raw("\n" + indent[2:])
	}
	w.buf.WriteByte(end)
}

func (w *jsonWriter) special(s Special) {
	w.raw(`{"id": ` + strconv.Itoa(int(s.ID)) + `, "content": `)
	w.string(s.Content)
	w.raw(`, "single_word": false, "lstrip": ` + strconv.FormatBool(s.LStrip))
	w.raw(`, "rstrip": ` + strconv.FormatBool(s.RStrip))
	w.raw(`, "normalized": ` + strconv.FormatBool(s.Normalized) + `, "special": true}`)
}
