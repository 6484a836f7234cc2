// Package heap keeps a slice in the order of a binary min-heap, without the
// interface that container/heap asks for.
package heap
