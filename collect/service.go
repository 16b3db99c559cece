package collect

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// service is what the engine needs to know of an AWS service. Adding one is
// adding a file that registers such a value.
type service struct {
	// name as in the usage file ("lambda").
	name string
	// operations it makes beside the engine's.
	operations []*Operation
	// collect brings one target's part of it up to date.
	collect func(context.Context, *target) error
	// plan adds what collect would ask and bill, making free calls only.
	plan func(context.Context, *target, Store, *Plan) error
}

// registered are the services that can be collected, in order of file names.
var registered []*service

// register makes a service known, for use in a package-level declaration.
func register(s *service) *service {
	registered = append(registered, s)
	return s
}

// services lists what can be collected, in the order of progress and plans:
// Lambda first, of which most is asked, then by name.
var services = sync.OnceValue(func() []*service {
	out := slices.Clone(registered)
	slices.SortFunc(out, func(a, b *service) int {
		return cmp.Or(rankOf(a.name)-rankOf(b.name), cmp.Compare(a.name, b.name))
	})
	return out
})

func rankOf(name string) int {
	if name == lambdaName {
		return 0
	}
	return 1
}

// ServiceNames lists the services that can be collected.
func ServiceNames() []string {
	var out []string
	for _, s := range services() {
		out = append(out, s.name)
	}
	return out
}
