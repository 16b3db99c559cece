// Package unit holds the quantities that every layer of breakeven speaks in:
// money, memory, GB-seconds, and the identities of AWS resources.
//
// Money and billed quantities are exact decimals. A bill multiplies prices of
// up to ten decimals with summed quantities; binary floats would drift in the
// ninth digit of a large bill, and an integer small enough for a millisecond
// of the smallest function (2e-9 USD) overflows 64 bits at ten million
// dollars. Floats belong in statistics, never in bills.
//
// The zero value of every type is its zero quantity.
package unit

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// AccountID is a 12-digit AWS account number.
type AccountID string

// Region is an AWS region code, such as "us-east-1".
type Region string

// InChina reports whether the region belongs to the aws-cn partition, which
// is billed in CNY and therefore outside of every price book here.
func (r Region) InChina() bool { return strings.HasPrefix(string(r), "cn-") }

// ResourceID names an AWS resource: its ARN where it has one, else the name
// its service uses.
type ResourceID string

// MiB is memory or storage in units of 2^20 bytes. AWS writes "MB" for it.
type MiB int64

// GB returns m as a quantity in AWS's GB, which are 1024 MiB.
func (m MiB) GB() Quantity { return QuantityOf(int64(m)).mul(perKi) }

// String prints m the way AWS's console does, such as "512 MB".
func (m MiB) String() string { return fmt.Sprintf("%d MB", int64(m)) }

// Architecture is the instruction set of a function, task or instance.
type Architecture string

// The architectures Lambda and Fargate offer, spelled as Lambda's API does.
const (
	X86 Architecture = "x86_64"
	ARM Architecture = "arm64"
)

var (
	perKi    = decimal.RequireFromString("0.0009765625") // 1/1024, exact
	perMilli = decimal.RequireFromString("0.001")
)

// Quantity is an exact, unitless decimal amount; the unit is written beside
// it wherever it travels (LineItem.Unit).
type Quantity struct{ d decimal.Decimal }

// QuantityOf returns n as a Quantity.
func QuantityOf(n int64) Quantity { return Quantity{decimal.NewFromInt(n)} }

// QuantityFromFloat returns the shortest decimal that prints as f does. It is
// meant for numbers people typed (a usage file), not for computed floats.
// It panics if f is NaN or infinite.
func QuantityFromFloat(f float64) Quantity { return Quantity{decimal.NewFromFloat(f)} }

// ParseQuantity reads a plain decimal such as "0.25" or "1e6".
func ParseQuantity(s string) (Quantity, error) {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return Quantity{}, fmt.Errorf("%q is not a number", s)
	}
	return Quantity{d}, nil
}

func (q Quantity) mul(d decimal.Decimal) Quantity { return Quantity{q.d.Mul(d)} }

// Add returns q + p.
func (q Quantity) Add(p Quantity) Quantity { return Quantity{q.d.Add(p.d)} }

// Sub returns q - p.
func (q Quantity) Sub(p Quantity) Quantity { return Quantity{q.d.Sub(p.d)} }

// Mul returns the exact product of q and p.
func (q Quantity) Mul(p Quantity) Quantity { return Quantity{q.d.Mul(p.d)} }

// Div returns q / p to 30 significant decimals. It panics if p is zero.
func (q Quantity) Div(p Quantity) Quantity { return Quantity{q.d.DivRound(p.d, 30)} }

// Ceil returns the smallest whole number not below q.
func (q Quantity) Ceil() Quantity { return Quantity{q.d.Ceil()} }

// Cmp compares q and p: -1, 0 or +1.
func (q Quantity) Cmp(p Quantity) int { return q.d.Cmp(p.d) }

// Sign returns -1, 0 or +1.
func (q Quantity) Sign() int { return q.d.Sign() }

// IsZero reports whether q is zero.
func (q Quantity) IsZero() bool { return q.d.IsZero() }

