package advice

import (
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// runtimeNotice is how long before its end a runtime is worth a word: a quarter,
// which is time enough to move without haste.
const runtimeNotice = 90 * 24 * time.Hour

// runtimeEnd is a runtime's deprecation: from then on AWS neither patches nor
// supports it; some time later functions cannot be changed any more.
type runtimeEnd struct {
	at   string // date
	next string // what to move to
}

// runtimeEnds is AWS's own table (AWS Lambda Developer Guide, "Lambda
// runtimes", deprecation dates as of October 2026; the past ones are in
// cfn-lint's LmbdRuntimeLifecycle.json too) as far as it ends by 2027.
var runtimeEnds = map[string]runtimeEnd{
	"nodejs4.3": {"2020-03-05", "nodejs24.x"}, "nodejs6.10": {"2019-08-12", "nodejs24.x"}, "nodejs8.10": {"2020-03-06", "nodejs24.x"},
	"nodejs10.x": {"2021-07-30", "nodejs24.x"}, "nodejs12.x": {"2023-03-31", "nodejs24.x"}, "nodejs14.x": {"2023-12-04", "nodejs24.x"},
	"nodejs16.x": {"2024-06-12", "nodejs24.x"}, "nodejs18.x": {"2025-09-01", "nodejs24.x"}, "nodejs20.x": {"2026-04-30", "nodejs24.x"},
	"nodejs22.x": {"2027-04-30", "nodejs24.x"},
	"python2.7":  {"2021-07-15", "python3.13"}, "python3.6": {"2022-07-18", "python3.13"}, "python3.7": {"2023-12-04", "python3.13"},
	"python3.8": {"2024-10-14", "python3.13"}, "python3.9": {"2025-12-15", "python3.13"}, "python3.10": {"2026-10-31", "python3.13"},
	"python3.11": {"2027-06-30", "python3.13"},
	"ruby2.5":    {"2021-07-30", "ruby3.4"}, "ruby2.7": {"2023-12-07", "ruby3.4"}, "ruby3.2": {"2026-03-31", "ruby3.4"}, "ruby3.3": {"2027-03-31", "ruby3.4"},
	"java8": {"2024-01-08", "java21"}, "java8.al2": {"2027-06-30", "java21"}, "java11": {"2027-06-30", "java21"}, "java17": {"2027-06-30", "java21"},
	"go1.x": {"2024-01-08", "provided.al2023"}, "provided": {"2024-01-08", "provided.al2023"}, "provided.al2": {"2026-07-31", "provided.al2023"},
	"dotnetcore1.0": {"2019-06-27", "dotnet10"}, "dotnetcore2.0": {"2019-05-30", "dotnet10"}, "dotnetcore2.1": {"2022-01-05", "dotnet10"},
	"dotnetcore3.1": {"2023-04-03", "dotnet10"}, "dotnet6": {"2024-12-20", "dotnet10"}, "dotnet7": {"2024-05-14", "dotnet10"},
	"dotnet8": {"2026-11-10", "dotnet10"},
}

var _ = register(Rule{Name: "lambda-runtime", Service: "lambda", Advise: adviseRuntime})

// adviseRuntime names functions whose runtime AWS no longer patches, or soon
// will not.
func adviseRuntime(s Subject) (model.Advice, bool) {
	f := s.Function
	end, ok := runtimeEnds[f.Config.Runtime]
	at, err := time.Parse(time.DateOnly, end.at)
	if f.Deleted || !ok || err != nil || s.Window.To.Before(at.Add(-runtimeNotice)) {
		return model.Advice{}, false
	}
	tense := "ended"
	if s.Window.To.Before(at) {
		tense = "ends"
	}
	return model.Advice{
		Title:  fmt.Sprintf("Move from %s to %s: support %s on %s", f.Config.Runtime, end.next, tense, end.at),
		Saving: model.Exactly(zero),
		Evidence: []string{
			fmt.Sprintf("configured runtime %s, %s invocations, %s", f.Config.Runtime, thousands(f.Signals.Invocations), s.span()),
			"AWS Lambda Developer Guide, runtime deprecation",
		},
		Confidence: "A", Effort: "medium",
		Risk:     "language and library versions change: test before",
		Apply:    s.cli("update-function-configuration", "--runtime "+end.next),
		Disproof: "an entry of AWS's runtime table with a later date",
	}, true
}
