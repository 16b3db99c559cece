package model_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/model/usage"
)

// estimate prices a usage file in us-east-1 that lists the given resources,
// each in YAML's flow style.
func estimate(t testing.TB, head string, resources ...string) model.Estimate {
	t.Helper()
	text := "region: us-east-1\n" + head + "\nresources:\n"
	for _, r := range resources {
		text += "  - {" + r + "}\n"
	}
	u, err := usage.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return model.NewEstimate(price.Embedded(), u)
}

func amount(c model.Cost) string {
	if c.Unknown {
		return "unknown"
	}
	return c.Likely.String()
}

// AWS's own worked examples, in the price of today where a page is older. The
// pages round each line to cents.
func TestPublishedExamples(t *testing.T) {
	for _, c := range []struct{ source, head, resource, want string }{
		{
			"AWS Lambda pricing page, mobile backend: 3M requests of 120 ms at 1,536 MB, free tier: 2.33 + 0.40",
			"free_tier: true", "service: lambda, memory_mb: 1536, requests: 3000000, duration_ms: 120", "2.73",
		},
		{
			"AWS Lambda pricing page (2019), example 1: 3M requests of 1 s at 512 MB, free tier: 1.1M GB-s + 2M requests; at 0.0000166667",
			"free_tier: true", "service: lambda, memory_mb: 512, requests: 3000000, duration_ms: 1000", "18.73",
		},
		{
			"AWS Lambda pricing page, provisioned concurrency: 1,000 for 2 h at 1,024 MB, 1.2M requests of 1 s; no free tier: 30.00 + 0.24 + 11.67",
			"free_tier: true", "service: lambda, memory_mb: 1024, provisioned_concurrency: 1000, provisioned_hours: 2, provisioned_requests: 1200000, provisioned_duration_ms: 1000", "41.91",
		},
		{
			"AWS Fargate pricing page, example 1: 5 tasks of 1 vCPU and 2 GB, 10 minutes on 30 days: 1.01 + 0.22",
			"", "service: fargate, tasks: 5, vcpu: 1, memory_gb: 2, hours: 5", "1.23",
		},
		{
			"Elastic Load Balancing pricing page, example 1: 1.08 LCU, 720 h: 0.03114 an hour",
			"", "service: alb, hours: 720, new_connections_per_second: 1, active_connections: 120, processed_gb_per_hour: 1.08, rule_evaluations_per_second: 250, lambda_targets: false", "22.42",
		},
		{
			"Elastic Load Balancing pricing page, example 2: the same with Lambda targets, 2.7 LCU: 0.0441 an hour",
			"", "service: alb, hours: 720, new_connections_per_second: 1, active_connections: 120, processed_gb_per_hour: 1.08, rule_evaluations_per_second: 250", "31.75",
		},
		{
			"AWS Lambda pricing page, Managed Instances' fee: 15 % of on demand; regimes-lambda gives 0.02175 an hour for c7g.xlarge at 0.145",
			"", "service: lambda_managed_instances, instance_type: c7g.xlarge, instance_hours: 730, requests: 1000000", "121.93",
		},
	} {
		e := estimate(t, c.head, c.resource)
		if got := e.Total.Likely.StringFixed(2); e.Total.Unknown || got != c.want {
			t.Errorf("%s: got %s, want %s", c.source, got, c.want)
		}
	}
}

