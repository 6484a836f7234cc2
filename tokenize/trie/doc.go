// Package trie maps byte strings to small numbers and finds all that begin a
// text at a place, a double-array trie (Aoe 1989) whose node is one word of
// memory.
package trie
