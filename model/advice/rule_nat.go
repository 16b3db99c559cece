package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

var _ = register(Rule{Name: "lambda-vpc-nat", Service: "lambda", Advise: adviseNAT})

// natInvocations is the least traffic at which the question is worth asking.
const natInvocations = 10_000

// adviseNAT asks a question: what a function in a VPC sends to AWS through a
// NAT gateway is paid for by the GB, and not through an endpoint of S3 or
// DynamoDB. No metric of the function tells which way its traffic takes.
func adviseNAT(s Subject) (model.Advice, bool) {
	f := s.Function
	if f.Deleted || !f.Config.InVPC || f.Signals.Invocations < natInvocations {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:  "Ask whether its traffic leaves the VPC through a NAT gateway",
		Saving: model.UnknownCost,
		Evidence: []string{
			fmt.Sprintf("it runs in a VPC, %s invocations, %s", thousands(f.Signals.Invocations), s.span()),
			"not enough data for a saving: Lambda has no metric of bytes sent",
		},
		Confidence: "D", Effort: "low",
		Risk:     "none from looking; a gateway endpoint changes routes of the subnet",
		Apply:    s.aws("ec2", "describe-vpc-endpoints", "--filters Name=vpc-endpoint-type,Values=Gateway"),
		Disproof: "gateway endpoints for S3 and DynamoDB that are there, or a function that calls neither",
	}, true
}