// Each field alone, or with the least it needs. The prices are those of
// us-east-1 (see the price book), the arithmetic was done by hand.
func TestEachField(t *testing.T) {
	const mem = "service: lambda, memory_mb: 1024, "
	for _, c := range []struct{ resource, want string }{
		{"service: lambda", "0"},
		{"service: lambda, requests: 1000000", "0.2"},
		{mem + "requests: 1000, duration_ms: 1000", "0.0168667"},
		{mem + "requests: 1000, duration_ms: 1000, architecture: arm64", "0.0135334"},
		{"service: lambda, requests: 8000, duration_ms: 1000", "0.0182667"}, // 128 MB: 1,000 GB-s
		{mem + "requests: 100, duration_ms: 0, cold_starts: 100, init_duration_ms: 500", "0.000853335"},
		{mem + "requests: 100, cold_starts: 100, init_duration_ms: 500, init_billed: false", "0.00002"},
		{"service: lambda, memory_mb: 2048, requests: 100, restores: 100, billed_restore_duration_ms: 200", "0.028646628"},
		{"service: lambda, memory_mb: 2048, requests: 100, restores: 100, billed_restore_duration_ms: 200, restored_gb: 0", "0.000686668"},
		{"service: lambda, restored_gb: 1000", "0.1397998"},
		{"service: lambda, snapstart_cached_gb_seconds: 1000000", "1.5046"},
		{mem + "provisioned_concurrency: 10, provisioned_hours: 100", "15.00012"},
		{mem + "provisioned_requests: 1000000, provisioned_duration_ms: 100", "1.17222"},
		{"service: lambda, requests: 1000000, async_event_kb: 256", "0.2"},
		{"service: lambda, requests: 1000000, async_event_kb: 256.5", "0.4"},
		{"service: lambda, requests: 1000000, async_event_kb: 320", "0.4"},
		{"service: lambda, requests: 1000000, async_event_kb: 321", "0.6"},
		{"service: lambda, requests: 1000000, async_event_kb: 1024", "2.6"},
		{"service: lambda, streamed_gb: 100", "0.8"},
		{"service: lambda, gb_seconds: 1000000", "16.6667"},
		{"service: lambda, kafka_poller_unit_hours: 100", "18.5"},
		{"service: lambda, sqs_poller_unit_hours: 100", "0.925"},
		{"service: lambda, memory_mb: 512, tenant_environments_created: 1000", "0.0833335"},
		{"service: lambda, memory_mb: 512, tenant_environments_created: 1000, architecture: arm64", "0.0666665"},
		{mem + "requests: 1000, duration_ms: 1000, ephemeral_storage_mb: 512", "0.0168667"},
		{mem + "requests: 1000, duration_ms: 1000, ephemeral_storage_mb: 10240", "0.01716025"},
		{"service: lambda, memory_mb: 2048, gb_seconds: 1000, ephemeral_storage_mb: 10240", "0.016813475"},
		{mem + "provisioned_requests: 1000, provisioned_duration_ms: 1000, ephemeral_storage_mb: 10240", "0.01021575"},

		{"service: lambda_edge, requests: 1000000", "0.6"},
		{"service: lambda_edge, requests: 1000000, duration_ms: 50", "0.9125625"},
		{"service: lambda_edge, requests: 1000000, duration_ms: 50, memory_mb: 256", "1.225125"},

		{"service: lambda_managed_instances, instance_type: c7g.xlarge, instance_hours: 100", "16.675"},
		{"service: lambda_managed_instances, instance_type: c7g.xlarge, requests: 1000000", "0.2"},
		// 0.145 × 0.7169 + 0.15 × 0.145, whatever the purchase
		{"service: lambda_managed_instances, instance_type: c7g.xlarge, instance_hours: 100, purchase: savings-plan-1y", "12.57005"},
		{"service: lambda_managed_instances, instance_type: c7g.xlarge, instance_hours: 100, purchase: spot", "7.25"},

		{"service: lambda_durable, executions: 1000000", "8"},
		{"service: lambda_durable, operations: 1000000", "8"},
		{"service: lambda_durable, gb_written: 10", "2.5"},
		{"service: lambda_durable, gb_months_retained: 10", "1.5"},

		{"service: fargate, vcpu: 0.25, memory_gb: 0.5", "9.010025"}, // 730 h
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 0", "0"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100", "1.23425"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, tasks: 3", "3.70275"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, architecture: arm64", "0.9875"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, purchase: spot", "0.39298125"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, purchase: savings-plan-1y", "0.9874"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, purchase: savings-plan-3y, architecture: arm64", "0.53325"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, ephemeral_storage_gb: 20", "1.23425"},
		{"service: fargate, vcpu: 0.25, memory_gb: 0.5, hours: 100, tasks: 2, ephemeral_storage_gb: 30", "2.6905"},

		{"service: ec2, instance_type: c7g.large", "52.925"},
		{"service: ec2, instance_type: c7g.large, count: 2", "105.85"},
		{"service: ec2, instance_type: c7g.large, hours: 100", "7.25"},
		{"service: ec2, instance_type: c7g.large, hours: 100, purchase: spot", "2.5375"},
		{"service: ec2, instance_type: c7g.large, hours: 100, purchase: savings-plan-1y", "5.197525"},
		{"service: ec2, instance_type: c5.large, hours: 100, purchase: standard-ri-1y", "5.35415"},
		{"service: ec2, instance_type: c7g.large, count: 0, ebs_gp3_gb: 100", "8"},
		{"service: ec2, instance_type: t3.micro, count: 0, surplus_vcpu_hours: 100", "5"},
		{"service: ec2, instance_type: t4g.micro, count: 0, surplus_vcpu_hours: 100", "4"},

		{"service: alb", "16.425"},
		{"service: alb, hours: 100", "2.25"},
		{"service: alb, hours: 100, lcu: 2.5", "4.25"},
		{"service: alb, hours: 100, new_connections_per_second: 50", "3.85"},
		{"service: alb, hours: 100, active_connections: 6000", "3.85"},
		{"service: alb, hours: 100, processed_gb_per_hour: 2", "6.25"},
		{"service: alb, hours: 100, processed_gb_per_hour: 2, lambda_targets: false", "3.85"},
		{"service: alb, hours: 100, rule_evaluations_per_second: 2000", "3.85"},
		{"service: alb, hours: 100, rule_evaluations_per_second: 2000, active_connections: 9000", "4.65"},

		{"service: nat_gateway", "32.85"},
		{"service: nat_gateway, hours: 100", "4.5"},
		{"service: nat_gateway, hours: 0, processed_gb: 100", "4.5"},

		{"service: data_transfer, internet_out_gb: 20480", "1792"},
		{"service: data_transfer, cross_az_gb: 100", "2"},
	} {
		e := estimate(t, "", c.resource)
		if got := amount(e.Total); got != c.want {
			t.Errorf("%s: got %s, want %s", c.resource, got, c.want)
		}
		checkSums(t, e)
	}
}

