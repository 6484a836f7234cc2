package pii

// Caps on how far is looked around a trigger; with them a text costs time in
// proportion to its length whatever stands in it.
const (
	// maxLocal and maxDomain are the longest parts of an e-mail address (RFC 5321
	// §4.5.3.1).
	maxLocal  = 64
	maxDomain = 255
	// maxToken is the longest run of letters and digits that can be a number of
	// any kind: an IBAN has at most 34 characters. A longer one is passed over.
	maxToken = 34
	// maxDigits and maxGroups are the longest number that is read, written in groups.
	maxDigits = 24
	maxGroups = 12
	// windowBefore and windowAfter are the bytes around a number in which words say
	// what it is.
	windowBefore = 64
	windowAfter  = 24
	// maxName is the longest name of a password or secret that is read: `db_password`.
	maxName = 40
	// maxSecret is the longest password or secret after such a name.
	maxSecret = 256
	// maxUser is the longest "user:password" of a URL.
	maxUser = 256
	// maxJWT is the longest JSON Web Token, maxPEM the longest private key.
	maxJWT = 16 << 10
	maxPEM = 32 << 10
	// maxFound is the spans found in a text, one in 256 bytes of the longest
	// document; what follows the last of them is part of it.
	maxFound = 1 << 17
)

// Memory is the most bytes of the edits of a text, in a slice that has grown a
// quarter too long.
const Memory = maxFound * 48 * 5 / 4
