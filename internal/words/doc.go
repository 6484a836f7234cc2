// Package words says what a word is, once, for every language.
//
// A text is cut into tokens; a token is a word or a symbol.
//
//   - In scripts that write no spaces between words (Han, Hiragana, Katakana,
//     Bopomofo, Thai, Lao, Khmer, Burmese) one character with its combining
//     marks is one word.
//   - Elsewhere a word is a maximal run of letters, marks and numbers. Inside a
//     word stand also: an apostrophe, middle dot or geresh between two letters
//     (don't, l’eau, col·lecció, צה״ל), a full stop or comma between two digits
//     (3.14, 1,000), an underscore, and invisible format characters such as the
//     zero-width non-joiner of Persian or the soft hyphen.
//   - A hyphen does not belong to a word: well-known is well, - and known, as
//     spaCy's English tokenizer has it.
//   - A symbol is a run of one and the same other character with the marks on
//     it: "...", "=====", "#", an emoji.
//   - White space, control characters and format characters outside words
//     separate tokens and belong to none.
//
// Categories are those of the Unicode tables of the Go release.
package words
