package place

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	azblob "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"gocloud.dev/blob"
	"gocloud.dev/blob/azureblob"
)

var azureProvider = provider{
	scheme:      "azblob",
	settings:    []string{"storage_account", "domain", "protocol", "localemu"},
	credentials: "set AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_CONNECTION_STRING, or log in with az login",
	open:        openAzure,
	version:     azureVersion,
}

func openAzure(ctx context.Context, a address, client *http.Client) (*blob.Bucket, error) {
	o := &container.ClientOptions{}
	o.Transport = client
	o.Retry = policy.RetryOptions{MaxRetries: -1}
	c, err := azureClient(a, o)
	if err != nil {
		return nil, err
	}
	return azureblob.OpenBucket(ctx, c, nil)
}

// azureClient takes the credentials that azureblob.NewDefaultClient takes, which
// has no place for a transport.
func azureClient(a address, o *container.ClientOptions) (*container.Client, error) {
	connection := cmp.Or(os.Getenv("AZURE_STORAGE_CONNECTION_STRING"), os.Getenv("AZURE_STORAGEBLOB_CONNECTIONSTRING"))
	service := azureService(a.settings)
	if a.anonymous {
		service.SASToken = ""
	}
	key := os.Getenv("AZURE_STORAGE_KEY")
	if !a.anonymous && key == "" && service.SASToken == "" && connection != "" {
		return container.NewClientFromConnectionString(connection, a.bucket, o)
	}
	if service.AccountName == "" {
		return nil, errors.New("no storage account is named: set AZURE_STORAGE_ACCOUNT, or put ?storage_account=NAME behind the address")
	}
	at, err := azureblob.NewServiceURL(service)
	if err != nil {
		return nil, err
	}
	home, err := url.JoinPath(string(at), a.bucket)
	switch {
	case err != nil:
		return nil, err
	case a.anonymous || key == "" && service.SASToken != "":
		return container.NewClientWithNoCredential(home, o)
	case key != "":
		shared, err := container.NewSharedKeyCredential(service.AccountName, key)
		if err != nil {
			return nil, err
		}
		return container.NewClientWithSharedKeyCredential(home, shared, o)
	}
	identity, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return nil, err
	}
	return container.NewClient(home, identity, o)
}

// azureService is the account's address, from the environment and the settings.
func azureService(q url.Values) *azureblob.ServiceURLOptions {
	s := azureblob.NewDefaultServiceURLOptions()
	s.AccountName = cmp.Or(q.Get("storage_account"), s.AccountName)
	s.StorageDomain = cmp.Or(q.Get("domain"), s.StorageDomain)
	s.Protocol = cmp.Or(q.Get("protocol"), s.Protocol)
	s.IsLocalEmulator = s.IsLocalEmulator || q.Get("localemu") == "true"
	return s
}

// azureVersion is the ETag, which listings write without quotes.
func azureVersion(as func(any) bool) string {
	var props azblob.GetPropertiesResponse
	var get azblob.DownloadStreamResponse
	var item container.BlobItem
	tag := ""
	switch {
	case as(&props) && props.ETag != nil:
		tag = string(*props.ETag)
	case as(&get) && get.ETag != nil:
		tag = string(*get.ETag)
	case as(&item) && item.Properties != nil && item.Properties.ETag != nil:
		tag = string(*item.Properties.ETag)
	}
	return strings.Trim(tag, `"`)
}
