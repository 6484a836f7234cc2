// Package ingest turns sources (files, directories, globs of plain text, HTML,
// JSON lines, CSV, Parquet, Arrow, WARC, WET and ARC, MediaWiki dumps, EPUB, DOCX,
// PDF, zip and tar archives of them; plain or inside gzip, zstd, bzip2 or xz) into
// documents.
//
// It has two passes. "scan" looks at every source once: its hash, its format
// (told by content, never by name) and where it can be cut into units of about
// 64 MiB of decoded bytes. "read" decodes the units, takes the text out of the
// records, measures the language and writes documents in the order of sources.
// What cannot be read is listed with its offset and the reason, and skipped.
//
// # Sources
//
// The name of a source is its path relative to the SOURCE given (of a glob: to
// the directory before its first wildcard), so ids survive a move. Directories
// are walked in sorted order; version control is skipped; links inside a
// directory are not followed: one that leads out is listed. Of two sources with
// the same name the later gets the base name of its SOURCE in front. A source
// with the name and the content of one that an earlier generation read is left
// out, without being decoded and, when its size and time of change are what they
// were, without being opened; a changed one is read again as a whole. "-" is
// standard input, kept in a file until it is read, under the name "stdin".
//
// A source that is no more what was scanned when it is read (changed, vanished,
// unreadable) is a bad source: what was read of it before is what was scanned
// and stays, the rest is left, and since it is not listed as read, the next run
// takes it as it is then.
//
// # Tables
//
// Parquet and Arrow files give a document a row, from the columns that have the
// names of JSON lines' fields; a field of a struct counts as "meta.text". Units
// are whole row groups or record batches, offsets are row numbers, and the raw
// record that an id is made of is text, address and title, with a zero byte
// between them. In a compressed archive they are read up to MaxHeld bytes.
// Damage in a group loses its rows from there on: they are listed once, with
// the first, and counted each.
//
// CSV (RFC 4180; commas, tabs, semicolons or bars) is told by a header with the
// name of a text field over records of as many fields. Where a quote is broken,
// a line is lost and reading goes on at the next.
//
// # Large files
//
// JSON lines and WARC, plain of more than 128 MiB or compressed of more than 32,
// are scanned in chunks (64 and 16 MiB of the file) by several workers, while
// another goroutine hashes them. A chunk begins at the first head of a member
// (gzip, bzip2, xz) or frame, line, or version line in it. That may be wrong: what
// looks like a head may lie within a member. So a chunk counts only when the one
// before leads to its beginning and ends a record where it has one begin; else it
// is scanned again from there. Units are therefore what one worker finds. A file
// of one member is decoded by one goroutine.
//
// Reading, a goroutine for every eight workers decodes: units of their own, row
// groups or where decoding can begin near them. Members of archives and files on
// servers are read by one.
//
// # Archives
//
// A member of a zip or tar archive is a source of its own, named after the
// archive; an archive inside an archive is left out. Its hash is the archive's,
// so that an archive that was read whole is known as a whole. A compressed tar
// archive is decoded once, by one goroutine, while workers do the rest.
//
// # Damage
//
// A unit ends where a compressed stream breaks, and reading goes on at the next
// gzip member or zstd frame. Records before a break are kept, the one it cuts
// is lost. A gzip member or zstd frame that decodes but whose checksum is wrong
// is lost as a whole, since any of its bytes may be wrong. In WARC, a record
// whose length does not lead to the next is lost and reading goes on at the
// next version line. Offsets are those of the decoded stream. Streams of bzip2
// and xz are like members of gzip. Of an archive the members before the damage
// are kept.
//
// # Memory
//
// A worker of "scan" holds at most 140 MiB, one of "read" 512 MiB, whatever the
// input, and 768 bytes a source: limits.go has the sum. A ceiling with room for fewer workers slows the
// passes down, one without room for one refuses them.
//
// # Pages
//
// Main content is what go-trafilatura finds, or with Extract "fast"
// go-readability, without the paragraphs that are nothing but links; a body that
// advertisements part is put together before. Pages of documentation are laid
// out as they stand, without navigation, since what they are made of would be
// pruned: pages whose generator says so, whose headings link to themselves, or
// that have a <pre> of two lines. A blank line stands between paragraphs, a line end between items
// and rows. Items have a marker ("- ", or in documentation their number) and
// nested lists are indented, as in Markdown; the cells of a row are parted by
// " | "; <pre> keeps its bytes. With Extract "raw" all visible text is taken,
// and so it is where nothing is found, or the page nests too deep for a tree or
// one that can be afforded. Titles and authors come
// from the page, not from its JSON-LD. Responses other than 2xx, and types
// other than HTML, plain text, PDF, EPUB and DOCX, are left out; where no type is given, so are
// addresses that end as those of style sheets, scripts, feeds, pictures and the
// like. Markdown and source code are plain text, front matter included.
//
// # Languages
//
// With Langs, documents in other languages are lost. A page whose text as a
// whole is in another is lost before its tree is built. Where a text
// cannot tell its language, what <html lang> or Content-Language says is taken,
// with the score 0.
//
// # Archives of crawls
//
// WARC from 0.17 on, WET, and ARC of both versions; .warc.zst with the dictionary
// in front that it may have. WAT has no text: it is left out with a message that
// names what to take instead. In ARC, a record whose length does not lead to the
// next is lost, and reading goes on at the next line that describes a capture.
//
// # MediaWiki
//
// Of a dump (pages-articles, or with the whole history) the last revision of each
// page in namespace 0 is taken; redirects and other namespaces are other records.
// Its address comes from the head of the dump, its time is that of the revision.
// Templates cannot be expanded without their wiki: they are dropped, as are
// references, files, categories, links to other languages, and headings under
// which nothing is left. Links are their text, items and rows are lines (cells
// with " | " between), code and formulas stay as they are.
//
// # Books and office files
//
// EPUB: the chapters in reading order, without navigation and what the book calls
// auxiliary; one whose chapters are encrypted is lost. DOCX (and DOCM): paragraphs,
// items and rows as lines, foot- and endnotes at the end; deleted text, hidden
// text, field codes, the table of contents, comments, headers and footers are left
// out. Spreadsheets, slides and OpenDocument are named and left out.
//
// A file of these that lies there as it is may be larger than a text; in archives,
// compressed, or as the response of a WARC record it may not.
//
// PDF: what pdftotext of poppler-utils finds, in reading order, with the lines of
// a paragraph joined. It runs as a child process with bounds on memory, processor
// time and output; the text is a function of its version too. Where it is missing,
// PDFs are counted as lost.unsupported.pdf and not as read, so that a run after
// its installation takes them.
package ingest