// checkSums holds lines against their totals.
func checkSums(t *testing.T, e model.Estimate) {
	t.Helper()
	var total unit.USD
	for _, r := range e.Resources {
		var sum unit.USD
		for _, i := range r.LineItems {
			if i.Quantity.Sign() <= 0 || i.Dimension == "" {
				t.Errorf("%s: an empty line %+v", r.Name, i)
			}
			if i.Cost.Unknown {
				continue
			}
			if i.Cost.Likely.Cmp(i.UnitPrice.Mul(i.Quantity)) != 0 || i.Unit == "" || i.Source.Name == "" {
				t.Errorf("%s: %+v", r.Name, i)
			}
			sum = sum.Add(i.Cost.Likely)
		}
		if !r.Cost.Unknown && r.Cost.Likely.Cmp(sum) != 0 {
			t.Errorf("%s costs %s, its lines %s", r.Name, r.Cost.Likely, sum)
		}
		total = total.Add(sum)
	}
	if !e.Total.Unknown && e.Total.Likely.Cmp(total) != 0 {
		t.Errorf("total %s, resources %s", e.Total.Likely, total)
	}
}

// lines prints line items as "dimension quantity@price" with the tier's start
// where it is not the first.
func lines(r model.EstimatedResource) string {
	var out []string
	for _, i := range r.LineItems {
		s := fmt.Sprintf("%s %s@", i.Dimension, i.Quantity)
		if i.Cost.Unknown {
			s += "?"
		} else {
			s += i.UnitPrice.String()
		}
		if !i.TierFrom.IsZero() {
			s += " from " + i.TierFrom.String()
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestTiersAndAllowancesAreShared(t *testing.T) {
	for _, c := range []struct {
		name, head string
		resources  []string
		want       []string
	}{
		{
			"resources of a region share tiers in the file's order", "",
			[]string{
				"service: lambda, gb_seconds: 5000000000",
				"service: lambda, gb_seconds: 2000000000, region: eu-west-1",
				"service: lambda, gb_seconds: 2000000000",
				"service: lambda, gb_seconds: 2000000000, architecture: arm64",
			},
			[]string{
				"duration-x86 5000000000@0.0000166667",
				"duration-x86 2000000000@0.0000166667",
				"duration-x86 1000000000@0.0000166667, duration-x86 1000000000@0.000015 from 6000000000",
				"duration-arm 2000000000@0.0000133334",
			},
		},
		{
			"the allowances are used once, by both architectures and all regions", "free_tier: true",
			[]string{
				"service: lambda, requests: 600000, gb_seconds: 300000",
				"service: lambda, requests: 600000, gb_seconds: 300000, architecture: arm64, region: eu-west-1",
				"service: lambda, requests: 1, gb_seconds: 1",
			},
			[]string{
				"requests 600000@0, duration-x86 300000@0",
				"requests 400000@0, requests 200000@0.0000002, duration-arm 100000@0, duration-arm 200000@0.0000133334",
				"requests 1@0.0000002, duration-x86 1@0.0000166667",
			},
		},
		{
			"an allowance fills the bottom of the first tier, whose bound stays", "free_tier: true",
			[]string{"service: lambda, gb_seconds: 6000000001"},
			[]string{"duration-x86 400000@0, duration-x86 5999600000@0.0000166667, duration-x86 1@0.000015 from 6000000000"},
		},
		{
			"provisioned concurrency has no allowance", "free_tier: true",
			[]string{"service: lambda, memory_mb: 1024, provisioned_requests: 10, provisioned_duration_ms: 1000, provisioned_concurrency: 1, provisioned_hours: 1"},
			[]string{"requests 10@0.0000002, provisioned-duration-x86 10@0.0000097222, provisioned-concurrency-x86 3600@0.0000041667"},
		},
		{
			"the first 100 GB to the internet, once over all regions", "free_tier: true",
			[]string{
				"service: data_transfer, internet_out_gb: 60",
				"service: data_transfer, internet_out_gb: 60, region: eu-west-1",
			},
			[]string{"internet-out 60@0", "internet-out 40@0, internet-out 20@0.09"},
		},
		{
			"without free tier nothing is free", "free_tier: false",
			[]string{"service: data_transfer, internet_out_gb: 60"},
			[]string{"internet-out 60@0.09"},
		},
		{
			"hours of the month are the default of hours", "hours_in_month: 100",
			[]string{"service: nat_gateway", "service: alb", "service: ec2, instance_type: c5.large", "service: fargate, vcpu: 1, memory_gb: 2"},
			[]string{
				"nat-gateway-hour 100@0.045", "application-load-balancer 100@0.0225", "linux-shared-on-demand:c5.large 100@0.085",
				"fargate-linux-x86-vcpu 100@0.04048, fargate-linux-x86-memory 200@0.004445",
			},
		},
	} {
		e := estimate(t, c.head, c.resources...)
		for i, r := range e.Resources {
			if got := lines(r); got != c.want[i] {
				t.Errorf("%s: resource %d\n got %s\nwant %s", c.name, i, got, c.want[i])
			}
		}
		checkSums(t, e)
	}
}

func TestMissingPrices(t *testing.T) {
	for _, c := range []struct{ resource, lines, warning string }{
		{
			"service: lambda, region: eu-west-1, memory_mb: 1024, requests: 1000, duration_ms: 1000, ephemeral_storage_mb: 1024",
			"requests 1000@0.0000002, duration-x86 1000@0.0000166667, ephemeral-storage-x86 500@?",
			"no price for AWSLambda ephemeral-storage-x86 in eu-west-1",
		},
		{
			"service: lambda, region: af-south-1, gb_seconds: 6000000002",
			"duration-x86 6000000000@0.0000221, duration-x86 2@? from 6000000000",
			"no price for AWSLambda duration-x86 in af-south-1 beyond 6000000000 GB-second a month",
		},
		{
			"service: fargate, region: eu-west-1, vcpu: 1, memory_gb: 2, hours: 1, purchase: savings-plan-1y",
			"fargate-x86-vcpu:1yr-no-upfront 1@?, fargate-x86-memory:1yr-no-upfront 2@?",
			"no price for ComputeSavingsPlans fargate-x86-vcpu:1yr-no-upfront in eu-west-1",
		},
		{
			"service: ec2, region: eu-north-1, instance_type: c7g.large, hours: 1",
			"linux-shared-on-demand:c7g.large 1@?",
			"no price for AmazonEC2 linux-shared-on-demand:c7g.large in eu-north-1",
		},
		{
			"service: ec2, instance_type: c99.large, hours: 1, purchase: standard-ri-3y",
			"linux-shared-standard-ri-3y:c99.large 1@?",
			"no price for AmazonEC2 linux-shared-on-demand:c99.large in us-east-1",
		},
		{
			"service: lambda_managed_instances, region: eu-west-1, instance_type: c7g.large, requests: 5",
			"managed-instances-requests 5@?",
			"no price for AWSLambda managed-instances-requests in eu-west-1",
		},
		{
			"service: alb, region: eu-north-1, hours: 1, lcu: 1",
			"application-load-balancer 1@?, application-load-balancer-lcu 1@?",
			"no price for AWSELB application-load-balancer in eu-north-1",
		},
	} {
		e := estimate(t, "", "service: nat_gateway, hours: 1", c.resource)
		if got := lines(e.Resources[1]); got != c.lines {
			t.Errorf("%s\n got %s\nwant %s", c.resource, got, c.lines)
		}
		if !e.Total.Unknown || !e.Resources[1].Cost.Unknown || e.Resources[0].Cost.Unknown {
			t.Errorf("%s: total %s, resources %s and %s", c.resource, amount(e.Total), amount(e.Resources[0].Cost), amount(e.Resources[1].Cost))
		}
		if !warned(e, model.CodePriceMissing, c.warning) {
			t.Errorf("%s: no warning %q in %v", c.resource, c.warning, e.Warnings)
		}
		checkSums(t, e)
	}
}

// What is not used needs no price.
func TestMissingPriceOfNothing(t *testing.T) {
	e := estimate(t, "", "service: lambda, region: eu-north-1", "service: ec2, region: eu-north-1, instance_type: c5.large, count: 0")
	if got := amount(e.Total); got != "0" || len(e.Warnings) != 0 {
		t.Errorf("total %s, warnings %v", got, e.Warnings)
	}
}

func warned(e model.Estimate, code, text string) bool {
	for _, w := range e.Warnings {
		if w.Code == code && strings.Contains(w.Text, text) {
			return true
		}
	}
	return false
}

func TestDoubtfulPricesAreFlagged(t *testing.T) {
	for _, c := range []struct{ resource, code, flag, text string }{
		{"service: ec2, instance_type: c7g.large, purchase: spot", "price-assumed", "assumed", "0.35 of the on-demand price"},
		{"service: ec2, instance_type: c7g.large, purchase: savings-plan-3y", "price-approximate", "approximate", "convertible"},
		{"service: lambda_managed_instances, instance_type: c7g.large, instance_hours: 1, purchase: savings-plan-1y", "price-approximate", "approximate", "c7g.large in us-east-1"},
		{"service: fargate, vcpu: 1, memory_gb: 2, purchase: spot", "price-floating", "floating", "2026-09-28"},
		{"service: alb, region: eu-west-1", "price-remembered", "", "application-load-balancer in eu-west-1"},
		{"service: lambda, region: me-central-1, gb_seconds: 1", "price-undated", "", "duration-x86 in me-central-1"},
	} {
		e := estimate(t, "", c.resource)
		if !warned(e, c.code, c.text) || e.Resources[0].LineItems[0].PriceFlag != c.flag {
			t.Errorf("%s: flag %q, warnings %v", c.resource, e.Resources[0].LineItems[0].PriceFlag, e.Warnings)
		}
	}
	if e := estimate(t, "", "service: ec2, instance_type: c5.large, purchase: standard-ri-1y"); len(e.Warnings) != 0 {
		t.Errorf("a reserved instance's price warns: %v", e.Warnings)
	}
}

// What looks like an oversight is priced as it stands, an omitted quantity as
// zero, and said.
func TestOddUsageIsPricedAndWarned(t *testing.T) {
	for _, c := range []struct{ resource, want, text string }{
		{"service: lambda, requests: 1000, duration_ms: 1000, gb_seconds: 1000000", "16.6669", "gb_seconds stands instead of duration_ms"},
		{"service: alb, hours: 100, lcu: 2.5, active_connections: 90000", "4.25", "lcu stands instead of active_connections"},
		{"service: fargate, tasks: 3", "0", "vcpu: 0 is no Fargate size: want one of 0.25, 0.5, 1, 2, 4, 8, 16"},
		{"service: fargate, ephemeral_storage_gb: 120, hours: 100", "1.11", "vcpu: 0 is no Fargate size"},
		{"service: fargate, vcpu: 3, memory_gb: 8, hours: 100", "15.7", "vcpu: 3 is no Fargate size"},
		{"service: fargate, vcpu: 1, memory_gb: 9, hours: 100", "8.0485", "memory_gb: 9 GB is no Fargate size with 1 vCPU: 2 to 8 GB in steps of 1"},
		{"service: fargate, vcpu: 8, memory_gb: 18, hours: 100", "40.385", "memory_gb: 18 GB is no Fargate size with 8 vCPU: 16 to 60 GB in steps of 4"},
		{"service: fargate, vcpu: 0.25, memory_gb: 1.5, hours: 100", "1.67875", "0.25 vCPU: 0.5 or 1 to 2 GB in steps of 1"},
	} {
		e := estimate(t, "", c.resource)
		if got := e.Total.Likely.String(); e.Total.Unknown || got != c.want || !warned(e, "usage", c.text) {
			t.Errorf("%s: got %s, want %s; warnings %v", c.resource, got, c.want, e.Warnings)
		}
	}
}

// A file may be cut into resources anyhow: what they cost together stays.
func TestSplittingChangesNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		whole := rnd.Int64N(40_000_000_000)
		var parts []string
		for left := whole; left > 0; {
			part := min(left, 1+rnd.Int64N(10_000_000_000))
			parts = append(parts, fmt.Sprintf("service: lambda, requests: %d, gb_seconds: %d", part, part))
			left -= part
		}
		for _, head := range []string{"free_tier: false", "free_tier: true"} {
			one := estimate(t, head, fmt.Sprintf("service: lambda, requests: %d, gb_seconds: %d", whole, whole))
			if many := estimate(t, head, parts...); many.Total.Likely.Cmp(one.Total.Likely) != 0 {
				t.Errorf("%d in %d parts, %s: %s, in one %s", whole, len(parts), head, amount(many.Total), amount(one.Total))
			}
		}
	}
}

// Each service stands once, and each field's default can be read.
func TestServicesAreSound(t *testing.T) {
	names := model.ServiceNames()
	for _, want := range []string{"alb", "data_transfer", "ec2", "fargate", "lambda", "lambda_durable", "lambda_edge", "lambda_managed_instances", "nat_gateway"} {
		if _, ok := model.ServiceNamed(want); !ok {
			t.Errorf("no service %s in %v", want, names)
		}
	}
	for _, name := range names {
		s, _ := model.ServiceNamed(name)
		if _, err := model.NewValues(s, unit.QuantityOf(730)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		seen := map[string]bool{"name": true, "service": true, "region": true}
		for _, f := range s.Fields {
			if seen[f.Name] || f.Kind == model.Choice && len(f.Choices) < 2 {
				t.Errorf("%s: field %s", name, f.Name)
			}
			seen[f.Name] = true
		}
		for _, a := range s.Allowances {
			p, err := price.Embedded().Lookup(a.Of)
			if err != nil || p.Tiers[0].NoEnd || !p.Tiers[0].Price.IsZero() {
				t.Errorf("%s: allowance %s: %v", name, a.Name, err)
			}
		}
	}
}

// A file of 1,000 functions in several regions, as it is read and priced.
func BenchmarkEstimate(b *testing.B) {
	regions := []string{"us-east-1", "us-east-2", "eu-west-1", "eu-central-1", "ap-northeast-1"}
	var resources []string
	for i := range 1000 {
		resources = append(resources, fmt.Sprintf("name: f%d, service: lambda, region: %s, memory_mb: 512, requests: %d, duration_ms: 120, cold_starts: 100, init_duration_ms: 300", i, regions[i%5], 1000*i))
	}
	text := []byte("free_tier: true\nresources:\n  - {" + strings.Join(resources, "}\n  - {") + "}\n")
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := usage.Parse("bench.yaml", text); err != nil {
				b.Fatal(err)
			}
		}
	})
	u, err := usage.Parse("bench.yaml", text)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("price", func(b *testing.B) {
		for b.Loop() {
			if e := model.NewEstimate(price.Embedded(), u); e.Total.Unknown {
				b.Fatal(e.Warnings)
			}
		}
	})
}
