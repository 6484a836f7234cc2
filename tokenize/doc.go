// Package tokenize turns text into token ids as Hugging Face tokenizers does:
// it reads and writes tokenizer.json of the models BPE, WordPiece and Unigram,
// encodes and decodes, and trains a vocabulary from counts of words.
//
// A text goes through added tokens, normalizer ([corpus/tokenize/normal]),
// pre-tokenizer ([corpus/tokenize/split]), model ([corpus/tokenize/bpe],
// [corpus/tokenize/wordpiece], [corpus/tokenize/unigram]) and, where a caller asks
// for it, post-processor; back through a decoder ([corpus/tokenize/decoding]). Ids
// and text are those of tokenizers 0.23 for every family in testdata/families.
//
// The stage counts the words of each part ([corpus/tokenize/count]), joins the
// counts, a few streams at a time through scratch files, calls [Train] once, and
// then encodes with one [Encoder] per task. Only the stage opens files.
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
