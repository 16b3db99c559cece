package analyze

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// meteredResource is a resource in eu-west-1 with a month's quantity of a dimension.
func meteredResource(service, name, config, offer, dimension string, quantity int64) model.ResourceInput {
	q := unit.QuantityOf(quantity)
	u := model.MeteredUsage{Month: november, Offer: offer, BilledQuantity: model.BilledQuantity{
		Dimension: dimension, Quantity: model.Bounds{Low: q, Likely: q, High: q}, Basis: model.BasisMeasured,
	}}
	return model.ResourceInput{
		Key:    model.ResourceKey{Account: "123456789012", Region: "eu-west-1", Service: service, Name: name, ID: unit.ResourceID("arn:" + name)},
		Config: json.RawMessage(config), Months: []model.MeteredUsage{u}, InWindow: []model.MeteredUsage{u},
	}
}

// Functions' logs cost what others do where their own price is not known; a
// quantity beyond that rule stays unknown.
func TestLogsOfFunctionsElsewhere(t *testing.T) {
	const vended = "logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)"
	in := inputs()
	in.Resources = []model.ResourceInput{meteredResource("cloudwatch_logs", "/aws/lambda/f", `{}`, "AmazonCloudWatch", vended, 100)}
	a := run(t, in)
	// 100 GB at 0.57 (CloudWatch pricing page, Europe (Ireland), standard logs).
	if got := a.Resources[0].Cost; got.Unknown || got.Likely.StringFixed(2) != "57.00" || a.Resources[0].LineItems[0].Dimension != vended {
		t.Errorf("%+v: %+v", got, a.Resources[0].LineItems)
	}
	in.Resources = []model.ResourceInput{meteredResource("cloudwatch_logs", "/aws/lambda/f", `{}`, "AmazonCloudWatch", vended, 20_000)}
	if a := run(t, in); !a.Resources[0].Cost.Unknown || !a.Total.Unknown {
		t.Errorf("20 TB cost %+v", a.Resources[0].Cost)
	}
}

// Buckets that do not count their requests are said to be.
func TestUnseenRequests(t *testing.T) {
	stored := func(name, config string) model.ResourceInput {
		return meteredResource("s3", name, config, "AmazonS3", "storage-standard", 10)
	}
	in := inputs()
	in.Resources = []model.ResourceInput{stored("counted", `{"metrics_filter":"all"}`), stored("dark", `{}`), stored("darker", `{}`)}
	if s := texts(run(t, in).Warnings); !strings.Contains(s, CodeUnseen+": s3: requests are not known") || !strings.Contains(s, "(2 resources)") {
		t.Errorf("warnings:\n%s", s)
	}
	in.Resources = in.Resources[:1]
	if s := texts(run(t, in).Warnings); strings.Contains(s, CodeUnseen) {
		t.Errorf("warnings:\n%s", s)
	}
}
