package model

import (
	"github.com/breakeven-dev/breakeven/model/unit"
)

const awsELB = "AWSELB"

var _ = register(Service{
	Name: "alb",
	Fields: []Field{
		{Name: "hours", Default: HoursInMonth},
		{Name: "lcu"},
		{Name: "new_connections_per_second"},
		{Name: "active_connections"},
		{Name: "processed_gb_per_hour"},
		{Name: "rule_evaluations_per_second"},
		{Name: "lambda_targets", Kind: Flag, Default: "true"},
	},
	Bill: billALB,
})

// albLoads are the fields that lcu stands instead of.
var albLoads = []string{"new_connections_per_second", "active_connections", "processed_gb_per_hour", "rule_evaluations_per_second"}

// billALB prices a load balancer's hours and its capacity units, which a file
// gives as such or as the load that makes them.
func billALB(l *Lines, v Values) {
	hours, lcu := v.Number("hours"), v.Number("lcu")
	if !v.Given("lcu") {
		lcu = LCUs(ALBLoad{
			NewConnections:    v.Number("new_connections_per_second"),
			ActiveConnections: v.Number("active_connections"),
			GBPerHour:         v.Number("processed_gb_per_hour"),
			RuleEvaluations:   v.Number("rule_evaluations_per_second"),
			LambdaTargets:     v.Flag("lambda_targets"),
		})
	}
	for _, f := range albLoads {
		if v.Given("lcu") && v.Given(f) {
			l.Warn("usage", "lcu stands instead of "+f+", which is not priced")
		}
	}
	l.Add(awsELB, "application-load-balancer", hours)
	l.Add(awsELB, "application-load-balancer-lcu", hours.Mul(lcu))
}

// ALBLoad is what an Application Load Balancer does on average.
type ALBLoad struct {
	NewConnections    unit.Quantity // a second
	ActiveConnections unit.Quantity // sampled each minute
	GBPerHour         unit.Quantity // requests and responses
	RuleEvaluations   unit.Quantity // a second, the first ten rules of a request left out
	// LambdaTargets: a capacity unit then holds 0.4 GB an hour, else 1 GB.
	LambdaTargets bool
}

// LCUs returns the load balancer capacity units of a load: the largest of its
// four dimensions. One unit holds 25 new connections a second, 3,000 active
// connections, 1 GB an hour (0.4 GB with Lambda targets) and 1,000 rule
// evaluations a second (Elastic Load Balancing pricing page).
func LCUs(load ALBLoad) unit.Quantity {
	gb := unit.QuantityOf(1)
	if load.LambdaTargets {
		gb = unit.QuantityFromFloat(0.4)
	}
	return load.NewConnections.Div(unit.QuantityOf(25)).
		Max(load.ActiveConnections.Div(unit.QuantityOf(3000))).
		Max(load.GBPerHour.Div(gb)).
		Max(load.RuleEvaluations.Div(unit.QuantityOf(1000)))
}