// Min returns the smaller of q and p.
func (q Quantity) Min(p Quantity) Quantity { return Quantity{decimal.Min(q.d, p.d)} }

// Max returns the larger of q and p.
func (q Quantity) Max(p Quantity) Quantity { return Quantity{decimal.Max(q.d, p.d)} }

// Float64 returns the nearest float, for charts and ratios only.
func (q Quantity) Float64() float64 { return q.d.InexactFloat64() }

// String prints all digits of q, without exponent.
func (q Quantity) String() string { return q.d.String() }

// MarshalJSON writes q as a JSON number with all its digits.
func (q Quantity) MarshalJSON() ([]byte, error) { return []byte(q.d.String()), nil }

// UnmarshalJSON reads a JSON number exactly.
func (q *Quantity) UnmarshalJSON(b []byte) error { return q.d.UnmarshalJSON(b) }

// GBSeconds is memory held over time as Lambda bills it: GB of 1024 MiB,
// times seconds.
type GBSeconds struct{ Quantity }

// GBSecondsOf returns the GB-seconds of memory m held for a summed billed
// time of ms milliseconds, exactly.
func GBSecondsOf(m MiB, ms Quantity) GBSeconds {
	return GBSeconds{m.GB().Mul(ms.mul(perMilli))}
}

// USD is an exact amount of US dollars. It is rounded once, where it is
// printed.
type USD struct{ d decimal.Decimal }

// ParseUSD reads a plain decimal amount such as "0.0000166667".
func ParseUSD(s string) (USD, error) {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return USD{}, fmt.Errorf("%q is not an amount", s)
	}
	return USD{d}, nil
}

// MustUSD is ParseUSD for constants; it panics on a malformed amount.
func MustUSD(s string) USD { return USD{decimal.RequireFromString(s)} }

// USDFromFloat returns the shortest decimal that prints as f does; for model
// results that were never exact. It panics if f is NaN or infinite.
func USDFromFloat(f float64) USD { return USD{decimal.NewFromFloat(f)} }

// Add returns u + v.
func (u USD) Add(v USD) USD { return USD{u.d.Add(v.d)} }

// Sub returns u - v.
func (u USD) Sub(v USD) USD { return USD{u.d.Sub(v.d)} }

// Mul returns u times q, exactly.
func (u USD) Mul(q Quantity) USD { return USD{u.d.Mul(q.d)} }

// Div returns u / q to 30 decimals. It panics if q is zero.
func (u USD) Div(q Quantity) USD { return USD{u.d.DivRound(q.d, 30)} }

// Ratio returns u / v as a float; it panics if v is zero.
func (u USD) Ratio(v USD) float64 { return u.d.DivRound(v.d, 17).InexactFloat64() }

// Cmp compares u and v: -1, 0 or +1.
func (u USD) Cmp(v USD) int { return u.d.Cmp(v.d) }

// Sign returns -1, 0 or +1.
func (u USD) Sign() int { return u.d.Sign() }

// IsZero reports whether u is zero.
func (u USD) IsZero() bool { return u.d.IsZero() }

// Float64 returns the nearest float, for charts and ratios only.
func (u USD) Float64() float64 { return u.d.InexactFloat64() }

// Round rounds half away from zero to the given decimals, as invoices do.
func (u USD) Round(places int32) USD { return USD{u.d.Round(places)} }

// StringFixed prints u with exactly the given decimals.
func (u USD) StringFixed(places int32) string { return u.d.StringFixed(places) }

// String prints all digits of u, without exponent or currency sign.
func (u USD) String() string { return u.d.String() }

// MarshalJSON writes u as a JSON number with all its digits.
func (u USD) MarshalJSON() ([]byte, error) { return []byte(u.d.String()), nil }

// UnmarshalJSON reads a JSON number exactly.
func (u *USD) UnmarshalJSON(b []byte) error { return u.d.UnmarshalJSON(b) }
