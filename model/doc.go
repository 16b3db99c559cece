// Package model is what breakeven knows about cost: usage and prices in,
// findings out. It does no I/O, reads no clock and knows neither AWS SDK
// types nor SQL.
//
// A service is a file here (lambda.go): the usage it is billed for and the
// line items that follow. Analysis is the one finished value that the command
// line, the dashboard and the reports print; it is put together by package
// analyze from the Inputs that the store answers with.
package model
