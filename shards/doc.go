// Package shards is everything about Arrow on disk: text parts, sidecars and
// token shards, written with checksums, read only after they match, and opened
// as datasets.
package shards
