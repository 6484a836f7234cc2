// Package memo remembers words: numbers of them in a hash table that holds no
// pointers, and the tokens of those that an encoder has seen.
package memo
