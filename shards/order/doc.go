// Package order says which documents stand in which row of a training, and in
// which order rows come: by arithmetic, before any token is read. A [Plan] is a
// pure function of the lengths of the documents, the seed and the settings, so
// where a training stands is one number, and any number of readers and ranks,
// however often they are stopped, sees the same rows in the same order.
//
//   - A [Permutation] is the order of the rows of a source in one epoch: a cipher,
//     not a list.
//   - [Weights] mix sources: of every so many rows so many are of each source.
//   - A [Packing] cuts the documents of a source into rows: [Split] as one stream,
//     BestFit and OnePerRow by documents, for which lengths are read once.
package order
