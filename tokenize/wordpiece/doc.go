// Package wordpiece encodes pieces of text by WordPiece (Schuster and Nakajima
// 2012; BERT, Devlin et al. 2019): the longest token that begins the piece,
// then again and again the longest that goes on; a piece that is not wholly made
// of tokens is one unknown token. Ids are those of Hugging Face tokenizers 0.23.
// It also learns the tokens from counts of pieces.
package wordpiece
