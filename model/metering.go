package model

import "github.com/breakeven-dev/breakeven/model/unit"

// kbInGB is one KB in GB, both in powers of two; the division is exact.
var kbInGB = unit.QuantityOf(1).Div(unit.QuantityOf(1 << 20))

// Chunks returns how many units a request or message of kb KB is metered as:
// one for each chunk begun, and one for an empty one.
func Chunks(kb unit.Quantity, chunkKB int64) unit.Quantity {
	return unit.QuantityOf(1).Max(kb.Div(unit.QuantityOf(chunkKB)).Ceil())
}

// anyGiven returns the first of the fields that holds more than zero, empty
// if none does.
func anyGiven(v Values, fields ...string) string {
	for _, f := range fields {
		if v.Number(f).Sign() > 0 {
			return f
		}
	}
	return ""
}
