package modeltest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// rule makes a sample advice of each kind for the function it names.
type rule struct {
	name, function, title, confidence, effort, risk string
	low, likely, high                               float64 // share of the function's monthly cost
	evidence                                        []string
	apply, disproof                                 string
}

var rules = []rule{
	{
		name: "lambda-memory", function: "orders-api", title: "Lower memory from 1024 to 512 MB", confidence: "B", effort: "low", risk: "duration rises where the code waits for its CPU share",
		low: 0.02, likely: 0.19, high: 0.41,
		evidence: []string{"at most 312 MB used in 62,734,020 REPORT lines, 24 Oct to 23 Nov", "two sizes in its history: 512 MB took 131 ms, 1024 MB 86 ms"},
		apply:    "aws lambda update-function-configuration --function-name orders-api --memory-size 512", disproof: "p99 above 600 ms after the change",
	},
	{
		name: "lambda-arm64", function: "search-suggest", title: "Move to arm64", confidence: "C", effort: "medium", risk: "native dependencies must exist for arm64",
		low: 0.04, likely: 0.17, high: 0.31,
		evidence: []string{"duration ratio arm64 to x86_64 0.90 median over 215 published pairs", "82 % of its cost is duration"},
		apply:    "aws lambda update-function-code --function-name search-suggest --architectures arm64 --zip-file fileb://build-arm64.zip", disproof: "a build that fails for arm64, or duration above 1.25 times today's",
	},
	{
		name: "lambda-provisioned-idle", function: "checkout", title: "Lower provisioned concurrency from 20 to 4", confidence: "A", effort: "low", risk: "more cold starts in bursts above 4 at a time",
		low: 0.55, likely: 0.62, high: 0.66,
		evidence: []string{"used 2.0 % of the time, pays from 60 % on", "at most 3.9 running at a time in 43,200 minutes"},
		apply:    "aws lambda put-provisioned-concurrency-config --function-name checkout --qualifier live --provisioned-concurrent-executions 4", disproof: "spill-over invocations above 0.1 %",
	},
	{
		name: "lambda-server", function: "events-fanout", title: "Run it on Fargate (arm64, spot)", confidence: "D", effort: "high", risk: "an own service to deploy, patch and watch",
		low: -0.10, likely: 0.28, high: 0.47,
		evidence: []string{"64.8 requests a second on average, 2.2 times that at the peak", "break-even at 31 requests a second"},
		apply:    "breakeven compare events-fanout", disproof: "hours of work above the saving of a year",
	},
	{
		name: "lambda-timeout", function: "invoice-pdf", title: "Raise the timeout above 30 s or split the work", confidence: "B", effort: "low", risk: "none",
		low: -0.002, likely: 0, high: 0.001,
		evidence: []string{"longest run 30.0 s of 30 s allowed, 720 hours", "2.1 % of invocations fail"},
		apply:    "aws lambda update-function-configuration --function-name invoice-pdf --timeout 45", disproof: "no run above 24 s in the next 30 days",
	},
	{
		name: "lambda-unused", function: "unused-migration", title: "Delete it: nothing called it in 30 days", confidence: "A", effort: "low", risk: "a yearly job would be missed",
		evidence: []string{"0 invocations in 720 hours", "runtime python3.9 is no longer supported"},
		apply:    "aws lambda delete-function --function-name unused-migration", disproof: "any invocation",
	},
}

func adviceFor(fns []model.Function) []model.Advice {
	var out []model.Advice
	for _, r := range rules {
		i := slices.IndexFunc(fns, func(f model.Function) bool { return f.Key.Name == r.function })
		if i >= 0 {
			out = append(out, r.advice(fns[i]))
		}
	}
	slices.SortStableFunc(out, func(a, b model.Advice) int {
		return cmp.Or(b.Saving.Likely.Cmp(a.Saving.Likely), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (r rule) advice(f model.Function) model.Advice {
	share := func(x float64) unit.USD { return f.Monthly.Likely.Mul(unit.QuantityFromFloat(x)).Round(9) }
	a := model.Advice{
		ID: fmt.Sprintf("%s:%s", r.name, f.Key.ID), Rule: r.name, Resource: f.Key, Title: r.title,
		Saving:   model.Cost{Low: share(r.low), Likely: share(r.likely), High: share(r.high)},
		Evidence: r.evidence, Confidence: r.confidence, Effort: r.effort, Risk: r.risk, Apply: r.apply, Disproof: r.disproof,
		Status: model.AdviceNew,
	}
	if f.Monthly.Unknown {
		a.Saving = model.UnknownCost
	}
	return a
}
