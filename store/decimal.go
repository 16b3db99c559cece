package store

import (
	"github.com/duckdb/duckdb-go/v2"
	"github.com/shopspring/decimal"
)

// decimalOf turns a decimal string into DuckDB's DECIMAL(width, scale),
// rounding half away from zero beyond scale.
func decimalOf(s string, width, scale uint8) duckdb.Decimal {
	d, err := decimal.NewFromString(s)
	if err != nil {
		d = decimal.Zero // s comes from a decimal's own String
	}
	v := d.Round(int32(scale)).Shift(int32(scale)).BigInt()
	return duckdb.Decimal{Width: width, Scale: scale, Value: v}
}
