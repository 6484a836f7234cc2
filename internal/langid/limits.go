package langid

const (
	// maxModels is the size of the unpacked models.
	maxModels = 16 << 20
	// maxLangs leaves room for the languages that scripts tell: places of
	// languages are bytes.
	maxLangs = 200
	// maxLanes is more than the languages in Latin script.
	maxLanes = 50
	// maxSpace is how far the beginning of a word is searched for, in bytes.
	maxSpace = 160
	// maxParagraphs is how many paragraphs a text has at most.
	maxParagraphs = 1 << 16
)

// Two looks at a text. Where the first leaves a doubt the second decides: a text
// up to 64 KiB is read whole, of a longer one four windows that are as much.
var (
	glance = look{windows: 4, bytes: 320, scan: 8 << 10}
	study  = look{windows: 4, bytes: 16 << 10, scan: 64 << 10}
)

const (
	// nearTie is how much likelier the language must be than any other, in nats,
	// for a glance to be believed. Of 3,597 texts of 5 kB, siblings like Bosnian
	// and Croatian among them, 20 let three through that a study tells otherwise,
	// 40 none.
	nearTie = 40
	// mostWords is the least share of words in one script that leaves no doubt.
	mostWords = 2. / 3
)

// Paragraphs.
const (
	// sureLetters tell a language, in characters, when it is sureMargin nats ahead
	// of any other; sureHan tell Chinese, sureAlone a language that no other
	// shares the script of.
	sureLetters = 40
	sureMargin  = 10
	sureHan     = 20
	sureAlone   = 10
	// neighbour is what a language is ahead of others when the paragraph before,
	// or the next that tells its own, is in it, in nats.
	neighbour = 5
	// sibling is the letters for each of which the language that most of the text
	// is in has a nat's start: such as are hardly to be told apart differ by less.
	sibling = 8
	// strange is how much less likely than another a short line may be in a
	// language of the text, in nats.
	strange = 25
	// leastTold is the least share, 1/leastTold, of the letters that makes a
	// language one of the text, and maxTold how many a text has.
	leastTold = 100
	maxTold   = 8
)
