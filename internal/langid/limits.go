package langid

const (
	// windows and windowBytes say how much of a text is looked at: so many
	// windows spread evenly, each of so many bytes of letters. Beyond 120
	// characters answers hardly change.
	windows     = 4
	windowBytes = 160
	// windowScan is how far a window searches for letters, in bytes.
	windowScan = 8192
	// maxModels is the size of the unpacked models.
	maxModels = 16 << 20
)
