package compare

import (
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Named is a workload with its name in a usage file.
type Named struct {
	Name     string
	Workload Workload
}

// FromUsage returns the Lambda functions of a usage file as workloads that
// arrive evenly over the month; a file tells no peak. Their cost as it is is
// the file's estimate, scaled to 730 hours.
func FromUsage(u model.Usage, c *Catalog) []Named {
	estimate := model.NewEstimate(c.book, u)
	seconds := u.Hours.Float64() * 3600
	var list []Named
	for i, r := range u.Resources {
		if r.Service != Lambda || seconds <= 0 {
			continue
		}
		list = append(list, Named{Name: r.Name, Workload: c.usageWorkload(r, estimate.Resources[i], u.Hours, seconds)})
	}
	return list
}

func (c *Catalog) usageWorkload(r model.UsageResource, e model.EstimatedResource, hours unit.Quantity, seconds float64) Workload {
	v := r.Values
	requests := v.Number("requests").Add(v.Number("provisioned_requests")).Float64()
	w := Workload{
		Region: r.Region, Architecture: v.Architecture(), Memory: v.MiB("memory_mb"),
		RatePerSecond: requests / seconds, RequestDriven: true,
	}
	if requests > 0 {
		busy := v.Number("requests").Mul(v.Number("duration_ms")).Add(v.Number("provisioned_requests").Mul(v.Number("provisioned_duration_ms"))).Float64() / 1000
		if v.Given("gb_seconds") {
			busy = v.Number("gb_seconds").Float64() / w.gb()
		}
		w.Seconds = busy / requests
		w.ColdShare = v.Number("cold_starts").Float64() / requests
		w.InitSeconds = v.Number("init_duration_ms").Float64() / 1000
	}
	w.CPUSeconds, w.MemoryGB = UnknownCPU(w.Seconds, w.Memory), KnownMemory(w.Memory)
	scale := unit.QuantityOf(model.HoursPerMonth).Div(hours)
	month := func(c model.Cost) model.Cost { return c.Scale(scale) }
	w.Billed = c.Bill(r.Region, w.Architecture, e.LineItems, month(e.Cost), month)
	return w
}
