package order

// Caps on what is held.
const (
	// maxSources is the most sources of a mix, maxPattern the most rows after
	// which the pattern of a mix begins again: 12 bytes each.
	maxSources = 256
	maxPattern = 1 << 16

	// Documents are packed together until there are windowDocs of them or they have
	// windowTokens: enough that best-fit leaves well under 1 % of its rows empty,
	// few enough to be packed again in a millisecond or two.
	windowDocs   = 1 << 14
	windowTokens = 1 << 24

	// maxPacked is how many stretches of packed windows are remembered, 16 bytes
	// each; what is beyond it is packed again when it is asked for.
	maxPacked = 1 << 22
)
