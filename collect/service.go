package collect

import "context"

// service is what the engine needs to know of an AWS service. Adding one is
// adding a file with such a value, and a line in services.
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

// services lists what can be collected, in the order of progress and plans.
var services = []*service{lambdaService}

// ServiceNames lists the services that can be collected.
func ServiceNames() []string {
	out := make([]string, len(services))
	for i, s := range services {
		out[i] = s.name
	}
	return out
}
