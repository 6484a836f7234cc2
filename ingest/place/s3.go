package place

import (
	"context"
	"maps"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"
	gcaws "gocloud.dev/aws"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
)

var s3Provider = provider{
	scheme:      "s3",
	settings:    []string{"region", "endpoint", "profile", "role", "dualstack", "fips", "use_path_style"},
	credentials: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
	open:        openS3,
	version:     s3Version,
}

// defaultRegion is where S3 sends who names none; it tells who is wrong.
const defaultRegion = "us-east-1"

func openS3(ctx context.Context, a address, client *http.Client) (*blob.Bucket, error) {
	q := maps.Clone(a.settings)
	pathStyle := q.Get("use_path_style") == "true"
	q.Del("use_path_style")
	if a.anonymous {
		if q == nil {
			q = map[string][]string{}
		}
		q.Set("anonymous", "true")
	}
	cfg, err := gcaws.V2ConfigFromURLParams(ctx, q)
	if err != nil {
		return nil, err
	}
	cfg.HTTPClient = client
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	cfg.Logger = logging.Nop{}
	cfg.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired // ranges have none
	if cfg.Region == "" {
		cfg.Region = defaultRegion
	}
	return s3blob.OpenBucket(ctx, s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = pathStyle }), a.bucket, nil)
}

func s3Version(as func(any) bool) string {
	var head s3.HeadObjectOutput
	var get s3.GetObjectOutput
	var listed types.Object
	switch {
	case as(&head):
		return aws.ToString(head.ETag)
	case as(&get):
		return aws.ToString(get.ETag)
	case as(&listed):
		return aws.ToString(listed.ETag)
	}
	return ""
}
