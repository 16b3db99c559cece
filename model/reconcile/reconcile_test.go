package reconcile

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// TestNames holds usage types against the dimensions they are billed under.
// Usage types: AWS Price List offer files (product attribute usagetype), and
// for S3 the user guide's "Understanding your AWS billing and usage reports".
func TestNames(t *testing.T) {
	for _, tt := range []struct{ product, usage, operation, service, dimension string }{
		{"AWSLambda", "Request", "Invoke", "lambda", "requests"},
		{"AWSLambda", "EUW1-Request-ARM", "Invoke", "lambda", "requests"},
		{"AWS Lambda", "USE2-Lambda-GB-Second-ARM", "Invoke", "lambda", "duration-arm"},
		{"AWSLambda", "Global-Lambda-GB-Second", "", "lambda", "duration-x86"},
		{"AWSLambda", "APN1-Lambda-Provisioned-Concurrency", "", "lambda", "provisioned-concurrency-x86"},
		{"AWSLambda", "USE1-Lambda-Managed-Instances-c7g.xlarge-Management-Hours", "", "lambda", "managed-instances-management-fee:c7g.xlarge"},
		{"AWSLambda", "Lambda-New-Thing", "", "lambda", ""},
		{"AmazonApiGateway", "EU-ApiGatewayRequest", "", "apigateway", "rest-requests"},
		{"AmazonApiGateway", "APS3-ApiGatewayCacheUsage:0.5GB", "", "apigateway", "rest-cache-0.5GB"},
		{"AmazonDynamoDB", "IA-ReadRequestUnits", "", "dynamodb", "ia-on-demand-read"},
		{"AmazonDynamoDB", "EUC1-IA-WriteRequestUnits", "", "dynamodb", "ia-on-demand-write"},
		{"AmazonDynamoDB", "TimedStorage-ByteHrs", "", "dynamodb", "storage-standard"},
		{"AmazonS3", "EU-TimedStorage-ByteHrs", "StandardStorage", "s3", "storage-standard"},
		{"AmazonS3", "Requests-SIA-Tier1", "PutObject", "s3", "standard-ia-requests-tier1"},
		{"AmazonCloudWatch", "TimedStorage-ByteHrs", "HourlyStorageMetering", "cloudwatch_logs", "logs-storage"},
		{"AmazonCloudWatch", "CW:GMD-Metrics", "GetMetricData", "AmazonCloudWatch", ""},
		{"AWSEvents", "USE1-Event-64K-Chunks", "PutEvents", "eventbridge", "custom-events"},
		{"AWSEvents", "USE1-Event-64K-Chunks", "ReceivedPartnerEvents", "eventbridge", "partner-events"},
		{"AWSQueueService", "Requests-FIFO-RBP", "", "sqs", "fifo-requests"},
		{"AmazonStates", "USW2-StateTransition", "", "stepfunctions", "standard-state-transitions"},
		{"AmazonKinesis", "Storage-ShardHour", "shardHourStorage", "kinesis", "shard"},
		{"AmazonKinesis", "Extended-ShardHour", "", "kinesis", "extended-retention-7d"},
		{"AWSLambda", "DataTransfer-Out-Bytes", "", "data_transfer", "internet-out"},
		{"AmazonRDS", "InstanceUsage:db.t3.micro", "", "AmazonRDS", ""},
		{"", "", "", "", ""},
	} {
		service := ServiceOf(tt.product, tt.usage)
		if dimension := DimensionOf(service, tt.usage, tt.operation); service != tt.service || dimension != tt.dimension {
			t.Errorf("%s %s: %s %q, want %s %q", tt.product, tt.usage, service, dimension, tt.service, tt.dimension)
		}
	}
}

