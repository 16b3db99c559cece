package model

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const awsDataTransfer = "AWSDataTransfer"

var _ = register(Service{
	Name:   "data_transfer",
	Fields: []Field{{Name: "internet_out_gb"}, {Name: "cross_az_gb"}},
	Allowances: []Allowance{{
		Name:   "internet egress",
		Of:     price.Key{Service: awsDataTransfer, Region: price.AnyRegion, Dimension: "free-tier-internet-out"},
		Covers: []string{"internet-out"},
	}},
	Bill: billDataTransfer,
})

// billDataTransfer follows the EC2 pricing page, "Data transfer". What crosses
// zones is charged to the sender and to the receiver.
func billDataTransfer(l *Lines, v Values) {
	l.Add(awsDataTransfer, "internet-out", v.Number("internet_out_gb"))
	l.Add(awsDataTransfer, "inter-az", v.Number("cross_az_gb").Mul(unit.QuantityOf(2)))
}
