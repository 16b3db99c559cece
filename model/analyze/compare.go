package analyze

import (
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/coldstart"
	"github.com/breakeven-dev/breakeven/model/compare"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/rightsize"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Assumptions are those of package compare.
type Assumptions = compare.Assumptions

// compareAll compares each function, then the account.
func compareAll(priced []pricedFunction, in model.Inputs, book *price.Book, opt Options) model.Comparison {
	a := opt.Servers
	catalog := compare.NewCatalog(book)
	var members []compare.Workload
	for i := range priced {
		p := &priced[i]
		if p.out.Config.Memory <= 0 {
			p.out.Compare = model.Comparison{Verdict: "Its memory size is not known, so there is nothing to compare.", Options: []model.Option{}}
			continue
		}
		w := workload(p, in.Window, catalog)
		if opt.Goal != nil {
			w.Goal = opt.Goal(p.out.Key)
		}
		p.out.Compare = compare.Run(w, catalog, compare.Options{Assumptions: a, Profile: weekProfile(p.out.Load, in.Window)})
		if w.RatePerSecond > 0 {
			members = append(members, w)
		}
	}
	return compare.Account(members, accountPeak(in.Hours), catalog, compare.Options{Assumptions: a, Profile: hourProfile(in.Hours), Curves: true})
}

// weekProfile is a function's mean week, where the window holds a whole one.
func weekProfile(l model.Load, window model.Window) compare.Profile {
	if window.To.Sub(window.From) < 7*24*time.Hour {
		return compare.Profile{}
	}
	return compare.Profile{Hours: l.HourOfWeek[:], Name: "the mean week of the window"}
}

// hourProfile is the account's load in the hours that are known, at least a
// day of them.
func hourProfile(hours []model.HourPoint) compare.Profile {
	p := compare.Profile{}
	for _, h := range hours {
		if !h.Missing {
			p.Hours = append(p.Hours, h.DurationMs)
		}
	}
	if len(p.Hours) < 24 {
		return compare.Profile{}
	}
	p.Name = fmt.Sprintf("the account's load of %d hours", len(p.Hours))
	if gaps := len(hours) - len(p.Hours); gaps > 0 {
		p.Name += fmt.Sprintf(" (%d more are not known and left out)", gaps)
	}
	return p
}

// workload describes a priced function as package compare sees it.
func workload(p *pricedFunction, window model.Window, catalog *compare.Catalog) compare.Workload {
	f := &p.out
	w := compare.Workload{
		Region: f.Key.Region, Architecture: f.Config.Architecture, Memory: f.Config.Memory,
		RatePerSecond: f.Load.MeanPerSecond, PeakPerSecond: peakRate(f.Load),
		Seconds: requestSeconds(f), RequestDriven: f.Load.RequestDriven,
	}
	if w.Architecture == "" {
		w.Architecture = unit.X86
	}
	w.Billed = catalog.Bill(w.Region, w.Architecture, f.LineItems, f.Monthly, func(c model.Cost) model.Cost { return monthly(c, window) })
	w.CPUSeconds = compare.UnknownCPU(w.Seconds, w.Memory)
	w.MemoryGB = heldMemory(f)
	w.Variability = variability(f.Signals)
	w.ColdShare, _ = coldstart.Measured(f.Cold)
	w.InitSeconds = coldstart.PriorInit(f.Config.Runtime) / 1000
	if ms, ok := coldstart.BilledInit(f.Cold); ok {
		w.InitSeconds = ms / 1000
	}
	return w
}

// variability takes durations as lognormal, whose mean over the median is
// √(1 + c²), c being the coefficient of variation; arrivals as random. Where a
// mean is not above its median, or one is not known, service is random too.
func variability(s model.Signals) capacity.Variability {
	v := capacity.Random
	if skew := s.MeanMs / s.P50Ms; s.P50Ms > 0 && skew > 1 {
		v.Service = skew*skew - 1
	}
	return v
}

// requestSeconds is the mean duration, from Little's law where there is load.
func requestSeconds(f *model.Function) float64 {
	if f.Load.MeanPerSecond > 0 && f.Load.OfferedMean > 0 {
		return f.Load.OfferedMean / f.Load.MeanPerSecond
	}
	return f.Signals.MeanMs / 1000
}

// peakRate is the mean rate of the hour of most load: servers that stand for
// an hour's mean at the target utilisation have room for its minutes.
func peakRate(l model.Load) float64 {
	if l.OfferedMean > 0 && l.OfferedPeak > 0 {
		return l.MeanPerSecond * l.OfferedPeak / l.OfferedMean
	}
	return l.PeakPerSecond
}

// heldMemory is the memory of a request on a server: what was used at most,
// with headroom, where that is known; the configured size at worst.
func heldMemory(f *model.Function) compare.Range {
	r := compare.KnownMemory(f.Config.Memory)
	if f.Signals.MemoryKnown && f.Signals.MaxMemoryUsed > 0 {
		used := compare.KnownMemory(rightsize.Floor(f.Signals.MaxMemoryUsed)).Likely
		r.Low, r.Likely = min(r.Low, used), min(r.Likely, used)
	}
	return r
}

// accountPeak is the busiest hour's load over the mean, at least 1.
func accountPeak(hours []model.HourPoint) float64 {
	sum, peak, n := 0.0, 0.0, 0
	for _, h := range hours {
		if !h.Missing {
			sum, peak, n = sum+h.DurationMs, max(peak, h.DurationMs), n+1
		}
	}
	if n == 0 || sum <= 0 {
		return 1
	}
	return max(1, peak*float64(n)/sum)
}