// TestDimensionsAreInTheBook wants every dimension that a usage type is mapped
// to to be one that the price book has.
func TestDimensionsAreInTheBook(t *testing.T) {
	has := map[string]bool{}
	for _, p := range price.Embedded().Find("", "us-east-1") {
		has[p.Key.Dimension] = true
	}
	for _, names := range []map[string]string{lambdaUsage, s3Usage, logsUsage, eventBridgeUsage, kinesisOperations} {
		for usage, dimension := range names {
			if !has[dimension] {
				t.Errorf("%s: the book has no %q", usage, dimension)
			}
		}
	}
}

var october = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

const account = unit.AccountID("111122223333")

// resource is one of a service that costs an amount within bounds.
func resource(service, dimension, quantity, low, likely, high string) model.Resource {
	c := model.Cost{Low: unit.MustUSD(low), Likely: unit.MustUSD(likely), High: unit.MustUSD(high)}
	q, err := unit.ParseQuantity(quantity)
	if err != nil {
		panic(err) // the tests' own numbers
	}
	return model.Resource{
		Key:       model.ResourceKey{Account: account, Region: "us-east-1", Service: service, Name: dimension},
		LineItems: []model.LineItem{{Dimension: dimension, Quantity: q, Cost: c}},
		Cost:      c,
	}
}

func usage(service, usageType, billed string) Charge {
	return Charge{
		Account: account, Region: "us-east-1", Service: service, Product: service, UsageType: usageType, Category: CategoryUsage,
		Quantity: unit.QuantityOf(1), Billed: unit.MustUSD(billed), Comparable: unit.MustUSD(billed),
	}
}

func analysis(rs ...model.Resource) *model.Analysis {
	return &model.Analysis{Accounts: []unit.AccountID{account}, Regions: []unit.Region{"us-east-1"}, Resources: rs}
}

