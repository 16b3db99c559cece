package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// ledger is the record of fetched windows, held in memory while a Writer is
// open: asking what ten thousand functions lack takes no query.
type ledger struct {
	entries map[ledgerKey]*track
	// kept is the instant before which everything was pruned, frozen that
	// before which hours stay as they were derived; 0 if nothing was pruned.
	kept, frozen int64
}

// ledgerKey is what an entry is about. Entries without a resource are told
// apart by account and region.
type ledgerKey struct {
	resource Ref
	group    string
	account  string
	region   string
}

// track is what is known of one key.
type track struct {
	done []span      // settled and complete, ascending, merged
	seen []span      // complete, though its end may still change
	open []openEntry // failed
}

// span is [from, to) in microseconds, DuckDB's own resolution.
type span struct{ from, to int64 }

type openEntry struct {
	span
	reason, action string
	at             time.Time
}

func keyOf(f *Fetch) ledgerKey {
	k := ledgerKey{resource: f.Resource, group: f.Group}
	if f.Resource == 0 {
		k.account, k.region = string(f.Account), string(f.Region)
	}
	return k
}

func spanOf(w model.Window) span { return span{w.From.UnixMicro(), w.To.UnixMicro()} }

func (s span) window() model.Window {
	return model.Window{From: time.UnixMicro(s.from).UTC(), To: time.UnixMicro(s.to).UTC()}
}

// add records one entry.
func (l *ledger) add(f *Fetch) {
	k := keyOf(f)
	t := l.entries[k]
	if t == nil {
		t = &track{}
		l.entries[k] = t
	}
	s := spanOf(f.Window)
	if s.from >= s.to {
		return
	}
	if f.Open {
		t.open = append(t.open, openEntry{span: s, reason: f.Reason, action: f.Action, at: f.At})
		return
	}
	t.seen = union(t.seen, s)
	if settled := min(s.to, f.SettledTo.UnixMicro()); settled > s.from {
		t.done = union(t.done, span{s.from, settled})
	}
	var still []openEntry
	for _, o := range t.open {
		for _, rest := range subtract([]span{o.span}, s) {
			o.span = rest
			still = append(still, o)
		}
	}
	t.open = still
}

// overlaps reports whether anything was ever stored for the key in s.
func (l *ledger) overlaps(k ledgerKey, s span) bool {
	t := l.entries[k]
	if t == nil || s.from >= s.to {
		return false
	}
	return slices.ContainsFunc(t.seen, func(x span) bool { return x.from < s.to && s.from < x.to })
}

// union adds s to sorted, disjoint spans and merges what touches.
func union(list []span, s span) []span {
	if s.from >= s.to {
		return list
	}
	out := make([]span, 0, len(list)+1)
	for i, x := range list {
		switch {
		case x.to < s.from:
			out = append(out, x)
		case s.to < x.from:
			return append(append(out, s), list[i:]...)
		default:
			s = span{min(s.from, x.from), max(s.to, x.to)}
		}
	}
	return append(out, s)
}

// subtract takes s out of sorted, disjoint spans.
func subtract(list []span, s span) []span {
	if s.from >= s.to {
		return list
	}
	var out []span
	for _, x := range list {
		if x.to <= s.from || s.to <= x.from {
			out = append(out, x)
			continue
		}
		if x.from < s.from {
			out = append(out, span{x.from, s.from})
		}
		if s.to < x.to {
			out = append(out, span{s.to, x.to})
		}
	}
	return out
}

// missing returns what of want no settled entry covers. What was pruned is
// not missed.
func (l *ledger) missing(k ledgerKey, want span) []span {
	if l.kept != 0 {
		want.from = max(want.from, l.kept)
	}
	lack := []span{want}
	if want.from >= want.to {
		return nil
	}
	if t := l.entries[k]; t != nil {
		for _, d := range t.done {
			lack = subtract(lack, d)
		}
	}
	return lack
}

