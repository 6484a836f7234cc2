// Package crawl fetches web sites politely into WARC files that ingest reads:
// robots.txt and opt-outs obeyed, delays per host, no address that is not public,
// and a frontier that a killed crawl is taken up from.
package crawl
