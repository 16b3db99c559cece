package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
)

// JSON writes a whole analysis under the common head. Its keys are those of
// model.Analysis; warnings are texts in the head and stand with their code
// and resource under warning_details.
func JSON(w io.Writer, a model.Analysis) error {
	a.Accounts, a.Regions, a.Sources = listed(a.Accounts), listed(a.Regions), listed(a.Sources)
	a.Services, a.Functions, a.Hours = listed(a.Services), listed(a.Functions), listed(a.Hours)
	a.Advice, a.Gaps, a.Resources = listed(a.Advice), listed(a.Gaps), listed(a.Resources)
	a.Apps = listed(a.Apps)
	body := struct {
		model.Analysis
		// These keys are the head's.
		GeneratedAt *struct{}       `json:"generated_at,omitempty"`
		Book        *struct{}       `json:"price_book,omitempty"`
		Warnings    *struct{}       `json:"warnings,omitempty"`
		Details     []model.Warning `json:"warning_details"`
	}{Analysis: a, Details: append([]model.Warning{}, a.Warnings...)}
	return WriteJSON(w, NewEnvelope(a.GeneratedAt, a.Book, a.Warnings), body)
}

// listed is s, as an empty list where it is nil: a list in JSON is never null.
func listed[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// CSV writes the line items of an analysis, one row each: what the bill is
// made of. The column cost_usd adds up to the total.
func CSV(w io.Writer, a model.Analysis) error {
	t, err := Costs(a, CostOptions{})
	if err != nil {
		return err
	}
	return Write(w, t, "csv", Layout{})
}

// Markdown writes an analysis as one Markdown document, for mail and pull
// requests.
func Markdown(w io.Writer, a model.Analysis) error {
	functions, err := Functions(a, FunctionOptions{})
	if err != nil {
		return err
	}
	services, err := Costs(a, CostOptions{GroupBy: "dimension"})
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Serverless cost report\n\n%s\n\n", markdownText(headline(a)))
	fmt.Fprintf(&b, "%s\n\n", markdownText(a.Compare.Verdict))
	tables := []Table{Recommendations(a, RecommendOptions{}), services, functions, ColdStarts(a), Compare(a, a.Compare, "The account")}
	for i, t := range tables {
		if i > 0 {
			b.WriteByte('\n')
		}
		t.Warnings = nil
		if err := writeMarkdown(&b, t.forPeople()); err != nil {
			return err
		}
	}
	fmt.Fprintf(&b, "\n### Method and coverage\n\n")
	for _, l := range append(methodLines(a), footnotes(a.Warnings)...) {
		fmt.Fprintf(&b, "- %s\n", markdownText(l))
	}
	for _, g := range a.Gaps {
		fmt.Fprintf(&b, "- %s\n", markdownText(GapText(g)))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// headline is the window's cost in a sentence.
func headline(a model.Analysis) string {
	if a.Total.Unknown {
		return fmt.Sprintf("What %s cost is not known in full; what could be priced comes to %s.", window(a.Window), money(Priced(a)))
	}
	return fmt.Sprintf("%s cost %s, which is %s a month of 730 hours.", window(a.Window), money(a.Total), money(a.Monthly))
}

// methodLines say how the figures were made.
func methodLines(a model.Analysis) []string {
	allowance := "without the monthly free allowances"
	if a.FreeTier {
		allowance = "after the monthly free allowances"
	}
	return []string{
		fmt.Sprintf("Prices: book %s, as of %s, list prices in USD %s.", a.Book.Version, a.Book.AsOf, allowance),
		fmt.Sprintf("Data: %s, collected %s.", strings.Join(a.Sources, ", "), instant(a.CollectedAt)),
		fmt.Sprintf("Coverage: %s of the metrics, REPORT lines for %s of the invocations.", percent(a.Coverage.Metrics), percent(a.Coverage.Reports)),
		fmt.Sprintf("Collecting it took %s requests and cost %s.", count(a.Calls.Requests), usd(a.Calls.Cost)),
		"A month is 730 hours. Amounts are exact until they are printed; printed parts add up to the printed total. A dash is not known, never zero.",
	}
}

// GapText says in a line what is missing and why.
func GapText(g model.Gap) string {
	what := g.Service
	if g.Resource != "" {
		what = shortName(g.Resource)
	}
	return fmt.Sprintf("Missing: %s of %s in %s, %s to %s: %s", g.Metric, what, g.Region, instant(g.From), instant(g.To), g.Reason)
}