// Missing returns, for each ref, the parts of want that no complete and
// settled fetch of the group covers, ascending. Refs that lack nothing are
// absent from the map.
func (w *Writer) Missing(_ context.Context, group string, refs []Ref, want model.Window) (map[Ref][]model.Window, error) {
	out := make(map[Ref][]model.Window)
	for _, ref := range refs {
		for _, s := range w.ledger.missing(ledgerKey{resource: ref, group: group}, spanOf(want)) {
			out[ref] = append(out[ref], s.window())
		}
	}
	return out, nil
}

// OpenIntervals lists the fetches that failed and were not made good since.
func (w *Writer) OpenIntervals(context.Context) []Fetch {
	var out []Fetch
	for k, t := range w.ledger.entries {
		key := w.names[k.resource]
		for _, o := range t.open {
			f := Fetch{
				Account: key.Account, Region: key.Region, Resource: k.resource, Group: k.group,
				Window: o.window(), Open: true, Reason: o.reason, Action: o.action, At: o.at,
			}
			if k.resource == 0 {
				f.Account, f.Region = unit.AccountID(k.account), unit.Region(k.region)
			}
			out = append(out, f)
		}
	}
	slices.SortFunc(out, compareFetches)
	return out
}

// PutFetches records what was asked for. A complete fetch closes the open
// intervals inside its window, and takes away their gaps.
func (w *Writer) PutFetches(ctx context.Context, fetches []Fetch) error {
	if len(fetches) == 0 {
		return nil
	}
	if err := w.tx(ctx, "writing the ledger", func() error { return w.writeFetches(ctx, fetches) }); err != nil {
		return err
	}
	w.remember(fetches)
	return nil
}

// writeFetches appends entries inside a transaction; remember follows when it
// is committed.
func (w *Writer) writeFetches(ctx context.Context, fetches []Fetch) error {
	var closed []Fetch
	for _, f := range fetches {
		if !f.Open {
			closed = append(closed, f)
		}
	}
	// First close, then append: what failed after it was complete is open.
	if err := w.closeGaps(ctx, closed); err != nil {
		return err
	}
	if err := w.thaw(ctx, closed); err != nil {
		return err
	}
	return w.append("ledger", len(fetches), func(a *duckdb.Appender, i int) error { return appendFetch(a, &fetches[i]) })
}

func appendFetch(a *duckdb.Appender, f *Fetch) error {
	settled := f.SettledTo
	if settled.IsZero() {
		settled = f.Window.From
	}
	return a.AppendRow(string(f.Account), string(f.Region), int32(f.Resource), f.Group, f.Window.From.UTC(), f.Window.To.UTC(),
		settled.UTC(), f.Open, f.Reason, f.Action, f.At.UTC())
}

func (w *Writer) remember(fetches []Fetch) {
	for i := range fetches {
		w.ledger.add(&fetches[i])
	}
}

