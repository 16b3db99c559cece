package price

import (
	"strconv"
	"strings"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Instance is the size of an EC2 instance type.
type Instance struct {
	Type         string // "c7g.xlarge"
	Family       string // "c7g"
	Generation   int
	VCPU         int
	Memory       unit.MiB
	Architecture unit.Architecture
	Burstable    bool // the T families: a share of each vCPU, the rest on credits
	LocalDisk    bool
	// Derived marks a size that follows from its name and that no source
	// lists.
	Derived bool
}

// Instances returns the sizes of every instance type in the book, the same
// order each time: by family, then by size. The caller must not change them.
func (b *Book) Instances() []Instance { return b.instances() }

// Instance returns the size of an instance type, and false if the book does
// not list it.
func (b *Book) Instance(name string) (Instance, bool) {
	for _, i := range b.instances() {
		if i.Type == name {
			return i, true
		}
	}
	return Instance{}, false
}

// OnDemandKey is the key of an instance type's on-demand price an hour (Linux,
// shared tenancy).
func OnDemandKey(region unit.Region, instanceType string) Key {
	return Key{Service: "AmazonEC2", Region: region, Dimension: "linux-shared-on-demand:" + instanceType}
}

// OnDemand returns the on-demand price of an instance type in dollars an hour
// (Linux, shared tenancy), or a *MissingError.
func (b *Book) OnDemand(region unit.Region, instanceType string) (unit.USD, Source, error) {
	p, err := b.Lookup(OnDemandKey(region, instanceType))
	if err != nil {
		return unit.USD{}, Source{}, err
	}
	usd, src := p.First()
	return usd, src, nil
}

func readInstances() []Instance {
	var all []Instance
	for _, l := range lines("instances", 9) {
		if i, ok := parseInstance(l); ok {
			all = append(all, i)
		}
	}
	return all
}

func parseInstance(l []string) (Instance, bool) {
	generation, err1 := strconv.Atoi(l[2])
	vcpu, err2 := strconv.Atoi(l[3])
	mib, err3 := strconv.ParseInt(l[4], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return Instance{}, false
	}
	arch := unit.X86
	if l[5] == "arm64" {
		arch = unit.ARM
	}
	return Instance{
		Type: l[0], Family: l[1], Generation: generation, VCPU: vcpu, Memory: unit.MiB(mib), Architecture: arch,
		Burstable: l[6] == "yes", LocalDisk: l[7] == "yes", Derived: strings.HasPrefix(l[8], "y"),
	}, true
}
