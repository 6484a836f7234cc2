// Package domain tells where a document comes from: the registered domain of its
// address, else the first element of its source's path.
package domain