// TestReasons tells one difference at a time.
func TestReasons(t *testing.T) {
	with := func(c Charge, change func(*Charge)) Charge {
		change(&c)
		return c
	}
	write := func(billed string) Charge { return usage("dynamodb", "WriteRequestUnits", billed) }
	exact := resource("dynamodb", "on-demand-write", "100", "10", "10", "10")
	ranged := resource("dynamodb", "on-demand-write", "100", "8", "10", "12")
	gap := analysis(exact)
	gap.Gaps = []model.Gap{{Service: "dynamodb"}}
	unpriced := resource("dynamodb", "on-demand-write", "100", "0", "0", "0")
	unpriced.LineItems[0].Cost = model.UnknownCost
	for _, tt := range []struct {
		name     string
		an       *model.Analysis
		charge   Charge
		reasons  []string
		within   bool
		complete bool
	}{
		{"the same", analysis(exact), write("10"), []string{ReasonMatches}, true, true},
		{"half a thousandth", analysis(exact), write("10.005"), []string{ReasonRounding}, true, true},
		{"3 % too much", analysis(exact), write("10.3"), []string{ReasonUnexplained}, false, true},
		{"3 % too little", analysis(exact), write("9.7"), []string{ReasonUnexplained}, false, true},
		{"inside the range", analysis(ranged), write("11"), []string{ReasonInferred}, true, true},
		{"above the range", analysis(ranged), write("13"), []string{ReasonUnexplained}, false, true},
		{"metrics are missing", gap, write("11"), []string{ReasonGap}, true, false},
		{"a gap makes no cost", gap, write("9"), []string{ReasonUnexplained}, false, true},
		{"no price", analysis(unpriced), write("10"), []string{ReasonNoPrice}, true, false},
		{"no metric", analysis(), write("10"), []string{ReasonNotMeasured}, true, false},
		{"not on the bill", analysis(exact), with(write("0"), func(c *Charge) { c.Category = "tax"; c.Billed = unit.MustUSD("1") }), []string{ReasonTax, ReasonUnexplained}, false, true},
		{"another account", analysis(), with(write("10"), func(c *Charge) { c.Account = "9" }), []string{ReasonNotMeasured}, true, false},
		{"another region", analysis(), with(write("10"), func(c *Charge) { c.Region = "eu-west-1" }), []string{ReasonNotMeasured}, true, false},
		{"before collecting", analysis(), with(write("10"), func(c *Charge) { c.Outside = true }), []string{ReasonGap}, true, false},
		{"a service of others", analysis(), usage("AmazonRDS", "InstanceUsage:db.t3", "10"), []string{ReasonNotMeasured}, true, true},
		{"a private rate", analysis(exact), with(write("9"), func(c *Charge) { c.Comparable = unit.MustUSD("10") }), []string{ReasonDiscount, ReasonMatches}, true, true},
		{"covered by a plan", analysis(exact), with(write("0"), func(c *Charge) { c.Comparable = unit.MustUSD("10"); c.Category = CategoryPlanUsage }), []string{ReasonMatches, ReasonPlan}, true, true},
		{"free", analysis(exact), with(write("0"), func(c *Charge) { c.Free, c.Quantity = true, unit.QuantityOf(100) }), []string{ReasonFreeTier}, true, true},
	} {
		r := Run(Bill{Source: "cur", Month: october, Charges: []Charge{tt.charge}}, tt.an, Options{Tolerance: 0.001})
		var got []string
		for _, s := range r.Services {
			for _, l := range s.Lines {
				got = append(got, l.Reason)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.reasons) || r.Within != tt.within || r.Complete != tt.complete {
			t.Errorf("%s: %q, within %v, complete %v", tt.name, got, r.Within, r.Complete)
		}
	}
}

// TestAddsUp wants lines to add up to services and services to the bill and
// the model, whatever is on the bill and in whatever order.
func TestAddsUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	categories := []string{CategoryUsage, CategoryUsage, CategoryPlanUsage, CategoryReservedUsage, "credit", "tax", "nonsense"}
	types := [][2]string{{"dynamodb", "WriteRequestUnits"}, {"dynamodb", "ReadRequestUnits"}, {"lambda", "Request"}, {"AmazonRDS", "x"}, {"s3", "new"}}
	for range 200 {
		var charges []Charge
		billed := unit.USD{}
		for range rnd.IntN(30) {
			u := types[rnd.IntN(len(types))]
			c := usage(u[0], u[1], fmt.Sprintf("%d.%06d", rnd.IntN(5), rnd.IntN(1e6)))
			c.Category = categories[rnd.IntN(len(categories))]
			c.Comparable = c.Billed.Add(unit.MustUSD(fmt.Sprintf("0.%03d", rnd.IntN(1000))))
			if rnd.IntN(4) == 0 {
				c.Free, c.Billed, c.Comparable = true, unit.USD{}, unit.USD{}
			}
			c.Outside = rnd.IntN(10) == 0
			billed = billed.Add(c.Billed)
			charges = append(charges, c)
		}
		an := analysis(resource("dynamodb", "on-demand-write", "3", "1", "2", "3"), resource("dynamodb", "on-demand-read", "3", "2", "2", "2"), resource("s3", "storage-standard", "1", "1", "1", "1"))
		r := Run(Bill{Month: october, Charges: charges}, an, Options{Tolerance: 0.001})
		lines, modelled := unit.USD{}, nothing
		for _, s := range r.Services {
			for _, l := range s.Lines {
				lines, modelled = lines.Add(l.Billed), modelled.Add(l.Modelled)
			}
		}
		want := unit.MustUSD("5")
		if len(charges) == 0 {
			want = unit.USD{} // no account is on the bill
		}
		if lines.Cmp(billed) != 0 || r.Billed.Cmp(billed) != 0 || modelled.Likely.Cmp(r.Modelled.Likely) != 0 || modelled.Likely.Sub(want).Round(20).Sign() != 0 {
			t.Fatalf("billed %s, lines %s, result %s; modelled %s, want %s", billed, lines, r.Billed, modelled.Likely, want)
		}
		slices.Reverse(charges)
		if again := Run(Bill{Month: october, Charges: charges}, an, Options{Tolerance: 0.001}); !reflect.DeepEqual(again.Services, r.Services) {
			t.Logf("%+v\n%+v", r.Services, again.Services)
			t.Fatal("another order of the same charges gives another result")
		}
	}
}
