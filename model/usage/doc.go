// Package usage reads usage files: a month's quantities of AWS resources, in
// YAML or JSON, as people write them to price something that does not run yet.
//
// It reads strictly. A key that no service knows, a quantity that is negative
// or no number, a value twice: each is an *Error that names file, line and
// field, because a typing error that is passed over is a wrong price. Nothing
// is read but the bytes given, and a hostile file costs no more than its size:
// YAML's aliases and merge keys are refused, as is deep nesting.
package usage
