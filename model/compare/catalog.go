package compare

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// The options, as contracts and screens spell them.
const (
	Lambda      = "lambda"
	Provisioned = "lambda-provisioned-concurrency"
	Managed     = "lambda-managed-instances"
	Fargate     = "fargate"
	EC2         = "ec2"
	// The same, following the load.
	FargateScaled = "fargate-autoscaled"
	EC2Scaled     = "ec2-autoscaled"
)

// kind is an option as it can be bought.
type kind struct {
	option   string
	arch     unit.Architecture
	purchase string
}

// serverKinds are every standing-capacity option of an architecture.
var serverKinds = map[unit.Architecture][]kind{unit.X86: kindsOf(unit.X86), unit.ARM: kindsOf(unit.ARM)}

func kindsOf(arch unit.Architecture) []kind {
	kinds := []kind{{Managed, arch, model.OnDemand}}
	for _, option := range []string{Fargate, EC2} {
		for _, purchase := range []string{model.OnDemand, model.SavingsPlan1y, model.SavingsPlan3y, model.Spot} {
			kinds = append(kinds, kind{option, arch, purchase})
		}
	}
	return kinds
}

// Catalog is what can be bought in each region, read from a price book once
// and then searched many times. It is for one goroutine.
type Catalog struct {
	book    *price.Book
	regions map[unit.Region]*shelf
	scratch scratch
}

// scratch is memory that one comparison after the other uses.
type scratch struct {
	fleets     []capacity.Fleet
	candidates []candidate
	ranking    []ranking
}

// reset forgets the last comparison.
func (s *scratch) reset() {
	s.fleets, s.candidates, s.ranking = s.fleets[:0], s.candidates[:0], s.ranking[:0]
}

// NewCatalog returns a catalog over a book.
func NewCatalog(book *price.Book) *Catalog {
	return &Catalog{book: book, regions: map[unit.Region]*shelf{}}
}

// shelf is what one region offers.
type shelf struct {
	book    *price.Book
	region  unit.Region
	kinds   map[kind]*goods
	prices  map[dimension]*flat
	scratch *scratch
}

// goods are the server sizes of a kind.
type goods struct {
	sizes  []capacity.Size
	pruned map[least][]capacity.Size
	// monthly is the price of every size by its name.
	monthly map[string]capacity.Dollars
	// missing is what the book lacks to price any of them.
	missing error
	// notes are what a reader must know of the prices.
	notes []string
}

// dimension names a price within a region.
type dimension struct{ service, name string }

// flat is a price of a single tier, or of the first one.
type flat struct {
	usd     capacity.Dollars
	price   price.Price
	missing error
}

func (c *Catalog) region(r unit.Region) *shelf {
	s, ok := c.regions[r]
	if !ok {
		s = &shelf{book: c.book, region: r, kinds: map[kind]*goods{}, prices: map[dimension]*flat{}, scratch: &c.scratch}
		c.regions[r] = s
	}
	return s
}

// flat returns the first price of a dimension.
func (s *shelf) flat(service, name string) *flat {
	id := dimension{service, name}
	f, ok := s.prices[id]
	if !ok {
		f = &flat{}
		f.price, f.missing = s.book.Lookup(price.Key{Service: service, Region: s.region, Dimension: name})
		if f.missing == nil {
			f.price = f.price.WithoutFreeTier()
			usd, _ := f.price.First()
			f.usd = capacity.Dollars(usd.Float64())
		}
		s.prices[id] = f
	}
	return f
}

// least is what a size must have to be of use at all.
type least struct{ gb, speed float64 }

// goods returns the sizes of a kind that have at least what is needed, each
// the best choice for some work.
func (s *shelf) goods(k kind, need least) ([]capacity.Size, *goods) {
	g, ok := s.kinds[k]
	if !ok {
		g = s.stock(k)
		g.monthly = make(map[string]capacity.Dollars, len(g.sizes))
		for i := range g.sizes {
			g.monthly[g.sizes[i].Name] = g.sizes[i].Monthly
		}
		g.sizes = capacity.Pareto(g.sizes)
		g.pruned = map[least][]capacity.Size{}
		s.kinds[k] = g
	}
	sizes, ok := g.pruned[need]
	if !ok {
		sizes = capacity.Prune(g.sizes, need.gb, need.speed)
		g.pruned[need] = sizes
	}
	return sizes, g
}

