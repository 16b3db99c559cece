package advice

import (
	"math/rand/v2"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// whole is an analysis of one function in a window of 730 hours, so that a
// window is a month.
func whole(lines ...model.LineItem) *model.Analysis {
	f := *subject(nil).Function
	f.LineItems, f.Cost = lines, sum(lines, "")
	return &model.Analysis{
		Window:    model.Window{From: window.To.Add(-model.HoursPerMonth * 3600e9), To: window.To},
		Functions: []model.Function{f},
	}
}

func advised(a *model.Analysis, rule string, saving string, effects ...model.Effect) model.Advice {
	return model.Advice{Rule: rule, ID: rule, Resource: a.Functions[0].Key, Saving: model.Exactly(unit.MustUSD(saving)), Effects: effects}
}

func half(lines string) model.Effect {
	return model.Effect{Lines: lines, Low: 0.5, Likely: 0.5, High: 0.5}
}

func TestTogether(t *testing.T) {
	a := whole(line("duration-arm", "1", "100"), line("requests", "1", "10"))
	ignored := advised(a, "lambda-arm64", "50", half("duration-"))
	ignored.Status = model.AdviceIgnored
	done := ignored
	done.Status = model.AdviceDone
	unknown := advised(a, "lambda-failing", "0")
	unknown.Saving = model.UnknownCost
	for _, c := range []struct {
		name string
		all  []model.Advice
		want string
	}{
		{"nothing", nil, "0.00"},
		{"one", []model.Advice{advised(a, "lambda-memory", "50", half("duration-"))}, "50.00"},
		{"a half of a half", []model.Advice{advised(a, "lambda-memory", "50", half("duration-")), advised(a, "lambda-arm64", "50", half("duration-"))}, "75.00"},
		{"on other lines", []model.Advice{advised(a, "lambda-memory", "50", half("duration-")), advised(a, "x", "5", half("requests"))}, "55.00"},
		{"deleting it all", []model.Advice{advised(a, "lambda-unused", "110", model.Effect{Low: 1, Likely: 1, High: 1}), advised(a, "lambda-memory", "50", half("duration-"))}, "110.00"},
		{"what excludes each other", []model.Advice{advised(a, "lambda-provisioned-idle", "7", half("requests")), advised(a, "lambda-provisioned-short", "3", half("requests"))}, "7.00"},
		{"no effects told", []model.Advice{advised(a, "a", "80"), advised(a, "b", "80")}, "110.00"},
		{"ignored and done", []model.Advice{ignored, done, unknown}, "0.00"},
		{"costs money", []model.Advice{advised(a, "lambda-timeout", "-5")}, "0.00"},
	} {
		if got := Together(a, c.all).Likely.StringFixed(2); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Whatever is advised, all of it together saves at least what the best of it
// does, at most the sum, and never more than the bill.
func TestTogetherIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	prefixes := []string{"duration-", "requests", "provisioned-", ""}
	for range 500 {
		a := whole(line("duration-arm", "1", unit.USDFromFloat(r.Float64()*100).String()), line("requests", "1", unit.USDFromFloat(r.Float64()*10).String()),
			line("provisioned-duration-arm", "1", unit.USDFromFloat(r.Float64()*50).String()))
		s := Subject{Function: &a.Functions[0], Window: a.Window}
		s.Function.Monthly = s.monthly(s.Function.Cost)
		var all []model.Advice
		best, total := 0.0, 0.0
		for i := range 1 + r.IntN(4) {
			x := r.Float64()
			ad := advised(a, prefixes[i], "0", model.Effect{Lines: prefixes[r.IntN(len(prefixes))], Low: x / 2, Likely: x, High: min(1, x*1.2)})
			ad.Saving = s.saves(ad.Effects)
			best, total = max(best, ad.Saving.Likely.Float64()), total+ad.Saving.Likely.Float64()
			all = append(all, ad)
		}
		got := Together(a, all)
		likely := got.Likely.Float64()
		if likely < best-1e-9 || likely > total+1e-9 || got.High.Cmp(s.total().High) > 0 || got.Low.Cmp(got.Likely) > 0 || got.Likely.Cmp(got.High) > 0 {
			t.Fatalf("together %v; best %v, sum %v, bill %v", got, best, total, s.total())
		}
	}
}
