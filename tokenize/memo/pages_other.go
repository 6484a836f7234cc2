//go:build !linux

package memo

func pages(n int) []byte { return make([]byte, n) }
