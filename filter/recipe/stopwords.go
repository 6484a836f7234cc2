package recipe

// ownStopWords are frequent function words of languages for which FineWeb-2's list
// does not fit: of English it has none, and of the others it names pieces that its
// own tokenizers make, while here a word of Chinese, Japanese or Thai is a
// character and one of Korean stands between spaces. The English ones are
// Gopher's (arXiv 2112.11446, A.1.1); the others are our own choice. They are
// compared as written.
var ownStopWords = map[string]string{
	"en": "the be to of and that have with",
	"zh": "的 了 在 是 和 有 不 我 他 这 這 为 為 与 與 也 就 而 以 中 人 上 个 個 到 对 對 可 要 会 會 所",
	"ja": "の に は を た が て で と し れ さ ある いる も する から な こと として",
	"ko": "있습니다 합니다 입니다 했다 있었다 것이 것은 것을 된다 된 위한 통해 가장 모든 대해 함께 없는 않는 이 그 및 수 있다 있는 것 등 한 위해 대한 더 할 것이다 것으로 하는 그리고 또는 또한 때",
	"th": "ที่ และ ใน ของ เป็น การ มี ได้ ไม่ จะ ให้ ว่า ความ กับ จาก นี้ โดย",
}
