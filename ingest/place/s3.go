package place

import (
	"cmp"
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
)

var s3Provider = provider{
	scheme:      "s3",
	settings:    []string{"region", "endpoint", "profile", "use_path_style"},
	credentials: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
	open:        openS3,
	version:     s3Version,
}

// defaultRegion is where S3 sends who names none; it tells who is wrong.
const defaultRegion = "us-east-1"

func openS3(ctx context.Context, a address, client *http.Client) (*blob.Bucket, error) {
	opts := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}), // else it warns on standard error
		config.WithRegion(a.settings.Get("region")),
		config.WithSharedConfigProfile(a.settings.Get("profile")),
		config.WithBaseEndpoint(a.settings.Get("endpoint")),
	}
	if a.anonymous {
		opts = append(opts, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return nil, err
	}
	c := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = client
		o.Retryer = aws.NopRetryer{}
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired // ranges have none
		o.UsePathStyle = a.settings.Get("use_path_style") == "true"
		o.Region = cmp.Or(o.Region, defaultRegion)
	})
	return s3blob.OpenBucket(ctx, c, a.bucket, nil)
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
