// Package awstest serves a simulated AWS account on loopback HTTP to the
// unmodified AWS SDK for Go v2, and knows the exact truth about it.
//
// The server speaks the wire protocols that the pinned clients use: CloudWatch
// Smithy RPC v2 CBOR, Lambda REST JSON, STS awsQuery, CloudWatch Logs
// awsJson 1.1. Limits, paging, retention and error codes follow AWS's public
// documentation; where AWS is silent the choice is stated beside the code.
//
// The account is generated request by request from a seed: arrivals, execution
// environments with their cold starts, fractional-millisecond durations,
// memory and the billed milliseconds. Metrics, log lines and the truth are
// three readings of the same requests, so a collector that loses or doubles
// one datum disagrees with Truth. Prices are typed by hand in prices.go and
// nothing is imported from the model packages: a shared mistake would
// otherwise hide itself.
//
// Options.Large replaces the request simulation by values drawn from a hash,
// for benchmarks that need millions of points. Faults makes the server refuse,
// fail, delay and cut answers, and publish data late.
package awstest
