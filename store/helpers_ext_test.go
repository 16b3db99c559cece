package store_test

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model/unit"
)

func lambdaARN(i int) unit.ResourceID {
	return unit.ResourceID(fmt.Sprintf("arn:aws:lambda:eu-west-1:123456789012:function:f%05d", i))
}
