package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// freeStorage is the ephemeral storage in MB that costs nothing.
const freeStorage unit.MiB = 512

var _ = register(Rule{Name: "lambda-ephemeral-storage", Service: "lambda", Advise: adviseStorage})

// adviseStorage points at paid ephemeral storage. Nothing measures how much
// of it is used, so the saving is anything from nothing to all of it.
func adviseStorage(s Subject) (model.Advice, bool) {
	f := s.Function
	if f.Deleted || f.Config.EphemeralStorage <= freeStorage {
		return model.Advice{}, false
	}
	paid := s.lines("ephemeral-storage-")
	if !worth(paid) {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:      fmt.Sprintf("Check whether /tmp needs %s: %s are free", f.Config.EphemeralStorage, freeStorage),
		Saving:     shares(paid, 0, 0.5, 1),
		Effects:    []model.Effect{{Lines: "ephemeral-storage-", Likely: 0.5, High: 1}},
		Evidence:   []string{fmt.Sprintf("%s configured, use is not measured by AWS, %s", f.Config.EphemeralStorage, s.span())},
		Confidence: "D", Effort: "low",
		Risk:     "writing to /tmp fails when it is full",
		Apply:    s.cli("update-function-configuration", fmt.Sprintf("--ephemeral-storage Size=%d", int64(freeStorage))),
		Disproof: "df /tmp inside the function, after its largest job",
	}, true
}
