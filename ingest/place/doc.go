// Package place reads files where they are: on web servers, in S3, Google Cloud
// Storage and Azure Blob Storage, by ranges and with retries, as ingest reads
// local ones; and lists of files.
//
// Every request goes through one transport, which tells what may be tried again
// from what is final; the clients' own retries are off. What a request gives
// carries the file's version with it (ETag, generation, time of change), which
// is compared with the version that Stat or List found: bytes of two versions
// never meet in one file.
package place
