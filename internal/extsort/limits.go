package extsort

const (
	// MaxWidth is the longest record, in bytes.
	MaxWidth = 4096
	// MinMemory is the least memory a sort works in, in bytes; less is raised
	// to it, so that ten of the longest records fit the buffer.
	MinMemory = 64 << 10
	// maxBlock is the most payload under one checksum, in bytes: large enough
	// for sequential disk speed when many runs are read in turn.
	maxBlock = 256 << 10
	// minFanIn is the number of runs that a merge can read at once with blocks
	// of the size that is chosen, unless a single record is larger.
	minFanIn = 128
	// firstBuffer is the size the buffer starts with, in bytes.
	firstBuffer = 64 << 10
)
