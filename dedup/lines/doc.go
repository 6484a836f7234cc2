// Package lines finds the lines and paragraphs of texts, says which are equal, and
// remembers those seen, exactly or in a Bloom filter.
//
// A line goes up to the next line feed, a paragraph from one blank line to the next;
// both include the line ends behind them, so that cutting one leaves no trace. Two
// are equal when their letters agree in lower case and their white space does when
// every run of it is one space and none stands at the ends. (CCNet also drops
// accents, punctuation and the values of digits, Dolma compares bytes; package
// lines keeps lines apart that differ in a number.)
package lines
