package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// meter names what is compared: a dimension of a service.
type meter struct{ service, dimension string }

// side is what is known of a meter from both sides.
type side struct {
	usageTypes map[string]bool
	compared   unit.USD
	free       unit.Quantity
	modelled   model.Cost
	quantity   unit.Quantity
}

// ledger is a reconciliation under way.
type ledger struct {
	bill  Bill
	an    *model.Analysis
	opt   Options
	sides map[meter]*side
	// lines by service, reason, dimension and detail: what is not compared.
	apart map[apartKey]*Line
}

type apartKey struct{ service, reason, dimension, detail string }

var nothing = model.Exactly(unit.USD{})

// Run reconciles a bill with the analysis of the same month.
func Run(b Bill, an *model.Analysis, opt Options) Result {
	l := &ledger{bill: b, an: an, opt: opt, sides: map[meter]*side{}, apart: map[apartKey]*Line{}}
	skipped := l.model()
	for i := range b.Charges {
		l.charge(&b.Charges[i])
	}
	r := Result{Bill: b, Tolerance: opt.Tolerance, Modelled: nothing, Skipped: skipped, Complete: true, Within: true}
	r.Services = l.services()
	for i := range r.Services {
		s := &r.Services[i]
		r.Billed, r.Modelled = r.Billed.Add(s.Billed), r.Modelled.Add(s.Modelled)
		r.Within = r.Within && s.Within
		r.Complete = r.Complete && !slices.ContainsFunc(s.Lines, lacking)
	}
	return r
}

// lacking tells whether a line stands for data that should be there.
func lacking(l Line) bool {
	return l.Reason == ReasonGap || l.Reason == ReasonNoPrice || l.Reason == ReasonNotMeasured && collected(l.Service)
}

// model sums the analysis by dimension, for the accounts on the bill, and
// returns the others.
func (l *ledger) model() []unit.AccountID {
	billed := map[unit.AccountID]bool{}
	for i := range l.bill.Charges {
		billed[l.bill.Charges[i].Account] = true
	}
	skipped := map[unit.AccountID]bool{}
	add := func(k model.ResourceKey, lines []model.LineItem) {
		if !billed[k.Account] {
			skipped[k.Account] = true
			return
		}
		for _, item := range lines {
			s := l.side(meter{k.Service, item.Dimension})
			s.modelled, s.quantity = s.modelled.Add(item.Cost), s.quantity.Add(item.Quantity)
		}
	}
	for i := range l.an.Functions {
		add(l.an.Functions[i].Key, l.an.Functions[i].LineItems)
	}
	for i := range l.an.Resources {
		add(l.an.Resources[i].Key, l.an.Resources[i].LineItems)
	}
	return slices.Sorted(maps.Keys(skipped))
}

func (l *ledger) side(m meter) *side {
	s := l.sides[m]
	if s == nil {
		s = &side{usageTypes: map[string]bool{}, modelled: nothing}
		l.sides[m] = s
	}
	return s
}

// charge files one charge.
func (l *ledger) charge(c *Charge) {
	switch c.Category {
	case CategoryUsage, CategoryPlanUsage, CategoryReservedUsage:
	default:
		reason := cmp.Or(reasons[c.Category], ReasonOther)
		l.aside(c, reason, "", "", c.Billed)
		return
	}
	dimension := DimensionOf(c.Service, c.UsageType, c.Operation)
	if reason, detail := l.unmeasured(c, dimension); reason != "" {
		if !c.Billed.IsZero() {
			l.aside(c, reason, cmp.Or(dimension, c.UsageType), detail, c.Billed)
		}
		return
	}
	if off := c.Billed.Sub(c.Comparable); !off.IsZero() {
		l.aside(c, reasons[c.Category], "", "", off)
	}
	s := l.side(meter{c.Service, dimension})
	s.usageTypes[c.UsageType] = true
	s.compared = s.compared.Add(c.Comparable)
	if c.Free {
		s.free = s.free.Add(c.Quantity)
	}
}

// unmeasured says why a charge has nothing to be compared with, "" if it has.
func (l *ledger) unmeasured(c *Charge, dimension string) (reason, detail string) {
	switch {
	case !known(c.Service):
		return ReasonNotMeasured, "breakeven does not cover this service"
	case c.Outside:
		return ReasonGap, "nothing was collected of these hours"
	case !slices.Contains(l.an.Accounts, c.Account):
		return ReasonNotMeasured, fmt.Sprintf("account %s was not collected", c.Account)
	case dimension == "":
		return ReasonNotMeasured, "breakeven does not model this usage type"
	case c.Region != "" && !slices.Contains(l.an.Regions, c.Region):
		return ReasonNotMeasured, fmt.Sprintf("region %s was not collected", c.Region)
	}
	return "", ""
}

// aside files an amount that is not compared with the model.
func (l *ledger) aside(c *Charge, reason, dimension, detail string, billed unit.USD) {
	k := apartKey{c.Service, reason, dimension, detail}
	line := l.apart[k]
	if line == nil {
		line = &Line{Service: c.Service, Dimension: dimension, Reason: reason, Detail: detail, Modelled: nothing}
		l.apart[k] = line
	}
	line.Billed = line.Billed.Add(billed)
	if at, found := slices.BinarySearch(line.UsageTypes, c.UsageType); !found && c.UsageType != "" {
		line.UsageTypes = slices.Insert(line.UsageTypes, at, c.UsageType)
	}
}

