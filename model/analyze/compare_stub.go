package analyze

import (
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
)

type Assumptions struct{}

func compareAll([]pricedFunction, model.Inputs, *price.Book, Assumptions) model.Comparison {
	return model.Comparison{}
}
