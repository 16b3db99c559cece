// Package breakeven is the root of the module; it holds no code, only the
// house rules that a program can check (house_test.go).
//
// Read the tree as a datum travels: collect asks AWS, store keeps rows and
// answers questions, model turns quantities into dollars and findings,
// report and tui print them, cmd/breakeven wires them together.
package breakeven
