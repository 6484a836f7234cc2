// Package export writes token shards as the files that other trainers read:
// Megatron's .bin and .idx, MosaicML's MDS, and the .ds of datatrove and nanotron.
// In each the documents stand in the order of the shards, and each is followed by
// the end token, as in a training of ours.
package export
