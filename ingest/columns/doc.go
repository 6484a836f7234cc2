// Package columns reads the text columns of other people's Parquet and Arrow
// files: of each row the text, the address and the title.
//
// Parquet: columns of BYTE_ARRAY outside lists, also inside structs; pages v1
// and v2; the encodings PLAIN, dictionary, DELTA_LENGTH_BYTE_ARRAY and
// DELTA_BYTE_ARRAY; the codecs snappy, gzip, zstd, brotli, lz4_raw and none.
// Arrow IPC: files and streams; utf8, large_utf8, binary, large_binary, their
// views, dictionaries of these (replaced and extended ones too), struct
// children; bodies plain or compressed with lz4 or zstd.
//
// It does not use the Arrow library. That one (v15) has no lz4_raw, no views of
// strings, holds whole record batches, allocates what a file claims and panics
// on damage; here every size is checked before memory is taken, values are
// decoded one after the other as the rows are asked for, and damage is an error
// of its row group or record batch: the others can still be read.
//
// # Memory
//
// Whatever the file, an open File holds 256 bytes a row group or batch and its
// schema, and a group that is being read 152 MiB at most: limits.go has the sum.
package columns