// closeGaps takes the open ledger entries and the gaps of resources away
// where a complete fetch of the group now covers their whole window.
func (w *Writer) closeGaps(ctx context.Context, closed []Fetch) error {
	if len(closed) == 0 || !w.anyOpen(closed) {
		return nil
	}
	if _, err := w.conn.ExecContext(ctx, `CREATE OR REPLACE TEMP TABLE closed
		(resource INTEGER, account_id VARCHAR, region VARCHAR, service VARCHAR, resource_id VARCHAR, grp VARCHAR, from_ts TIMESTAMP, to_ts TIMESTAMP)`); err != nil {
		return err
	}
	err := w.append("closed", len(closed), func(a *duckdb.Appender, i int) error {
		f := closed[i]
		k := w.names[f.Resource]
		return a.AppendRow(int32(f.Resource), string(f.Account), string(f.Region), k.Service, string(k.ID), f.Group, f.Window.From.UTC(), f.Window.To.UTC())
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"close_open", "close_gaps"} {
		if _, err := w.conn.ExecContext(ctx, question(name)); err != nil {
			return err
		}
	}
	return nil
}

// anyOpen reports whether one of the fetches closes an open interval: nearly
// always none does, and the queries are spared.
func (w *Writer) anyOpen(closed []Fetch) bool {
	for i := range closed {
		if t := w.ledger.entries[keyOf(&closed[i])]; t != nil && len(t.open) > 0 {
			return true
		}
	}
	return false
}

// loadLedger reads the whole ledger.
func loadLedger(ctx context.Context, conn *sql.Conn) (*ledger, error) {
	l := &ledger{entries: map[ledgerKey]*track{}}
	err := conn.QueryRowContext(ctx, "SELECT coalesce(max(epoch_us(kept_from)), 0), coalesce(max(epoch_us(frozen_to)), 0) FROM pruned").Scan(&l.kept, &l.frozen)
	if err != nil {
		return nil, err
	}
	rows, err := conn.QueryContext(ctx, question("ledger"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f Fetch
		err := rows.Scan(&f.Account, &f.Region, &f.Resource, &f.Group, &f.Window.From, &f.Window.To, &f.SettledTo,
			&f.Open, &f.Reason, &f.Action, &f.At)
		if err != nil {
			return nil, err
		}
		l.add(&f)
	}
	return l, rows.Err()
}

// compactLedger writes the ledger as merged as it stands in memory, if that
// is much less than its rows.
func (w *Writer) compactLedger(ctx context.Context) error {
	var rows int
	if err := w.conn.QueryRowContext(ctx, "SELECT count(*) FROM ledger").Scan(&rows); err != nil {
		return w.fail("counting the ledger", err)
	}
	all := w.ledger.merged(w.names)
	if rows <= len(all) {
		return nil
	}
	return w.tx(ctx, "compacting the ledger", func() error {
		if _, err := w.conn.ExecContext(ctx, "DELETE FROM ledger"); err != nil {
			return err
		}
		return w.append("ledger", len(all), func(a *duckdb.Appender, i int) error { return appendFetch(a, &all[i]) })
	})
}

// merged lists the ledger with as few entries as say the same. When each was
// asked for is lost; what is settled is what counts.
func (l *ledger) merged(names map[Ref]model.ResourceKey) []Fetch {
	var out []Fetch
	for k, t := range l.entries {
		base := Fetch{Account: names[k.resource].Account, Region: names[k.resource].Region, Resource: k.resource, Group: k.group}
		if k.resource == 0 {
			base.Account, base.Region = unit.AccountID(k.account), unit.Region(k.region)
		}
		for _, s := range t.seen {
			f := base
			f.Window, f.SettledTo, f.At = s.window(), settledIn(t.done, s), s.window().To
			out = append(out, f)
			out = append(out, laterSettled(base, t.done, f.SettledTo, s)...)
		}
		for _, o := range t.open {
			f := base
			f.Window, f.SettledTo, f.Open, f.Reason, f.Action, f.At = o.window(), o.window().From, true, o.reason, o.action, o.at
			out = append(out, f)
		}
	}
	slices.SortFunc(out, compareFetches)
	return out
}

// settledIn is how far s is settled from its start.
func settledIn(done []span, s span) time.Time {
	for _, d := range done {
		if d.from <= s.from && s.from < d.to {
			return time.UnixMicro(min(d.to, s.to)).UTC()
		}
	}
	return s.window().From
}

// laterSettled lists the settled parts of s that begin after the first one.
func laterSettled(base Fetch, done []span, first time.Time, s span) []Fetch {
	var out []Fetch
	for _, d := range done {
		if d.from > first.UnixMicro() && d.from < s.to && d.to > s.from {
			f := base
			f.Window = d.window()
			f.SettledTo, f.At = f.Window.To, f.Window.To
			out = append(out, f)
		}
	}
	return out
}

func compareFetches(a, b Fetch) int {
	switch {
	case a.Resource != b.Resource:
		return int(a.Resource - b.Resource)
	case a.Account != b.Account:
		return strings.Compare(string(a.Account), string(b.Account))
	case a.Region != b.Region:
		return strings.Compare(string(a.Region), string(b.Region))
	case a.Group != b.Group:
		return strings.Compare(a.Group, b.Group)
	case a.Open != b.Open: // a complete entry that came later would close it
		if b.Open {
			return -1
		}
		return 1
	case !a.Window.From.Equal(b.Window.From):
		return a.Window.From.Compare(b.Window.From)
	}
	return a.Window.To.Compare(b.Window.To)
}
