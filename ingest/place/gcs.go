package place

import (
	"context"
	"net/http"
	"os"
	"strconv"

	"cloud.google.com/go/storage"
	"gocloud.dev/blob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/gcp"
	"google.golang.org/api/option"
)

var gcsProvider = provider{
	scheme:      "gs",
	credentials: "set GOOGLE_APPLICATION_CREDENTIALS to a key file, or run gcloud auth application-default login",
	open:        openGCS,
	version:     gcsVersion,
	stored:      gcsStored,
}

func openGCS(ctx context.Context, a address, client *http.Client) (*blob.Bucket, error) {
	if !a.anonymous && os.Getenv("STORAGE_EMULATOR_HOST") == "" {
		creds, err := gcp.DefaultCredentials(ctx)
		if err != nil {
			return nil, err
		}
		signed, err := gcp.NewHTTPClient(client.Transport, gcp.CredentialsTokenSource(creds))
		if err != nil {
			return nil, err
		}
		// The token goes with every request, so none may lead elsewhere.
		signed.CheckRedirect = client.CheckRedirect
		client = &signed.Client
	}
	c, err := storage.NewClient(ctx, option.WithHTTPClient(client))
	if err != nil {
		return nil, err
	}
	c.SetRetry(storage.WithPolicy(storage.RetryNever))
	return gcsblob.OpenBucket(ctx, nil, a.bucket, &gcsblob.Options{Client: c})
}

// gcsVersion is the generation, which is the content's: an ETag changes with
// metadata, too.
func gcsVersion(as func(any) bool) string {
	var attrs storage.ObjectAttrs
	var r *storage.Reader
	switch {
	case as(&attrs):
		return strconv.FormatInt(attrs.Generation, 10)
	case as(&r):
		return strconv.FormatInt(r.Attrs.Generation, 10)
	}
	return ""
}

// gcsStored asks for an object of Content-Encoding gzip as it is stored; else it
// is decoded on the way and has another size.
func gcsStored(as func(any) bool) error {
	var h **storage.ObjectHandle
	if as(&h) {
		*h = (*h).ReadCompressed(true)
	}
	return nil
}