func (s *shelf) stock(k kind) *goods {
	if k.option == Fargate {
		return s.stockFargate(k)
	}
	return s.stockInstances(k)
}

func (s *shelf) stockFargate(k kind) *goods {
	rates := model.NewFargateRates(s.book, s.region, k.arch, k.purchase)
	g := &goods{missing: errors.Join(rates.VCPUErr, rates.MemoryErr)}
	if g.missing != nil {
		return g
	}
	g.note(rates.VCPU)
	vcpuHour, gbHour := rates.VCPU.USD.Float64(), rates.Memory.USD.Float64()
	for _, size := range model.FargateSizes {
		count, err := unit.ParseQuantity(size.VCPU)
		if err != nil {
			continue
		}
		vcpu := count.Float64()
		for _, memory := range size.Memories() {
			gb := memory.Float64()
			g.sizes = append(g.sizes, capacity.Size{
				Name: fmt.Sprintf("%s vCPU, %s GB", size.VCPU, memory), VCPU: vcpu, Slots: max(1, int(vcpu)), Speed: min(1, vcpu), GB: gb,
				Monthly: capacity.Dollars(model.HoursPerMonth * (vcpu*vcpuHour + gb*gbHour)),
			})
		}
	}
	return g
}

func (g *goods) note(r model.Rate) {
	if r.Note != "" && !slices.Contains(g.notes, r.Note) {
		g.notes = append(g.notes, r.Note)
	}
	if r.Source.Remembered && !slices.Contains(g.notes, rememberedNote) {
		g.notes = append(g.notes, rememberedNote)
	}
}

const rememberedNote = "some of its prices are remembered: no dated source confirms them"

const (
	// systemGB is the memory that the operating system and agents keep on an
	// instance.
	systemGB = 0.5
	// volumeGB is the gp3 root volume of an instance.
	volumeGB = 20
)

// stockInstances prices every instance type of an architecture.
func (s *shelf) stockInstances(k kind) *goods {
	g := &goods{}
	ebs := s.flat("AmazonEC2", "ebs-gp3-storage")
	if k.option == EC2 && ebs.missing != nil {
		g.missing = ebs.missing
		return g
	}
	for _, i := range s.book.Instances() {
		if i.Architecture != k.arch || i.Derived || k.option == Managed && !managed(i) {
			continue
		}
		rate, err := s.instanceRate(k, i.Type)
		if err != nil {
			if g.missing == nil {
				g.missing = err
			}
			continue
		}
		size := instanceSize(i)
		size.Monthly = capacity.Dollars(model.HoursPerMonth * rate.USD.Float64())
		if k.option == EC2 {
			size.Monthly += volumeGB * ebs.usd
		}
		g.sizes = append(g.sizes, size)
		if len(g.sizes) == 1 {
			g.note(rate)
		}
	}
	if len(g.sizes) > 0 {
		g.missing = nil
	}
	return g
}

func (s *shelf) instanceRate(k kind, instanceType string) (model.Rate, error) {
	rate, err := model.EC2Rate(s.book, s.region, instanceType, k.purchase)
	if err != nil || k.option != Managed {
		return rate, err
	}
	fee, err := model.ManagementFee(s.book, s.region, instanceType)
	rate.USD = rate.USD.Add(fee.USD)
	return rate, err
}

// managed reports whether Lambda Managed Instances offer a type: current C, M
// and R families from large up, as remembered from the AWS Lambda developer
// guide.
func managed(i price.Instance) bool {
	size := i.Type[strings.IndexByte(i.Type, '.')+1:]
	return strings.ContainsRune("cmr", rune(i.Family[0])) && i.Generation >= 6 && size != "medium" && size != "small"
}

// baseline is the share of each vCPU that a burstable size sustains without
// spending CPU credits (Amazon EC2 user guide, "Burstable performance
// instances").
var baseline = map[string]float64{"nano": 0.05, "micro": 0.1, "small": 0.2, "medium": 0.2, "large": 0.3, "xlarge": 0.4, "2xlarge": 0.4}

func instanceSize(i price.Instance) capacity.Size {
	s := capacity.Size{Name: i.Type, VCPU: float64(i.VCPU), Slots: i.VCPU, Speed: 1, GB: max(0, float64(i.Memory)/mibPerGB-systemGB)}
	if i.Burstable {
		s.VCPU *= baseline[i.Type[strings.IndexByte(i.Type, '.')+1:]]
	}
	return s
}
