package store

import (
	"fmt"
	"strings"
)

// tables are the registered wide tables, in order of registration.
var tables []*MetricTable

// register makes a wide table known to the store: it is created, unpivoted
// into the metrics view and fetched by its group without further ado.
func register(t MetricTable) *MetricTable {
	tables = append(tables, &t)
	return &t
}

func tableByName(name string) (*MetricTable, error) {
	for _, t := range tables {
		if t.Name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("no metric table %q", name)
}

// TablesOf returns the wide tables of a service's metrics by resource, in
// order of registration.
func TablesOf(service string) []*MetricTable {
	var out []*MetricTable
	for _, t := range tables {
		if t.Service == service {
			out = append(out, t)
		}
	}
	return out
}

// Column returns the column of that SQL name, nil if there is none.
func (t *MetricTable) Column(name string) *MetricColumn {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// create is the table's DDL. It has no key and no index: measured, they cost
// five times the time and ten times the space; windows are replaced as a
// whole instead.
func (t *MetricTable) create() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE IF NOT EXISTS %s (resource INTEGER NOT NULL, ts TIMESTAMP NOT NULL, period_s INTEGER NOT NULL", t.Name)
	for _, c := range t.Columns {
		fmt.Fprintf(&b, ", %s %s", c.Name, c.sqlType())
	}
	b.WriteString(")")
	return b.String()
}

// extend adds the columns that an older database lacks.
func (t *MetricTable) extend() []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, fmt.Sprintf("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s", t.Name, c.Name, c.sqlType()))
	}
	return out
}

func (c MetricColumn) sqlType() string {
	if c.Count {
		return "BIGINT"
	}
	return "DOUBLE"
}

// stat is the column's name in the metrics view: a further dimension stands
// behind the statistic, or sums over it would mix what is apart.
func (c MetricColumn) stat() string {
	if c.Value == "" {
		return c.Stat
	}
	return c.Stat + " " + c.Dimension + "=" + c.Value
}

// metricsView unpivots every wide table into CloudWatch's own names. Windows
// are replaced as a whole when they are fetched at another period, so an
// instant has one period only. What a region reports as a whole is left out:
// it would double every sum.
func metricsView() string {
	var parts []string
	for _, t := range tables {
		for _, c := range t.Columns {
			parts = append(parts, fmt.Sprintf(
				"SELECT resource, '%s' AS metric, '%s' AS stat, period_s, ts, CAST(%s AS DOUBLE) AS value FROM %s WHERE %s IS NOT NULL",
				c.Metric, c.stat(), c.Name, t.Name, c.Name))
		}
	}
	return `CREATE OR REPLACE VIEW metrics AS
SELECT r.account_id, r.region, r.service, r.resource_id, m.metric, m.stat, m.period_s, m.ts, m.value
FROM (` + strings.Join(parts, "\nUNION ALL ") + `) m JOIN resource r ON r.id = m.resource
WHERE r.resource_id <> ''`
}

// derived is what a service derives from its tables when a run ends.
type derived struct {
	// Refresh names the SQL file that fills its derived tables.
	Refresh string
	// Usage names the view of its billed quantities: resource, hour,
	// dimension, unit, quantity.
	Usage string
	// Hours is what Usage is made of, as far as there is something to bill:
	// a relation with a column hour, far cheaper to ask for its ends.
	Hours string
}

// services are the registered derivations.
var services []derived

func registerDerived(d derived) derived {
	services = append(services, d)
	return d
}

// metered are the views of services whose billed quantities follow from
// metrics and configuration: resource, hour, offer, dimension, unit,
// quantity, low, high (NULL where quantity is exact), basis. What they show
// is kept in usage_hour when a run ends.
var metered []string

// registerMetered makes such a view known, by name. Its file is
// sql/view_5?_NAME.sql.
func registerMetered(view string) string {
	metered = append(metered, view)
	return view
}

// usageView joins the services' billed quantities.
func usageView() string {
	parts := []string{"SELECT resource, hour, dimension, unit, quantity FROM usage_hour"}
	for _, d := range services {
		parts = append(parts, "SELECT resource, hour, dimension, unit, quantity FROM "+d.Usage)
	}
	return "CREATE OR REPLACE VIEW usage_hours AS\n" + strings.Join(parts, "\nUNION ALL ")
}

// extentQuery asks for the first hour with anything to bill and the end of the
// last: the ends of usageView, without adding up what lies between.
func extentQuery() string {
	parts := []string{"SELECT min(hour) AS low, max(hour) AS high FROM usage_packed"}
	for _, d := range services {
		parts = append(parts, "SELECT min(hour), max(hour) FROM "+d.Hours)
	}
	return "SELECT min(low), max(high) + INTERVAL 1 HOUR FROM (" + strings.Join(parts, " UNION ALL ") + ")"
}

// refreshMetered is the statement that keeps what a view of metered shows.
func refreshMetered(view string) string {
	return strings.ReplaceAll(question("refresh_metered"), "METERED", view)
}
