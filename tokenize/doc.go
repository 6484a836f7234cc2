// Package tokenize turns text into token ids: it counts words, trains a
// byte-level BPE vocabulary from the counts, encodes and decodes with it, and
// reads and writes it as the tokenizer.json of Hugging Face tokenizers.
//
// The stage counts the words of each part ([corpus/tokenize/count]), joins the
// counts, a few streams at a time through scratch files, calls [Train] once, and
// then encodes with one [Encoder] per task. Only the stage opens files; the
// algorithms, in the packages below this one, are pure: [corpus/tokenize/split]
// cuts text into words, [corpus/tokenize/bpe] learns merges and applies them.
//
// # Invalid UTF-8
//
// Text is read as UTF-8. Each maximal ill-formed piece counts as one U+FFFD
// before anything else (Unicode 16.0, section 3.9, as Python's
// errors="replace" and Rust's from_utf8_lossy do), when counting, in the
// encoder and in [Tokenizer.Decode] alike.
//
// # Reserved tokens
//
// One vocabulary serves all training objectives, so the first ids are the same
// in every tokenizer trained here; see [Reserved]. The text of a document never
// becomes a reserved token: [Encoder.Encode] reads "<mask>" as six ordinary
// characters and counts it. [Encoder.EncodePrompt] is the way to mean it.
package tokenize
