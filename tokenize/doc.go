// Package tokenize turns text into token ids: it counts words, trains a
// byte-level BPE vocabulary from the counts, encodes and decodes with it, and
// reads and writes it as the tokenizer.json of Hugging Face tokenizers.
//
// The stage counts the words of each part with a [Counter], joins the counts
// with [MergeCounts], a few streams at a time through scratch files of
// [WriteCounts], calls [Train] once, and then encodes with one [Encoder] per
// task. Only the stage opens files; the algorithms are pure.
//
// # Words
//
// A word (pre-token) is what GPT-2's pattern cuts from the text (Radford et
// al. 2019; encoder.py of openai/gpt-2):
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// BPE never merges across words. Letters, numbers and white space are those of
// Unicode 16.0, in tables frozen here, so that ids do not change with the Go
// release.
//
// # Invalid UTF-8
//
// Text is read as UTF-8. Each maximal ill-formed piece counts as one U+FFFD
// before anything else (Unicode 16.0, section 3.9, as Python's
// errors="replace" and Rust's from_utf8_lossy do), in [Counter.Add], in the
// encoder and in [Tokenizer.Decode] alike.
//
// # Reserved tokens
//
// One vocabulary serves all training objectives, so the first ids are the same
// in every tokenizer trained here; see [Reserved]. The text of a document never
// becomes a reserved token: [Encoder.Encode] reads "<mask>" as six ordinary
// characters and counts it. [Encoder.EncodePrompt] is the way to mean it.
package tokenize
