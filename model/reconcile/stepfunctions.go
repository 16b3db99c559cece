package reconcile

var _ = register(service{
	name:     "stepfunctions",
	products: []string{"AmazonStates", "AWS Step Functions"},
	dimension: exactly(map[string]string{
		"statetransition": "standard-state-transitions", "stepfunctions-request": "express-requests",
		"stepfunctions-gb-second": "express-duration",
	}),
})
