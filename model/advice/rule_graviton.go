package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Duration on arm64 over x86_64 in 215 published pairs of measurements:
// median 0.90, from 0.62 (hashing with assembly) to 1.18 (.NET). The price is
// a fifth lower; the likely saving counts that alone.
const (
	armRatioBest   = 0.8125
	armRatioLikely = 1.0
	armRatioWorst  = 1.1875
)

var _ = register(Rule{Name: "lambda-arm64", Service: "lambda", Advise: adviseARM})

// noARM are the runtimes that exist on x86_64 only (AWS Lambda developer
// guide, "Runtimes").
var noARM = map[string]bool{
	"go1.x": true, "provided": true, "java8": true, "ruby2.5": true,
	"nodejs4.3": true, "nodejs6.10": true, "nodejs8.10": true, "nodejs10.x": true,
	"python2.7": true, "python3.6": true, "python3.7": true,
	"dotnetcore1.0": true, "dotnetcore2.0": true, "dotnetcore2.1": true,
}

// adviseARM recommends arm64 where its price is known and the function's
// runtime exists for it.
func adviseARM(s Subject) (model.Advice, bool) {
	f := s.Function
	if _, unused := s.idle(); unused || f.Deleted || f.Config.Architecture == unit.ARM || f.Signals.Invocations == 0 || noARM[f.Config.Runtime] {
		return model.Advice{}, false
	}
	x86, okX := s.firstPrice("duration-x86")
	arm, okA := s.firstPrice("duration-arm")
	if !okX || !okA || x86.IsZero() {
		return model.Advice{}, false
	}
	price := arm.Ratio(x86)
	saving := func(ratio float64) float64 { return 1 - price*ratio }
	share := model.Effect{Low: saving(armRatioWorst), Likely: saving(armRatioLikely), High: saving(armRatioBest)}
	a := model.Advice{
		Title:   "Move to arm64",
		Effects: memoryEffects(share, "x86"),
		Evidence: []string{
			fmt.Sprintf("a GB-second costs %.1f %% less on arm64 in %s", (1-price)*100, f.Key.Region),
			"duration on arm64 over x86_64 in 215 published pairs: 0.90 median, 0.81 Python, 1.18 .NET",
			fmt.Sprintf("%s invocations, %s", thousands(f.Signals.Invocations), s.span()),
		},
		Confidence: "C", Effort: armEffort(f.Config),
		Risk:     "native dependencies and layers must exist for arm64",
		Apply:    s.cli("update-function-code", "--architectures arm64", armCode(f.Config)),
		Disproof: fmt.Sprintf("a build that fails for arm64, or a mean duration above %.2f times today's %.1f ms", 1/price, f.Signals.MeanMs),
	}
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

// armEffort: compiled code and images must be built again.
func armEffort(c model.FunctionConfig) string {
	if c.PackageType == "Image" || strings.HasPrefix(c.Runtime, "provided") {
		return "medium"
	}
	return "low"
}

func armCode(c model.FunctionConfig) string {
	if c.PackageType == "Image" {
		return "--image-uri IMAGE_FOR_ARM64"
	}
	return "--zip-file fileb://build-arm64.zip"
}
