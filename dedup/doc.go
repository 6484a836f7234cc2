// Package dedup finds documents that repeat an earlier one, exactly or nearly,
// and names for each the document it matches and the one that stays.
//
// # What is compared
//
// A text is normalised as datatrove normalises it for FineWeb (lower case, no
// punctuation, diacritics folded, white space collapsed), with three
// differences: characters are first brought to their compatibility form (NFKD),
// so that full-width and ordinary letters agree; only marks that are accents or
// optional are folded (Latin, Greek, Cyrillic, Hebrew points, Arabic vowels),
// since in Thai, Devanagari or Kana they are part of the spelling; and numbers
// are merged for near-duplicates only.
//
// Exact duplicates have the same words (internal/words), numbers included:
// their SHA-256, cut to 128 bits, is equal. A text without any word ("=====",
// an emoji, nothing at all) is compared as it stands but for white space around
// it, and is never a near-duplicate.
//
// Near-duplicates share shingles: five words in a row, numbers replaced by 0
// unless there is nothing else in the shingle. A Han character carries most of a word's information, so two of them make a
// shingle, as in the usual indexing of Chinese by character bigrams (a copy with
// 5 % of its characters changed keeps a similarity of 0.82). Of the other scripts
// without spaces a character with its marks counts as one word, so that shingles
// are character n-grams: unrelated Thai texts of 16,000 characters have 0.07 of
// five-grams in common, Japanese ones, in which Kanji are Han characters, 0.03,
// Chinese ones 0.11, and none share a band (TestLanguagesWithoutSpaces; Lao, Khmer
// and Burmese are written as Thai is, and were not measured). A text shorter than
// a shingle is one shingle; a word of more than 4,096 bytes is several. Of the set
// of shingles 112 MinHash values are taken in 14 bands of 8 rows (FineWeb); two
// texts of Jaccard similarity s agree in a whole band with probability
// 1-(1-s^8)^14: 0.21 at 0.6, 0.56 at 0.7, 0.92 at 0.8, 1.00 at 0.9.
//
// # Other settings
//
// Config.Near names a published setting (settings.go); Off leaves exact duplicates
// alone. What they find of pairs of similarity s follows 1-(1-s^rows)^bands within
// a hundredth (TestRecallOfNamedSettings, bench/dedup_recall.py):
//
//	             bands × rows  shingle    0.6   0.7   0.8   0.9
//	fineweb          14 ×  8    5 words  0.21  0.56  0.92  1.00
//	redpajama         9 × 13   13 words  0.01  0.08  0.40  0.93
//	redpajama-0.7    14 ×  9   13 words  0.13  0.44  0.87  1.00
//	redpajama-0.9     5 × 25   13 words  0.00  0.00  0.02  0.31
//	nemo             20 × 13   24 chars  0.03  0.18  0.68  1.00
//	refinedweb      450 × 20    5 words  0.02  0.30  0.99  1.00
//	datatrove        14 ×  8    5 words  0.21  0.56  0.92  1.00
//
// The last has the signatures of datatrove itself, value by value (package
// datatrove), and so its near duplicates: two pages in a bucket are linked however
// little else they share. It is there to reproduce FineWeb, or to go on with it.
// Exact duplicates are found as above, so that short texts have some too.
//
// The text is normalised as above in all others. Their authors do otherwise:
// datatrove makes a blank of punctuation inside words (don't is two) and has no
// shingle of a text of less than five words, so keeps such copies; RedPajama drops
// ASCII punctuation alone, keeps accents and numbers as they are, and splits at
// white space, so that a Chinese sentence is a word; NeMo Curator takes 24
// characters of the text as it stands, case, white space and all, and hashes of 32
// bits; RefinedWeb counts tokens of GPT-2 where we count words. Characters (unit
// chars) are those of the normalised text, numbers merged, one blank between
// words, in every script: 24 Han characters are a shingle there. None of the
// authors compares what shares a band, as is done here.
//
// # What is decided
//
// Of the documents of equal text each is linked to the earliest. With Config.URL
// so is each other one to the earliest of its normalised URL. Of those in a
// bucket (same band) each is compared with the earliest and with the one before
// it, and linked where the MinHash values say that they have at least 0.52 in
// common: unrelated Chinese texts of 3,000 characters reach 0.35, and share bands
// by chance. What is linked, directly or through others, is a cluster, and its
// earliest document survives: parts in order, rows in order, so older
// generations win and no earlier verdict is ever changed. Only the earliest of
// documents of equal text or URL takes part in near-duplicates. With KeepLongest
// "the earliest" means, among the documents of a generation, the longest, trusted
// ones first; in buckets it means the earliest still.
//
// Each other document names its direct match and the survivor. The match is the document itself where an
// earlier generation has its id (a changed source was read again), else its
// earliest exact copy, else the earliest of its URL, else the most similar of the
// documents it was linked to, by their MinHash values (an estimate of standard
// error 0.04 at 0.8), the earlier one where equal.
//
// # How similar they are
//
// The similarities that the verdicts name are true ones: the Jaccard similarity of
// the sets of shingles, as 64-bit hashes. In a chain, each of whose documents is
// like the one before it, that to the survivor may be anything; how near duplicates
// are distributed by it is counted in tenths.
//
// Config.Verify spares the near duplicates that are less similar to their survivor.
// They stay, in the cluster that they are in, so that a split into train and valid
// still keeps them together. Only the survivor is asked: of a chain two that are
// spared may be near duplicates of each other. The exact copies of one that is
// spared are dropped as ever, and name it as the survivor.
//
// # What is remembered
//
// A generation leaves a run of the index (package index): of every text, id and
// URL the first document, of every bucket the first and the last one, of every
// dropped document the survivor, of every cluster the size. The next generation
// joins its own sorted keys with the runs and asks for nothing else, so what it
// reads is in proportion to what is new, and its verdicts are those of clustering
// everything again. A document that is like two old clusters makes them one: the
// later survivor, whose verdict stays, gets a parent, so that what comes after
// it survives by the earlier one.
//
// # What is edited
//
// Substring finds, among the texts that survive, stretches of N bytes or more that
// occur before (package substring), and makes edits of them: spans of the ingested
// text, in the sidecar Edits, for the documents of this generation. A text that
// survived in an earlier one counts with all of its text, its edits notwithstanding.
//
// # Lines and paragraphs
//
// With Config.Lines the lines or paragraphs of the documents that stay (package
// lines says what those are) are cut where they stand in the corpus before, in an
// earlier document or earlier in the same one, as CCNet and Dolma do it; those of
// fewer than 8 words stay. What an earlier generation had is remembered in a table
// of its keys, 16 bytes each, which later ones read beside their own in order, or
// in a Bloom filter (28.8 bits for an error of 1e-6, a little more in each
// generation, so that all together do not err more often). What stood first may be
// dropped by the filter later: the copies stay cut. Lines that stand in more than
// a share of a domain's documents, and in ten, are cut out of all of them; that is
// counted generation by generation, and what was boilerplate once remains it.
//
// # Evaluation sets
//
// With Config.Against a document that has 13 words in a row of an example (package
// against) is dropped, duplicates and trusted documents too, whether or not it is
// the survivor of a cluster: of a contaminated cluster nothing may come back. The
// match is then the example, the similarity the share of the document's words in
// common with any set.
//
// # What it costs
//
// Signing takes about 60,000 English or 30,000 Chinese texts of 2 kB a second
// and core (BenchmarkSign) and a megabyte a worker beside the batch of text. The
// values are taken by AVX-512 where the processor has it, seven times as fast as
// by portable Go, or by AVX2, two and a half times (BenchmarkLeastValues), with
// equal results. A signature keeps 4 bits of each of the first 256 values; with
// what the index has of it, a document takes 0.25 kB on disk, 5 kB of refinedweb.
// Clustering sorts everything outside memory
// (BenchmarkCluster) and holds 8.125 bytes for each new document, 16.125 with
// KeepLongest, 12 or 20 for each old one that a new one is like, and of the index
// the fences: 24 bytes for every 64 KiB, 0.06 for each old document.
//
// Comparing reads the texts of near duplicates and of their partners again, the
// latter's of earlier generations batch by batch where there are any. Where 29 of
// 100 documents of 2 kB are near duplicates that takes 0.9 of the time of signing.
// The sets of the partners lie on disk meanwhile, once for each part that has
// documents to compare with them: there some 0.16 of the text. A text of 32 MiB may
// have a set of 128 MiB, for which a third of a gigabyte is claimed.
// Substring reads all surviving texts up to three times, earlier generations' too,
// and sorts about a record of 26 bytes for every N/4 bytes of them, and again for
// what the ends of repeats leave open.
package dedup
