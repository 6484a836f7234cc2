// Package tensorboard writes numbers as TensorBoard's event files: TFRecords of
// protobuf messages, which are appended to and read as they grow.
package tensorboard
