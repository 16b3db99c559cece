package collect

import (
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Spellings of the API Gateway API reference (Integration, uri) and of the
// SDK's and CloudFormation's examples.
func TestIntegrationTarget(t *testing.T) {
	for _, c := range []struct{ uri, to, kind string }{
		{"arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:123456789012:function:simpleLambda/invocations", "arn:aws:lambda:us-west-2:123456789012:function:simpleLambda", model.EdgeInvokes},
		{"arn:aws:lambda:us-west-2:123456789012:function:f:live", "arn:aws:lambda:us-west-2:123456789012:function:f", model.EdgeInvokes},
		{"arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:123456789012:function:${stageVariables.f}/invocations", "", ""},
		{"arn:aws:apigateway:us-west-2:sqs:path/123456789012/my-queue", "arn:aws:sqs:us-west-2:123456789012:my-queue", model.EdgeFeeds},
		{"arn:aws:apigateway:us-west-2:s3:path/bucket/key", "", ""},
		{"https://example.com/pets", "", ""},
		{"", "", ""},
	} {
		to, kind := integrationTarget(c.uri, "us-west-2", "123456789012")
		if string(to) != c.to || kind != c.kind {
			t.Errorf("%s: got %q %q, want %q %q", c.uri, to, kind, c.to, c.kind)
		}
	}
}

func FuzzIntegrationTarget(f *testing.F) {
	f.Add("arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:123456789012:function:f:1/invocations")
	f.Add("arn:aws:apigateway:us-west-2:sqs:path/123456789012/q")
	f.Add("arn::apigateway::sqs:path//q")
	f.Fuzz(func(t *testing.T, uri string) {
		to, kind := integrationTarget(uri, "us-west-2", "123456789012")
		if (to == "") != (kind == "") {
			t.Fatalf("%q: %q %q", uri, to, kind)
		}
		if to != "" && (!strings.HasPrefix(string(to), "arn:") || strings.Contains(string(to), "${")) {
			t.Fatalf("%q: %q", uri, to)
		}
		if again, _ := integrationTarget(string(to), unit.Region("us-west-2"), "123456789012"); kind == model.EdgeInvokes && again != to {
			t.Fatalf("%q: %q, and of that %q", uri, to, again)
		}
	})
}
