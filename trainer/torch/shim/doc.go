// Package shim is the small C++ beside gotch's libtch: what libtch lacks or does
// wrongly, and the operations that are one pass over memory here and several
// there. Without the build tag torch it is empty.
package shim
