package collect

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Buckets are named in the host at AWS, in the path anywhere else.
func TestPathStyle(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"":                                   false,
		"http://127.0.0.1:4566":              true,
		"http://localhost:4566":              true,
		"https://minio.example.org":          true,
		"https://amazonaws.com.example.org/": true,
		"://":                                true,
		"https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com": false,
		"https://s3.eu-west-1.amazonaws.com":                                false,
		"https://s3.cn-north-1.amazonaws.com.cn":                            false,
		"https://s3.us-east-1.api.aws":                                      false,
	} {
		tg := &target{config: aws.Config{Region: "us-east-1"}}
		if endpoint != "" {
			tg.config.BaseEndpoint = aws.String(endpoint)
		}
		var got s3.Options = tg.s3Client().Options()
		if got.UsePathStyle != want {
			t.Errorf("%q: path style %v, want %v", endpoint, got.UsePathStyle, want)
		}
	}
}
