package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// known is a resource as it stands in the database.
type known struct {
	Resource
	firstSeen time.Time
}

// loadResources reads every resource and its newest configuration.
func (w *Writer) loadResources(ctx context.Context) error {
	w.refs, w.names = map[model.ResourceKey]*known{}, map[Ref]model.ResourceKey{}
	rows, err := w.conn.QueryContext(ctx, question("resources"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k known
		var tags, config string
		err := rows.Scan(&k.Ref, &k.Key.Account, &k.Key.Region, &k.Key.Service, &k.Key.ID, &k.Key.Name, &k.App,
			&tags, &k.Origin, &k.Deleted, &k.firstSeen, &k.SeenAt, &config, &k.ValidFrom)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(tags), &k.Tags); err != nil {
			return fmt.Errorf("tags of %s: %w", k.Key.ID, err)
		}
		k.Config = json.RawMessage(config)
		w.refs[identity(k.Key)], w.names[k.Ref] = &k, k.Key
		w.next = max(w.next, k.Ref)
	}
	return rows.Err()
}

// identity is a key without what may change (the name of a resource that has
// an ARN stays; one known by name only keeps both).
func identity(k model.ResourceKey) model.ResourceKey { return k }

// PutResources records resources and returns their refs in order. A resource
// seen before keeps its ref; a Config that differs from its newest one opens a
// new version. What inventory says is not overwritten by what logs or metrics
// guess.
func (w *Writer) PutResources(ctx context.Context, rs []Resource) ([]Ref, error) {
	refs := make([]Ref, len(rs))
	changed, versions := map[Ref]*known{}, []Resource(nil)
	for i, r := range rs {
		k, opened := w.merge(r)
		refs[i] = k.Ref
		changed[k.Ref] = k
		if opened {
			versions = append(versions, k.Resource)
		}
	}
	if len(rs) == 0 {
		return refs, nil
	}
	err := w.tx(ctx, "recording resources", func() error {
		if err := w.replaceResources(ctx, changed); err != nil {
			return err
		}
		return w.append("resource_version", len(versions), func(a *duckdb.Appender, i int) error {
			v := versions[i]
			return a.AppendRow(int32(v.Ref), v.ValidFrom.UTC(), v.SeenAt.UTC(), string(v.Config))
		})
	})
	if err != nil {
		// Memory is ahead of the database now: read it again.
		if lerr := w.loadResources(context.WithoutCancel(ctx)); lerr != nil {
			return nil, fmt.Errorf("%w (and reading resources again: %w)", err, lerr)
		}
		return nil, err
	}
	return refs, nil
}

// merge puts r into memory and reports whether its configuration is new.
func (w *Writer) merge(r Resource) (k *known, opened bool) {
	if r.ValidFrom.IsZero() {
		r.ValidFrom = r.SeenAt
	}
	if len(r.Config) == 0 {
		r.Config = json.RawMessage("{}")
	}
	old := w.refs[identity(r.Key)]
	if old == nil {
		w.next++
		r.Ref = w.next
		k = &known{Resource: r, firstSeen: r.SeenAt}
		w.refs[identity(r.Key)], w.names[r.Ref] = k, r.Key
		return k, true
	}
	guess := r.Origin != originInventory && old.Origin == originInventory
	if old.SeenAt.Before(r.SeenAt) {
		old.SeenAt = r.SeenAt
	}
	if guess {
		old.Deleted = old.Deleted || r.Deleted
		return old, false
	}
	opened = !sameJSON(old.Config, r.Config)
	old.App, old.Tags, old.Origin, old.Deleted = r.App, r.Tags, r.Origin, r.Deleted
	if opened {
		old.Config, old.ValidFrom = r.Config, r.ValidFrom
	}
	return old, opened
}

const originInventory = "inventory"

// sameJSON compares two documents without regard to layout and key order.
func sameJSON(a, b json.RawMessage) bool {
	if string(a) == string(b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	xb, xerr := json.Marshal(x)
	yb, yerr := json.Marshal(y)
	return xerr == nil && yerr == nil && string(xb) == string(yb)
}

// replaceResources writes the rows of changed resources anew.
func (w *Writer) replaceResources(ctx context.Context, changed map[Ref]*known) error {
	list := slices.Sorted(maps.Keys(changed))
	if err := w.doom(ctx, list); err != nil {
		return err
	}
	if _, err := w.conn.ExecContext(ctx, "DELETE FROM resource WHERE id IN (SELECT resource FROM doomed)"); err != nil {
		return err
	}
	return w.append("resource", len(list), func(a *duckdb.Appender, i int) error {
		k := changed[list[i]]
		tags := []byte("{}")
		if len(k.Tags) > 0 {
			var err error
			if tags, err = json.Marshal(k.Tags); err != nil {
				return err
			}
		}
		return a.AppendRow(int32(k.Ref), string(k.Key.Account), string(k.Key.Region), k.Key.Service, string(k.Key.ID),
			k.Key.Name, k.App, string(tags), k.Origin, k.Deleted, k.firstSeen.UTC(), k.SeenAt.UTC())
	})
}

// doom fills the temporary table of refs that a DELETE joins with.
func (w *Writer) doom(ctx context.Context, refs []Ref) error {
	_, err := w.conn.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE doomed (resource INTEGER, from_ts TIMESTAMP, to_ts TIMESTAMP)")
	if err != nil {
		return err
	}
	return w.append("doomed", len(refs), func(a *duckdb.Appender, i int) error {
		return a.AppendRow(int32(refs[i]), nil, nil)
	})
}

// Resources returns what is known of a service's resources, by ref.
func (w *Writer) Resources(_ context.Context, service string) ([]Resource, error) {
	var out []Resource
	for _, k := range w.refs {
		if k.Key.Service == service && k.Key.ID != "" {
			out = append(out, k.Resource)
		}
	}
	slices.SortFunc(out, func(a, b Resource) int { return int(a.Ref - b.Ref) })
	return out, nil
}

// accountKey is the pseudo-resource that stands for a region as a whole.
func accountKey(account unit.AccountID, region unit.Region, service string) model.ResourceKey {
	return model.ResourceKey{Account: account, Region: region, Service: service}
}
