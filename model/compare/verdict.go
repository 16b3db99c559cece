package compare

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// verdict is the answer in one sentence. It looks at servers bought on
// demand: commitments and spot are a choice on top of the one it is about.
func verdict(w Workload, first model.Option, rest []model.Option, band func(i int) Range) string {
	if first.Monthly.Unknown {
		return "No verdict: its cost on Lambda is unknown, because the price book lacks a price."
	}
	cheapest, soonest := -1, -1
	for i := range rest {
		o := &rest[i]
		if o.Monthly.Unknown || o.Purchase != model.OnDemand || o.Servers == 0 || !keepsUp(o) {
			continue
		}
		if cheapest < 0 || o.Monthly.Likely.Cmp(rest[cheapest].Monthly.Likely) < 0 {
			cheapest = i
		}
		if o.BreakEven != nil && (soonest < 0 || *o.BreakEven < *rest[soonest].BreakEven) {
			soonest = i
		}
	}
	switch {
	case cheapest < 0:
		return "No verdict: the price book lacks servers' prices in this region."
	case rest[cheapest].Monthly.Likely.Cmp(first.Monthly.Likely) < 0:
		if standingDecides(w, rest[cheapest]) {
			return standing(w, first, rest[cheapest])
		}
		return wins(w, first, rest[cheapest], band(cheapest))
	case soonest < 0:
		return fmt.Sprintf("Stay on Lambda: no server costs less at any rate; today you are at %s.", today(w))
	}
	return fmt.Sprintf("Above %s sustained%s, %s is cheaper; today you are at %s: stay on Lambda.",
		rateText(*rest[soonest].BreakEven), bandText(band(soonest)), name(rest[soonest]), today(w))
}

// mostDelayed is the share of requests up to which servers that follow the
// load keep up with it: one in a hundred.
const mostDelayed = 0.01

// keepsUp reports whether an option turns no request away and has few wait
// because its servers are behind: only then it stands beside those that stand
// for the peak.
func keepsUp(o *model.Option) bool {
	return o.Autoscaling == nil || o.Autoscaling.DroppedShare == 0 && o.Autoscaling.DelayedShare <= mostDelayed
}

// onDemandFactor is more than what a request on provisioned concurrency costs
// on demand, in any region: 1.72 times as much (AWS Lambda pricing page).
const onDemandFactor = 2

// standingDecides reports whether servers cost less only because provisioned
// concurrency stands ready: without it Lambda is certainly cheaper than o.
func standingDecides(w Workload, o model.Option) bool {
	if w.Billed == nil || w.Billed.Idle.Unknown || w.Billed.Idle.Likely.IsZero() || w.Billed.Monthly.Unknown {
		return false
	}
	moving := w.Billed.Monthly.High.Sub(w.Billed.Idle.Likely).Mul(unit.QuantityOf(onDemandFactor))
	return moving.Cmp(o.Monthly.Low) < 0
}

// standing names provisioned concurrency as what to decide about first.
func standing(w Workload, first, o model.Option) string {
	return fmt.Sprintf("Look at provisioned concurrency first: standing ready is %s of Lambda's %s a month, and without it no server is cheaper; with it %s is, at %s. Today you are at %s.",
		dollars(w.Billed.Idle.Likely), dollars(first.Monthly.Likely), name(o), dollars(o.Monthly.Likely), today(w))
}

// wins says that servers cost less now, and how sure that is.
func wins(w Workload, first, o model.Option, band Range) string {
	sure := ""
	switch {
	case o.Monthly.High.Cmp(first.Monthly.Low) < 0:
	case o.Monthly.Likely.Cmp(first.Monthly.Low) < 0:
		sure = " (likely, not certain: measure its CPU time first)"
	default:
		sure = " (the ranges overlap)"
	}
	above := "At every rate"
	if o.BreakEven != nil && *o.BreakEven > 0 {
		above = "Above " + rateText(*o.BreakEven) + " sustained" + bandText(band)
	} else if o.BreakEven == nil {
		above = "At today's rate"
	}
	return fmt.Sprintf("%s, %s is cheaper; today you are at %s: it would cost %s a month instead of %s%s.",
		above, name(o), today(w), dollars(o.Monthly.Likely), dollars(first.Monthly.Likely), sure)
}

// today is the present rate, with the peak that servers are sized for.
func today(w Workload) string {
	if peak := w.RatePerSecond * w.peakFactor(); peak > w.RatePerSecond*1.005 {
		return fmt.Sprintf("%s (%.3g in the peak)", figures(w.RatePerSecond), peak)
	}
	return figures(w.RatePerSecond)
}

func rateText(r float64) string { return figures(r) + " req/s" }

// figures prints three significant figures without an exponent.
func figures(r float64) string {
	if r >= 1000 {
		return fmt.Sprintf("%.0f", r)
	}
	s := fmt.Sprintf("%.3g", r)
	if strings.ContainsRune(s, 'e') {
		s = strings.TrimRight(fmt.Sprintf("%.9f", r), "0")
	}
	return s
}

func bandText(b Range) string {
	if b.Low == b.High {
		return ""
	}
	if b.High == 0 {
		return fmt.Sprintf(" (range %s to never)", figures(b.Low))
	}
	return fmt.Sprintf(" (range %s to %s)", figures(b.Low), figures(b.High))
}

var optionNames = map[string]string{Fargate: "Fargate", EC2: "EC2", Managed: "Lambda Managed Instances", FargateScaled: "autoscaled Fargate", EC2Scaled: "autoscaled EC2"}

// name is an option as people say it: "Fargate arm64".
func name(o model.Option) string {
	n := fmt.Sprintf("%s %s", optionNames[o.Option], o.Architecture)
	if o.Purchase != model.OnDemand {
		n += " " + o.Purchase
	}
	return n
}

func dollars(u unit.USD) string { return "$" + u.StringFixed(2) }
