package main

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// recommendFlags choose what advice to print, and decide about some.
type recommendFlags struct {
	window windowFlags
	least  string
	top    int
	all    bool
	verify bool
	status []string
}

func newRecommend(a *app) *cobra.Command {
	var f recommendFlags
	cmd := &cobra.Command{
		Use:   "recommend",
		Short: "What would save money or trouble, ranked, with evidence",
		Long: `Print advice: what to change, what it saves a month of 730 hours, how sure
that is (A measured to D a guess within bounds), and in the data formats the
evidence, the command that does it and what would prove it wrong.

--status keeps a decision: accepted, done, ignored with a reason, or new to
forget it. What is ignored is hidden, here and on every other screen, and what
is done no longer counts towards what can be saved.

--verify finds changes of memory and architecture that were made in the window
and compares duration and cost before and after, on days of alike traffic.`,
		Example: `  breakeven recommend --min-savings 5
  breakeven recommend -o json
  breakeven recommend --verify
  breakeven recommend --status 'lambda-memory:ARN=ignored:load test in May'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRecommend(cmd.Context(), a, &f) },
	}
	f.window.register(cmd.Flags())
	cmd.Flags().IntVar(&f.top, "top", 0, "only the `n` largest savings")
	cmd.Flags().StringVar(&f.least, "min-savings", "0", "only what likely saves at least `USD` a month")
	cmd.Flags().BoolVar(&f.all, "all", false, "show what was ignored, too")
	cmd.Flags().BoolVar(&f.verify, "verify", false, "show what came of changes of memory and architecture instead")
	cmd.Flags().StringArrayVar(&f.status, "status", nil, "decide about advice: `ID=accepted|done|new|ignored:REASON`; may be given several times")
	return cmd
}

func runRecommend(ctx context.Context, a *app, f *recommendFlags) error {
	usd, err := unit.ParseUSD(f.least)
	if err != nil {
		return usageErrorf("--min-savings: %v", err)
	}
	decisions, err := f.decisions(a)
	if err != nil {
		return err
	}
	opt := analyze.Options{Ignored: f.all || len(decisions) > 0}
	an, err := a.loadAnalysis(ctx, f.window, opt)
	if err != nil {
		return err
	}
	if len(decisions) > 0 {
		if err := a.decide(ctx, an.Advice, decisions); err != nil {
			return err
		}
		if an, err = a.loadAnalysis(ctx, f.window, analyze.Options{Ignored: f.all}); err != nil {
			return err
		}
	}
	if f.verify {
		if err := a.write(report.Changes(an)); err != nil {
			return err
		}
		return a.complete(an)
	}
	if err := a.write(report.Recommendations(an, report.RecommendOptions{Least: usd, Top: f.top})); err != nil {
		return err
	}
	return a.complete(an)
}

// decision is ID=STATUS or ID=STATUS:REASON; an ID may hold both signs.
var decision = regexp.MustCompile(`^(.+?)=(accepted|done|new|ignored)(?::(.*))?$`)

// decisions reads --status.
func (f *recommendFlags) decisions(a *app) ([]model.Decision, error) {
	var out []model.Decision
	for _, text := range f.status {
		m := decision.FindStringSubmatch(text)
		if m == nil {
			return nil, usageErrorf("--status %q: want ID=accepted, ID=done, ID=new or ID=ignored:REASON", textsafe.Line(text))
		}
		d := model.Decision{ID: m[1], Status: model.AdviceStatus(m[2]), Reason: strings.TrimSpace(m[3]), At: a.now().UTC()}
		if d.Status == model.AdviceIgnored && d.Reason == "" {
			return nil, usageErrorf("--status %q: say why it is ignored, as in ID=ignored:REASON", textsafe.Line(text))
		}
		out = append(out, d)
	}
	return out, nil
}

// decide keeps decisions about advice that there is.
func (a *app) decide(ctx context.Context, list []model.Advice, decisions []model.Decision) error {
	for _, d := range decisions {
		if !slices.ContainsFunc(list, func(ad model.Advice) bool { return ad.ID == d.ID }) {
			return usageErrorf("--status: there is no advice %q: breakeven recommend --all -o json lists the ids", textsafe.Line(d.ID))
		}
	}
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	w, err := store.OpenWriter(ctx, path, store.Options{Now: a.now(), Purpose: "recommend --status"})
	if err != nil {
		return err
	}
	err = w.PutDecisions(ctx, decisions)
	if closed := w.Close(ctx); err == nil {
		err = closed
	}
	return err
}
