package pricelist

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/pricelist/listtest"
	"github.com/breakeven-dev/breakeven/model/price"
)

func reader(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }

func opened(b []byte) opener {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// TestSkips holds that a product that cannot be right is counted and left out,
// and that the others of its file are taken.
func TestSkips(t *testing.T) {
	request := func(change func(p *listtest.Product)) listtest.Product {
		p := listtest.Usage("BAD", "us-east-1", "Request", "", "0.0000002")
		change(&p)
		return p
	}
	tiers := func(all ...listtest.Tier) listtest.Product {
		return request(func(p *listtest.Product) { p.Tiers = all })
	}
	flat := func(usd string) listtest.Product { return tiers(listtest.Flat(usd)...) }
	for _, c := range []struct {
		name   string
		bad    []listtest.Product
		reason string
	}{
		{"another currency", []listtest.Product{request(func(p *listtest.Product) { p.Currency = "CNY" })}, NotUSD},
		{"a negative price", []listtest.Product{flat("-0.0000002")}, NotPlain},
		{"no number", []listtest.Product{flat("free")}, NotPlain},
		{"not a number", []listtest.Product{flat("NaN")}, NotPlain},
		{"an exponent", []listtest.Product{flat("1e-999999999")}, NotPlain},
		{"a long number", []listtest.Product{flat("0." + strings.Repeat("0", 100) + "1")}, NotPlain},
		{"a giant text", []listtest.Product{flat(strings.Repeat("9", 1<<20))}, NotPlain},
		{"no price", []listtest.Product{tiers()}, NoTerms},
		{"overlapping tiers", []listtest.Product{tiers(listtest.Tier{From: "0", To: "10", USD: "0.0000002"}, listtest.Tier{From: "5", To: "Inf", USD: "0.0000001"})}, Holes},
		{"a hole", []listtest.Product{tiers(listtest.Tier{From: "0", To: "10", USD: "0.0000002"}, listtest.Tier{From: "11", To: "Inf", USD: "0.0000001"})}, Holes},
		{"no bottom", []listtest.Product{tiers(listtest.Tier{From: "1", To: "Inf", USD: "0.0000002"})}, Holes},
		{"no top", []listtest.Product{tiers(listtest.Tier{From: "0", To: "10", USD: "0.0000002"})}, Holes},
		{"two tops", []listtest.Product{tiers(listtest.Tier{From: "0", To: "Inf", USD: "0.0000002"}, listtest.Tier{From: "0", To: "Inf", USD: "0.0000001"})}, Holes},
		{"two prices", []listtest.Product{flat("0.0000002"), request(func(p *listtest.Product) { p.SKU, p.Tiers = "BAD2", listtest.Flat("0.0000003") })}, Ambiguous},
		{"dollars a million", []listtest.Product{flat("0.20")}, Implausible},
		{"nothing", []listtest.Product{flat("0.0000000000")}, Implausible},
	} {
		o := lambda("us-east-1", "")
		o.Products = append(c.bad, o.Products[1:]...)
		for _, f := range []struct {
			format string
			parse  parser
			body   []byte
		}{{"JSON", readJSON, o.JSON()}, {"CSV", readCSV, o.CSV()}} {
			if f.format == "CSV" && c.reason == NoTerms {
				continue // a product without a price has no line
			}
			got, err := f.parse(opened(f.body), "AWSLambda", "us-east-1")
			if err != nil {
				t.Errorf("%s in %s: %v", c.name, f.format, err)
				continue
			}
			prices, skipped := got.prices(shapesOf(price.Embedded(), "AWSLambda"))
			if len(prices) != 1 || prices[0].Key.Dimension != "duration-x86" || len(skipped) != 1 || skipped[c.reason] != 1 {
				t.Errorf("%s in %s: %d prices, skipped %v; want duration-x86 alone, skipped %q", c.name, f.format, len(prices), skipped, c.reason)
			}
		}
	}
}

// TestSameProductTwice holds that what a file says twice alike is taken, and
// what it contradicts is not.
func TestSameProductTwice(t *testing.T) {
	twin := listtest.Usage("TWIN", "us-east-1", "USE1-Request", "", "0.0000002500")
	o := lambda("us-east-1", "")
	o.Products = append(o.Products, twin)
	got, err := readJSON(opened(o.JSON()), "AWSLambda", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	if prices, skipped := got.prices(shapesOf(price.Embedded(), "AWSLambda")); len(prices) != 2 || len(skipped) != 0 {
		t.Errorf("a twin at the same price: %d prices, skipped %v", len(prices), skipped)
	}
	body := strings.Replace(string(lambda("us-east-1", "").JSON()), `"products" : {`, `"products" : {
		"TG3M4CAGBA3NYQBH": {"productFamily": "Serverless", "attributes": {"regionCode": "us-east-1", "usagetype": "Request"}},`, 1)
	if got, err = readJSON(opened([]byte(body)), "AWSLambda", "us-east-1"); err != nil {
		t.Fatal(err)
	}
	if prices, skipped := got.prices(shapesOf(price.Embedded(), "AWSLambda")); len(prices) != 1 || skipped[Ambiguous] != 1 {
		t.Errorf("one SKU as two products: %d prices, skipped %v", len(prices), skipped)
	}
}

// TestNewestTerm holds that of two terms the one that has begun last counts.
func TestNewestTerm(t *testing.T) {
	body := strings.Replace(string(lambda("us-east-1", "").JSON()), `"GU2ZS9HVP6QTQ7KE.JRTCKXETXF": {`, `
		"GU2ZS9HVP6QTQ7KE.OLD": {"effectiveDate": "2025-01-01T00:00:00Z", "priceDimensions": {"a": {"beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": "0.0000001"}}}},
		"GU2ZS9HVP6QTQ7KE.NEXT": {"priceDimensions": {"a": {"beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": "0.0000001"}}}, "effectiveDate": "2026-12-01T00:00:00Z"},
		"GU2ZS9HVP6QTQ7KE.JRTCKXETXF": {`, 1)
	o, err := readJSON(opened([]byte(body)), "AWSLambda", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	prices, _ := o.prices(shapesOf(price.Embedded(), "AWSLambda"))
	if got := text(t, prices); got != lambdaWant {
		t.Errorf("got\n%s", got)
	}
}

// TestRulesNameTheBook holds every rule against the embedded book: a dimension
// that is misspelt would never be looked up.
func TestRulesNameTheBook(t *testing.T) {
	for offer, list := range rules {
		for _, r := range list {
			if _, ok := price.Embedded().UnitOf(offer, r.dimension); !ok {
				t.Errorf("%s %s: the book has no such dimension", offer, r.dimension)
			}
			for name := range r.where {
				if !wanted[name] {
					t.Errorf("%s %s: the attribute %s is not read", offer, r.dimension, name)
				}
			}
			if r.usage == "" && len(r.where) == 0 {
				t.Errorf("%s %s matches everything", offer, r.dimension)
			}
		}
	}
	for name := range shortNames {
		if code, ok := Offer(name); !ok || rules[code] == nil {
			t.Errorf("%s: no rules for %q", name, code)
		}
	}
}

// TestTargets checks the telling apart of products, one a kind; usage types
// and attributes are those of AWS's files (see rules).
func TestTargets(t *testing.T) {
	for _, c := range []struct{ offer, attributes, want string }{
		{"AmazonDynamoDB", "usagetype=EUC1-ReadRequestUnits", "on-demand-read"},
		{"AmazonDynamoDB", "usagetype=EUC1-IA-ReadRequestUnits", "ia-on-demand-read"},
		{"AmazonDynamoDB", "usagetype=IA-ReadRequestUnits", "ia-on-demand-read"},
		{"AmazonDynamoDB", "usagetype=EU-TimedPITRStorage-ByteHrs", "pitr-storage"},
		{"AmazonCloudWatch", "usagetype=CW:GMD-Metrics", "api-GetMetricData-GetInsightRuleReport"},
		{"AmazonCloudWatch", "usagetype=USE1-DataProcessing-Bytes operation=PutLogEvents", "logs-ingest-standard"},
		{"AmazonCloudWatch", "usagetype=USE1-DataProcessing-Bytes operation=Other", ""},
		{"AmazonSNS", "usagetype=F-Request-Tier1", "fifo-publish-requests"},
		{"AWSEvents", "usagetype=USE1-Invocation-64K-Chunks operation=InvokeApiDestination", "api-destinations"},
		{"AWSQueueService", "usagetype=USE1-Requests-FIFO-RBP", "fifo-requests"},
		{"AWSXRay", "usagetype=USE1-XRay-TracesAccessed", "traces-retrieved traces-scanned"},
		{"AmazonECS", "usagetype=APN1-Fargate-ARM-vCPU-Hours:perCPU", "fargate-linux-arm-vcpu"},
		{"AmazonApiGateway", "productfamily=Amazon_API_Gateway_Cache cachememorysizegb=6.1 usagetype=USE1-ApiGatewayCacheUsage:6.1GB", "rest-cache-6.1GB"},
		{"AmazonEC2", "usagetype=USE2-BoxUsage:c7g.large operatingsystem=Linux tenancy=Shared preinstalledsw=NA capacitystatus=Used operation=RunInstances", "linux-shared-on-demand:c7g.large"},
		{"AmazonEC2", "usagetype=USE2-BoxUsage:c7g.large operatingsystem=RHEL tenancy=Shared preinstalledsw=NA capacitystatus=Used operation=RunInstances", ""},
		{"AmazonEC2", "usagetype=USE2-BoxUsage:c7g.large operatingsystem=Linux tenancy=Shared preinstalledsw=SQL_Web capacitystatus=Used operation=RunInstances", ""},
		{"AmazonEC2", "usagetype=DataTransfer-Out-Bytes servicecode=AWSDataTransfer", ""},
		{"AWSLambda", "usagetype=Global-Request", ""},
		{"AWSLambda", "usagetype=Request regioncode=eu-west-1", ""},
	} {
		p := product{}
		for _, kv := range strings.Fields(c.attributes) {
			k, v, _ := strings.Cut(kv, "=")
			p[k] = strings.ReplaceAll(v, "_", " ")
		}
		var got []string
		for _, target := range p.targets(c.offer, "us-east-1") {
			got = append(got, target.dimension)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s: got %q, want %q", c.offer, c.attributes, got, c.want)
		}
	}
}

// TestUnitsAndFreeTiers checks what is converted: gp3's throughput is listed by
// the GiBps and kept by the MiBps; the book keeps Lambda's free requests as an
// allowance apart from the price, and DynamoDB's free storage as its tier.
func TestUnitsAndFreeTiers(t *testing.T) {
	free := func(p listtest.Product, to, usd string) listtest.Product {
		p.Tiers = []listtest.Tier{{From: "0", To: to, USD: "0.0000000000"}, {From: to, To: "Inf", USD: usd}}
		return p
	}
	for _, c := range []struct {
		offer string
		p     listtest.Product
		want  string
	}{
		{"AmazonEC2", listtest.Usage("A", "us-east-1", "EBS:VolumeP-Throughput.gp3", "", "40.96"), "0 0.04"},
		{"AWSLambda", free(listtest.Usage("A", "us-east-1", "Request", "", ""), "1000000", "0.0000002"), "0 0.0000002"},
		{"AWSQueueService", listtest.Usage("A", "us-east-1", "Requests-RBP", "", "0.0000004"), "0 0; 1000000 0.0000004"},
		{"AmazonDynamoDB", free(listtest.Usage("A", "us-east-1", "TimedStorage-ByteHrs", "", ""), "25", "0.25"), "0 0; 25 0.25"},
	} {
		o := listtest.Offer{Code: c.offer, Region: "us-east-1", Version: "1", Published: "2026-10-01T00:00:00Z", Products: []listtest.Product{c.p}}
		read, err := readJSON(opened(o.JSON()), c.offer, "us-east-1")
		if err != nil {
			t.Fatal(err)
		}
		prices, skipped := read.prices(shapesOf(price.Embedded(), c.offer))
		if len(prices) != 1 {
			t.Errorf("%s: %d prices, skipped %v", c.offer, len(prices), skipped)
			continue
		}
		var got []string
		for _, tier := range prices[0].Tiers {
			got = append(got, tier.From.String()+" "+tier.Price.String())
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: got %q, want %q", c.offer, got, c.want)
		}
	}
}
