package main

import (
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
)

// planted is what the simulated account holds for a rule to find, whatever its
// seed, and what comes near it and must be left alone.
var planted = []struct{ rule, found, spared string }{
	{"lambda-provisioned-idle", "checkout-api graphql-gateway search-api", ""},
	{"lambda-provisioned-short", "", "checkout-api graphql-gateway search-api"}, // 0.2 % spill over
	{"lambda-memory", "thumbnail", "invoice-pdf login-hook nightly-etl fraud-score pricing-engine " + awstest.FunctionNoReports + " " + awstest.FunctionDead},
	{"lambda-arm64", "storefront-api search-api thumbnail stock-feed", "checkout-api cart-sync clickstream iot-ingest graphql-gateway " + awstest.FunctionDead},
	{"lambda-unused", "dr-failover old-report old-signup-form", "nightly-etl legacy-import campaign-landing gdpr-erase"},
	{"lambda-timeout", "thirdparty-sync", "nightly-etl ledger-export storefront-api"},
	{"lambda-failing", "payment-callback thirdparty-sync", "notify-email invoice-pdf storefront-api"},
	{"lambda-runtime", "ledger-export", "nightly-etl pricing-engine fraud-score"},
	{"lambda-snapstart", "fraud-score", "pricing-engine snap-quotes nightly-etl"},
	{"lambda-ephemeral-storage", "", "thumbnail nightly-etl"},
	{"lambda-dead-letter", "", "notify-email translate iot-alarm notify-push"},
	{"lambda-recursion", "", "cart-sync order-worker clickstream"},
	{"sqs-empty-receives", "cart-events", "orders iot-buffer payments.fifo"},
	{"sqs-unused", "unused-queue", "orders-dlq orders cart-events old-import"},
	{"apigateway-http", "partner-api", "storefront-web order-api internal-tools webhooks search-http"},
	{"apigateway-unused", `sandbox~<b>&"test"</b>`, "internal-tools webhooks legacy-rest partner-api"},
	{"stepfunctions-express", "order-fulfilment", "partner-onboarding nightly-report event-ingest checkout-flow old-approval"},
	{"stepfunctions-unused", "dr-runbook", "old-approval nightly-report ledger-close"},
	{"logs-retention", "/ecs/retired-shop vpc-flow-logs", "/aws/apigateway/storefront /app/orders/audit"},
	{"logs-unused", "/ecs/retired-shop", "vpc-flow-logs /app/orders/audit /aws/codebuild/legacy-site"},
	{"logs-class", "", "/app/orders/audit /ecs/retired-shop"},
	{"dynamodb-on-demand", "device-state feature-flags", "audit-log catalog profiles"},
	{"dynamodb-capacity", "device-state", "orders profiles feature-flags"},
	{"dynamodb-class", "audit-log", "catalog carts"},
	{"dynamodb-unused", "feature-flags unused-table", "audit-log old-coupons catalog"},
	{"s3-lifecycle", "old-exports", "media-originals storefront.assets iot-raw tmp-migration"},
	{"s3-versions", "orders-archive", "old-exports storefront.assets"},
	{"sns-unused", "unused-topic", ""},
	{"kinesis-unused", "", "idle-stream old-feed clickstream"}, // made three days ago
}

// comparePlanted holds advice against what was planted: at least 95 % found,
// under 5 % of it where there was nothing, no saving above its resource's
// cost, and all of it together no more than everything costs.
func comparePlanted(t *testing.T, an model.Analysis) {
	t.Helper()
	given := map[string]bool{}
	for _, ad := range an.Advice {
		given[ad.Rule+"/"+strings.ReplaceAll(ad.Resource.Name, " ", "~")] = true
		if s := ad.Saving; !s.Unknown && (s.Low.Cmp(s.Likely) > 0 || s.Likely.Cmp(s.High) > 0) {
			t.Errorf("%s: saving %v", ad.ID, s)
		}
	}
	wanted, missed, spared, alarms := 0, 0, 0, 0
	for _, p := range planted {
		for _, name := range strings.Fields(p.found) {
			if wanted++; !given[p.rule+"/"+name] {
				missed++
				t.Logf("%s of %s was not found", p.rule, name)
			}
		}
		for _, name := range strings.Fields(p.spared) {
			if spared++; given[p.rule+"/"+name] {
				alarms++
				t.Logf("%s of %s is a false alarm", p.rule, name)
			}
		}
	}
	t.Logf("advice: %d of %d planted cases found, %d false alarms of %d near misses, %d in all", wanted-missed, wanted, alarms, spared, len(an.Advice))
	if missed*20 > wanted || alarms*20 >= spared {
		t.Errorf("%d of %d missed, %d of %d false alarms", missed, wanted, alarms, spared)
	}
	if c := an.Changes; len(c) != 1 || c[0].Resource.Name != awstest.FunctionMemoryChanged || c[0].What != "memory from 1024 MB to 2048 MB" {
		t.Errorf("changes found: %+v", c)
	}
	bills := map[model.ResourceKey]model.Cost{}
	for i := range an.Functions {
		bills[an.Functions[i].Key] = an.Functions[i].Monthly
	}
	for i := range an.Resources {
		bills[an.Resources[i].Key] = an.Resources[i].Monthly
	}
	for _, ad := range an.Advice {
		if bill := bills[ad.Resource]; !ad.Saving.Unknown && !bill.Unknown && ad.Saving.High.Cmp(bill.High) > 0 {
			t.Errorf("%s saves %v of %v", ad.ID, ad.Saving, bill)
		}
	}
	if !an.Monthly.Unknown && an.Potential.Likely.Cmp(an.Monthly.Likely) > 0 {
		t.Errorf("all of it saves %v of %v", an.Potential, an.Monthly)
	}
}
