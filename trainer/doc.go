// Package trainer teaches a model from token shards and uses it token by token:
// architectures' configurations, objectives, schedules, the loop, checkpoints,
// sampling and metrics, in pure Go above the small [Model] boundary.
//
// # A run
//
// A [Spec] says what to train; Resolve fills in the published defaults, and
// Architecture makes the [Config] of the model. [Run] trains a [Job] to its last
// step and leaves in runs/NAME
//
//	run.json            everything that decides the run, resolved, with its hash
//	metrics.jsonl       one Metric a line; cut back to the checkpoint on resume
//	events.out.tfevents.corpus
//	                    the same for TensorBoard, made from it
//	checkpoints/step-N/ weights, optimizer state, Checkpoint, manifest
//	tokenizer.json, …   from the beginning
//	config.json, model.safetensors, …
//	                    when the last step is done: a Hugging Face model folder
//
// # Why a resumed run is the same run
//
// The rows of documents and their order are computed from the lengths of documents
// and (seed, source, epoch) by package shards/order, the noise of an example comes
// from (seed, source, epoch, row), dropout from (seed, step), and the learning rate
// from the step. A [Feed] reads ahead with any number of readers and ranks. So weights,
// optimizer state, the step and the losses that spikes are told from are all there is
// to save, and a run that was stopped or killed
// anywhere ends with the same bytes (same program, libtorch, processor and
// threads; a difference is a warning). Another spec or tokenizer is refused.
//
// # More data
//
// A run reads the shards that it began with, whatever came since. When it is
// asked for more steps it gets a new [Phase], over all the shards there are then:
// it goes on from weights and optimizer, with an order and a rise and fall of the
// learning rate of its own. Phases are recorded in run.json, so that what was
// killed in any of them goes on as it would have.
//
// # Updates that would do harm
//
// An update whose loss or gradient norm is no number, or far beyond those of the last
// updates ([Recent]), is not made, and its documents are named. After Spec.MaxBad of
// them in a row the run goes back to the last good checkpoint and past the rows read
// since: a [Rollback], recorded in run.json. Where that does not help it ends with
// [Diverged].
//
// # Losses
//
// All losses are means per predicted token, in nats; perplexity is e to the
// validation loss. Evaluations along the way take Spec.EvalBatches batches, the
// last one the whole validation set. Dataset.Unigram is the loss to be below: that
// of the best guesser on the same examples that ignores context. A run whose last
// updates were skipped, or whose last loss or weights are not finite, is refused.
package trainer