// services makes the lines and sums them.
func (l *ledger) services() []Service {
	byName := map[string]*Service{}
	of := func(name string) *Service {
		s := byName[name]
		if s == nil {
			s = &Service{Service: name, Modelled: nothing, Within: true}
			byName[name] = s
		}
		return s
	}
	for m, s := range l.sides {
		sum := of(m.service)
		sum.Lines = append(sum.Lines, l.compare(m, s)...)
	}
	for _, line := range l.apart {
		sum := of(line.Service)
		sum.Lines = append(sum.Lines, *line)
	}
	var out []Service
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if s := byName[name]; len(s.Lines) > 0 {
			out = append(out, s.finish(l.opt.Tolerance))
		}
	}
	return out
}

// compare makes a meter's lines: its free part and the rest.
func (l *ledger) compare(m meter, s *side) []Line {
	var out []Line
	line := Line{Service: m.service, Dimension: m.dimension, UsageTypes: slices.Sorted(maps.Keys(s.usageTypes)), Billed: s.compared, Modelled: s.modelled}
	if s.free.Sign() > 0 && !s.modelled.Unknown && s.quantity.Sign() > 0 {
		free := line.Modelled.Scale(s.free.Min(s.quantity).Div(s.quantity))
		if !free.Likely.IsZero() {
			part := line
			part.Billed, part.Modelled, part.Reason = unit.USD{}, free, ReasonFreeTier
			out = append(out, part)
			line.Modelled = less(line.Modelled, free)
		}
	}
	line.Reason, line.Detail = l.reason(m, s, &line)
	if line.Billed.IsZero() && !line.Modelled.Unknown && line.Modelled.High.IsZero() {
		return out
	}
	return append(out, line)
}

// less takes a part off a cost, bound by bound.
func less(c, part model.Cost) model.Cost {
	return model.Cost{Low: c.Low.Sub(part.Low), Likely: c.Likely.Sub(part.Likely), High: c.High.Sub(part.High)}
}

// same is how far amounts may lie apart that are the same: AWS rounds each
// line of a bill to 10 decimals.
const same = 1e-6

// reason says what a compared line's difference is likely made of.
func (l *ledger) reason(m meter, s *side, line *Line) (reason, detail string) {
	if line.Modelled.Unknown {
		return ReasonNoPrice, "the price book has no price of it"
	}
	billed, likely := line.Billed.Float64(), line.Modelled.Likely.Float64()
	off := math.Abs(billed - likely)
	switch {
	case off <= same*math.Max(math.Abs(billed), 1e-3):
		return ReasonMatches, ""
	case off <= l.opt.Tolerance*math.Abs(billed):
		return ReasonRounding, ""
	case line.Billed.Cmp(line.Modelled.Low) >= 0 && line.Billed.Cmp(line.Modelled.High) <= 0:
		return ReasonInferred, fmt.Sprintf("metrics leave %s to %s USD open", line.Modelled.Low.StringFixed(2), line.Modelled.High.StringFixed(2))
	case s.quantity.IsZero() && billed > 0:
		return ReasonNotMeasured, "no metric tells of it"
	case billed > likely && l.gap(m.service):
		return ReasonGap, "metrics are missing, see breakeven query \"SELECT * FROM gaps\""
	case len(line.UsageTypes) == 0:
		return ReasonUnexplained, "modelled, and not on the bill"
	}
	return ReasonUnexplained, fmt.Sprintf("%+.2f %%, %s USD", 100*(billed-likely)/billed, line.Billed.Sub(line.Modelled.Likely).StringFixed(2))
}

// gap tells whether data of a service is missing.
func (l *ledger) gap(service string) bool {
	return slices.ContainsFunc(l.an.Gaps, func(g model.Gap) bool { return g.Service == service })
}

// finish sorts and sums a service's lines.
func (s *Service) finish(tolerance float64) Service {
	slices.SortFunc(s.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(oneIf(a.Dimension == ""), oneIf(b.Dimension == "")), cmp.Compare(a.Dimension, b.Dimension),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Detail, b.Detail))
	})
	for _, line := range s.Lines {
		s.Billed, s.Modelled = s.Billed.Add(line.Billed), s.Modelled.Add(line.Modelled)
		switch line.Reason {
		case ReasonMatches, ReasonRounding, ReasonInferred, ReasonUnexplained:
			s.Compared, s.ComparedModel = s.Compared.Add(line.Billed), s.ComparedModel.Add(nearest(line))
		}
	}
	if !s.Compared.IsZero() {
		off := s.Compared.Sub(s.ComparedModel).Ratio(s.Compared)
		s.Off = &off
	}
	s.Within = math.Abs(s.Compared.Sub(s.ComparedModel).Float64()) <= tolerance*math.Abs(s.Compared.Float64())
	return *s
}

// nearest is the modelled amount nearest to what was billed.
func nearest(l Line) unit.USD {
	switch {
	case l.Billed.Cmp(l.Modelled.Low) < 0:
		return l.Modelled.Low
	case l.Billed.Cmp(l.Modelled.High) > 0:
		return l.Modelled.High
	}
	return l.Billed
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
