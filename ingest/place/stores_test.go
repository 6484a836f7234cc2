package place_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/azureblob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/blob/s3blob"

	"corpus"
	"corpus/ingest/place"
)

// object is a store with a bucket of each kind to test on.
type object struct {
	*proxy
	scheme, settings string
	slow             string // how it says that it is overloaded
	private, public  *blob.Bucket
}

func (o *object) name(bucket, key string) string {
	return o.scheme + "://" + bucket + "/" + key + o.settings
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func amazon(t *testing.T) *object {
	p := versity(t)
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(p.URL), Region: "us-east-1", UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}, nil
		}),
	})
	for _, name := range []string{"private", "public"} {
		must[*s3.CreateBucketOutput](t)(client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}))
	}
	must[*s3.PutBucketPolicyOutput](t)(client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{
		Bucket: aws.String("public"),
		Policy: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
			"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::public","arn:aws:s3:::public/*"]}]}`),
	}))
	return &object{
		proxy: p, scheme: "s3", settings: "?endpoint=" + p.URL + "&use_path_style=true",
		slow:    `<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`,
		private: must[*blob.Bucket](t)(s3blob.OpenBucket(t.Context(), client, "private", nil)),
		public:  must[*blob.Bucket](t)(s3blob.OpenBucket(t.Context(), client, "public", nil)),
	}
}

func google(t *testing.T) *object {
	p := fakeGCS(t)
	t.Setenv("STORAGE_EMULATOR_HOST", p.Listener.Addr().String())
	client := must[*storage.Client](t)(storage.NewClient(t.Context()))
	open := func(name string) *blob.Bucket {
		if err := client.Bucket(name).Create(t.Context(), "project", nil); err != nil {
			t.Fatal(err)
		}
		return must[*blob.Bucket](t)(gcsblob.OpenBucket(t.Context(), nil, name, &gcsblob.Options{Client: client}))
	}
	return &object{proxy: p, scheme: "gs", slow: "{}", private: open("private"), public: open("public")}
}

// azureKey is the key of the emulator's account, which Microsoft publishes.
const azureKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

func microsoft(t *testing.T) *object {
	p := azurite(t)
	t.Setenv("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
	t.Setenv("AZURE_STORAGE_KEY", azureKey)
	cred := must[*container.SharedKeyCredential](t)(container.NewSharedKeyCredential("devstoreaccount1", azureKey))
	open := func(name string, o *container.CreateOptions) *blob.Bucket {
		c := must[*container.Client](t)(container.NewClientWithSharedKeyCredential(p.URL+"/devstoreaccount1/"+name, cred, nil))
		must[container.CreateResponse](t)(c.Create(t.Context(), o))
		return must[*blob.Bucket](t)(azureblob.OpenBucket(t.Context(), c, nil))
	}
	access := container.PublicAccessTypeContainer
	return &object{
		proxy: p, scheme: "azblob",
		settings: "?localemu=true&protocol=http&domain=" + p.Listener.Addr().String(),
		slow:     `<?xml version="1.0"?><Error><Code>ServerBusy</Code><Message>The server is busy.</Message></Error>`,
		private:  open("private", nil), public: open("public", &container.CreateOptions{Access: &access}),
	}
}

// quick is a configuration of small blocks and short waits.
func quick() place.Config {
	return place.Config{BlockBytes: 64 << 10, FirstWait: time.Millisecond, UserAgent: "corpus-test"}
}

func opener(t *testing.T, cfg place.Config) *place.Opener {
	o := place.New(cfg)
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// content reads a file from its beginning to its end.
func content(t *testing.T, o *place.Opener, in place.Info) ([]byte, error) {
	t.Helper()
	f, err := o.Open(t.Context(), in)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
}

func wantContent(t *testing.T, o *place.Opener, in place.Info, want []byte) {
	t.Helper()
	got, err := content(t, o, in)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s: read %d bytes, %v; want %d", in.Name, len(got), err, len(want))
	}
}

// wantError wants an error of a class that names what and where.
func wantError(t *testing.T, err error, class corpus.Class, parts ...string) {
	t.Helper()
	if err == nil || corpus.ClassOf(err) != class {
		t.Fatalf("error of class %d: %v; want class %d", corpus.ClassOf(err), err, class)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error lacks %q: %v", p, err)
		}
	}
}

func TestS3(t *testing.T)    { testStore(t, amazon(t)) }
func TestGCS(t *testing.T)   { testStore(t, google(t)) }
func TestAzure(t *testing.T) { testStore(t, microsoft(t)) }

func testStore(t *testing.T, s *object) {
	ctx := t.Context()
	data := some(1 << 20)
	put := func(b *blob.Bucket, key string, data []byte) {
		t.Helper()
		if err := b.WriteAll(ctx, key, data, &blob.WriterOptions{DisableContentTypeDetection: true, ContentType: "application/octet-stream"}); err != nil {
			t.Fatal(err)
		}
	}
	put(s.private, "big/a b+%41?.bin", data)
	put(s.public, "big.bin", data)
	put(s.private, "empty", nil)
	for i := range 1050 {
		put(s.private, fmt.Sprintf("many/%04d.txt", i*7919%1050), fmt.Appendf(nil, "text %d", i))
	}
	put(s.private, "many/deep/0.txt", []byte("deep"))

	t.Run("list", func(t *testing.T) {
		o := opener(t, quick())
		s.set(func() { s.refuse = times(2, http.StatusServiceUnavailable, nil, s.slow) })
		all := must[[]place.Info](t)(o.List(ctx, s.name("private", "many/")))
		if len(all) != 1051 || all[0].Name != s.name("private", "many/0000.txt") || all[1049].Name != s.name("private", "many/1049.txt") {
			t.Fatalf("%d files, from %v", len(all), all[:min(1, len(all))])
		}
		some := must[[]place.Info](t)(o.List(ctx, s.name("private", "many/*[05].txt")))
		if len(some) != 210 {
			t.Errorf("the pattern matches %d files, want 210", len(some))
		}
		stat := must[place.Info](t)(o.Stat(ctx, all[7].Name))
		if stat != all[7] || stat.Version == "" {
			t.Errorf("listed as %+v, found as %+v", all[7], stat)
		}
		if one := must[[]place.Info](t)(o.List(ctx, stat.Name)); len(one) != 1 || one[0] != stat {
			t.Errorf("the name itself lists %v", one)
		}
	})
	t.Run("read", func(t *testing.T) {
		s.set(func() {})
		o := opener(t, quick())
		in := must[place.Info](t)(o.Stat(ctx, s.name("private", "big/a b+%41?.bin")))
		wantContent(t, o, in, data)
		wantContent(t, o, must[place.Info](t)(o.Stat(ctx, s.name("private", "empty"))), nil)
	})
	t.Run("cut", func(t *testing.T) {
		o := opener(t, quick())
		in := must[place.Info](t)(o.Stat(ctx, s.name("private", "big/a b+%41?.bin")))
		s.set(func() { s.cut = 20_000 })
		wantContent(t, o, in, data)
		if n := len(s.requests()); n != 64 {
			t.Errorf("%d requests; 16 blocks cut after 20,000 bytes take 64", n)
		}
	})
	t.Run("slow down", func(t *testing.T) {
		o := opener(t, quick())
		in := must[place.Info](t)(o.Stat(ctx, s.name("private", "big/a b+%41?.bin")))
		s.set(func() { s.refuse = times(3, http.StatusServiceUnavailable, nil, s.slow) })
		wantContent(t, o, in, data)
		s.set(func() { s.refuse = times(-1, http.StatusServiceUnavailable, nil, s.slow) })
		_, err := content(t, o, in)
		wantError(t, err, corpus.Network, "503", s.name("private", "big/a b+%41?.bin"))
		if n := len(s.requests()); n != 9 {
			t.Errorf("%d requests before it gave up, want 9", n)
		}
	})
	t.Run("missing", func(t *testing.T) {
		s.set(func() {})
		o := opener(t, quick())
		for _, name := range []string{s.name("private", "no"), s.name("nobucket", "no")} {
			_, err := o.Stat(ctx, name)
			wantError(t, err, corpus.NoInput, "404", name)
		}
		if n := len(s.requests()); n != 2 {
			t.Errorf("%d requests, want 2: a 404 is final", n)
		}
	})
	t.Run("changed", func(t *testing.T) {
		o := opener(t, quick())
		in := must[place.Info](t)(o.Stat(ctx, s.name("public", "big.bin")))
		f := must[*place.File](t)(o.Open(ctx, in))
		defer f.Close()
		put(s.public, "big.bin", bytes.ToUpper(data))
		if _, err := f.ReadAt(make([]byte, 10), 500_000); !errors.Is(err, place.ErrChanged) {
			t.Errorf("read of another version: %v", err)
		}
		if _, err := o.Open(ctx, in); !errors.Is(err, place.ErrChanged) {
			t.Errorf("open of another version: %v", err)
		}
		put(s.public, "big.bin", data)
	})
	if s.scheme == "gs" {
		return // the server checks no permission
	}
	t.Run("anonymous", func(t *testing.T) {
		cfg := quick()
		cfg.Anonymous = true
		o := opener(t, cfg)
		s.set(func() {})
		in := must[place.Info](t)(o.Stat(ctx, s.name("public", "big.bin")))
		wantContent(t, o, in, data)
		if all, err := o.List(ctx, s.name("public", "")); len(all) != 1 || err != nil {
			t.Errorf("listed %v, %v", all, err)
		}
		for _, h := range s.headers {
			if h.Get("Authorization") != "" {
				t.Fatal("an anonymous request was signed")
			}
		}
		_, err := o.Stat(ctx, s.name("private", "empty"))
		wantError(t, err, corpus.NoInput, "leave --anonymous out")
		_, err = opener(t, quick()).Stat(ctx, s.name("private", "empty")+anonymous(s))
		wantError(t, err, corpus.NoInput, "leave --anonymous out")
	})
	t.Run("wrong key", func(t *testing.T) {
		t.Setenv("AWS_SECRET_ACCESS_KEY", "not-the-key")
		t.Setenv("AZURE_STORAGE_KEY", "d3Jvbmc=")
		s.set(func() {})
		o := opener(t, quick())
		_, err := o.List(ctx, s.name("private", "many/"))
		wantError(t, err, corpus.NoInput, "403")
		if n := len(s.requests()); n != 1 {
			t.Errorf("%d requests, want 1: a 403 is final", n)
		}
		for _, secret := range []string{"not-the-key", "d3Jvbmc=", accessKey} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds %q: %v", secret, err)
			}
		}
	})
}

// Without credentials the error says where to get them, and nothing else is said.
func TestNoCredentials(t *testing.T) {
	for _, v := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_CONNECTION_STRING"} {
		t.Setenv(v, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent")
	o := opener(t, quick())
	for name, want := range map[string]string{
		"s3://bucket/key":                    "AWS_ACCESS_KEY_ID",
		"gs://bucket/key":                    "GOOGLE_APPLICATION_CREDENTIALS",
		"azblob://bucket/key":                "AZURE_STORAGE_ACCOUNT",
		"azblob://bucket/key?anonymous=true": "storage_account=NAME",
	} {
		_, err := o.Stat(t.Context(), name)
		wantError(t, err, corpus.BadConfig, name, want)
	}
}

func anonymous(s *object) string {
	if s.settings == "" {
		return "?anonymous=true"
	}
	return "&anonymous=true"
}
