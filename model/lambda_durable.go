package model

var _ = register(Service{
	Name:   "lambda_durable",
	Fields: []Field{{Name: "executions"}, {Name: "operations"}, {Name: "gb_written"}, {Name: "gb_months_retained"}},
	Bill:   billLambdaDurable,
})

// billLambdaDurable prices what durable functions add to a function's own
// bill. Starting an execution is a durable operation like completing a step
// or creating a wait (AWS Lambda pricing page, "Durable functions").
func billLambdaDurable(l *Lines, v Values) {
	l.Add(awsLambda, "durable-operations", v.Number("executions").Add(v.Number("operations")))
	l.Add(awsLambda, "durable-data-written", v.Number("gb_written"))
	l.Add(awsLambda, "durable-data-retained", v.Number("gb_months_retained"))
}
