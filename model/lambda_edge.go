package model

var _ = register(Service{
	Name:   "lambda_edge",
	Fields: []Field{lambdaMemory, {Name: "requests"}, {Name: "duration_ms"}},
	Bill:   billLambdaEdge,
})

// billLambdaEdge follows the AWS Lambda pricing page, "Lambda@Edge": no
// architecture, no tiers and no free allowance.
func billLambdaEdge(l *Lines, v Values) {
	l.Add(awsLambda, "edge-requests", v.Number("requests"))
	seconds := inSeconds(v.Number("requests").Mul(v.Number("duration_ms")))
	l.Add(awsLambda, "edge-duration", seconds.Mul(v.MiB("memory_mb").GB()))
}
