// Package inflate decodes one gzip member (RFC 1952) after the other, at about
// twice the speed of the other decoders for Go: a page of a crawl is a member.
//
// Bits are taken from a 64-bit word that is filled eight bytes at a time, a look
// at a table decodes a symbol (two for the rarest), and matches are copied in
// blocks of 16 bytes: the design of Eric Biggers' libdeflate. Reading goes
// exactly to the end of a member, so that the next can be found, and memory is
// 220 KiB, whatever the input.
package inflate
