// Package split cuts text into words (pre-tokens), across which no token goes.
//
// Read makes a Splitter of the field "pre_tokenizer" of a tokenizer.json,
// Encoding one of a tiktoken encoding. The patterns of the known families (GPT-2,
// GPT-4 and its kin, GPT-4o and its kin, BLOOM, DeepSeek) have scanners by hand;
// other expressions run on an engine that reads them as Oniguruma, the engine of
// the real package, does.
package split
