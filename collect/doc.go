// Package collect asks AWS and writes what it answers to the store. It is the
// only package that knows the AWS SDK, AWS's quotas and the prices of its own
// calls, and the only one in which goroutines run.
//
// A datum passes these rooms once, from the top to the bottom:
//
//	target.go    an account and a region, and the clients that speak to it
//	gate.go      every call passes here: quota, rejections, retries, the tally
//	limiter.go   the rate at which a kind of call may be made, learnt from AWS
//	discovery    a service's own file (lambda.go): what exists
//	ask.go       which series of a resource are worth their money, and when
//	batch.go     series packed into calls, all statistics of a metric together
//	fetch.go     pages of answers joined into dense columns
//	sink.go      one goroutine that owns the database
//
// Engine files know no service; a service is a value in the table of
// service.go and a few files that bear its name.
//
// GetMetricData is billed by the metric and the request, not by the point:
// a long window costs what a short one does. So a window is never split to
// fit a page, up to five statistics of a metric stay in one call, dead
// resources are found with one cheap metric, and what is young enough to
// change is simply read again together with what is new.
//
// Every window that was asked for is written to a ledger in the transaction
// that writes its points. A later run asks for what the ledger does not hold.
// A call that keeps failing becomes an open entry and a gap, and the rest
// goes on.
package collect
