package memo

import "golang.org/x/sys/unix"

// pages makes memory that is read here and there: in huge pages, where the
// system has them, an address is found at once.
func pages(n int) []byte {
	b := make([]byte, n)
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // it works without
	return b
}
