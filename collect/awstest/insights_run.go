package awstest

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// resultField is one cell of a query's answer.
type resultField struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// queryStatistics is what a query read.
type queryStatistics struct {
	RecordsMatched   float64 `json:"recordsMatched"`
	RecordsScanned   float64 `json:"recordsScanned"`
	BytesScanned     float64 `json:"bytesScanned"`
	LogGroupsScanned float64 `json:"logGroupsScanned"`
}

// queryRun is a query over some log groups and [start, end] in Unix
// milliseconds, both ends included.
type queryRun struct {
	query      *insightsQuery
	functions  []*function
	start, end int64
	view       view
	limit      int
	stats      queryStatistics
	cancelled  func() bool
}

// run evaluates the query.
func (q *queryRun) run() [][]resultField {
	q.stats.LogGroupsScanned = float64(len(q.functions))
	if q.query.aggs != nil {
		return q.group()
	}
	return q.list()
}

// each calls fn for each matching line; fn returns false to stop.
func (q *queryRun) each(fn func(*logRow) bool) {
	var row logRow
	for _, f := range q.functions {
		row = logRow{f: f, buf: row.buf, log: AccountID + ":" + f.logGroup()}
		start := max(q.start, f.keepsFrom(q.view.now))
		reqs := f.requests
		i := sort.Search(len(reqs), func(i int) bool { return reqs[i].start >= start-hourMs })
		for ; i < len(reqs) && reqs[i].start <= q.end; i++ {
			if i%4096 == 0 && q.cancelled() {
				return
			}
			if !q.request(&row, i, start, fn) {
				return
			}
		}
	}
}

// request runs over the lines of one request.
func (q *queryRun) request(row *logRow, i int, start int64, fn func(*logRow) bool) bool {
	f := row.f
	r := &f.requests[i]
	if r.end() < start || !ran(r) || !f.visible(i, publishedLogs, q.view.now, q.view.late) {
		return true
	}
	q.stats.BytesScanned += float64(f.logBytes(r)) * float64(r.weight)
	q.stats.RecordsScanned += float64(f.logEvents(r)) * float64(r.weight)
	for k := range eventKinds {
		at := eventTime(r, k)
		if at < start || at > q.end || !f.writes(i, k) {
			continue
		}
		row.request, row.kind, row.at, row.written = i, k, at, false
		if !q.matches(row) {
			continue
		}
		q.stats.RecordsMatched += float64(r.weight)
		if !fn(row) {
			return false
		}
	}
	return true
}

func (q *queryRun) matches(row *logRow) bool {
	for _, f := range q.query.filters {
		if !f(row).truth() {
			return false
		}
	}
	return true
}

// list answers a query without stats: newest first unless sorted.
func (q *queryRun) list() [][]resultField {
	fields := q.query.fields
	if len(fields) == 0 {
		fields = []column{{"@timestamp", field("@timestamp")}, {"@message", field("@message")}}
	}
	type hit struct {
		at   int64
		line []resultField
	}
	var hits []hit
	q.each(func(r *logRow) bool {
		var out []resultField
		for _, c := range fields {
			v := c.expr(r)
			switch {
			case c.name == "@timestamp":
				out = append(out, resultField{c.name, insightsTime(r.at)})
			case v.kind != null:
				out = append(out, resultField{c.name, v.text()})
			}
		}
		ptr := strconv.FormatUint(mix(r.f.seed^uint64(r.request)<<3^uint64(r.kind)), 36)
		hits = append(hits, hit{r.at, append(out, resultField{"@ptr", ptr})})
		return true
	})
	slices.SortStableFunc(hits, func(a, b hit) int { return int(b.at - a.at) })
	out := make([][]resultField, len(hits))
	for i := range hits {
		out[i] = hits[i].line
	}
	return q.finish(out)
}

// groupState is one group of a stats command.
type groupState struct {
	by   []value
	aggs []aggState
}

type aggState struct {
	count, sum, min, max float64
	all                  []float64
}

// group answers a query with stats, groups in the order of their first line
// unless sorted.
func (q *queryRun) group() [][]resultField {
	groups := map[string]*groupState{}
	var order []*groupState
	var key, lastKey []byte
	var last *groupState
	by := make([]value, len(q.query.by))
	q.each(func(r *logRow) bool {
		key = key[:0]
		for i, c := range q.query.by {
			by[i] = c.expr(r)
			key = by[i].appendKey(key)
		}
		if last == nil || string(key) != string(lastKey) {
			g, ok := groups[string(key)]
			if !ok {
				g = &groupState{by: slices.Clone(by), aggs: make([]aggState, len(q.query.aggs))}
				groups[string(key)] = g
				order = append(order, g)
			}
			last, lastKey = g, append(lastKey[:0], key...)
		}
		weight := float64(r.req().weight)
		for i := range q.query.aggs {
			last.aggs[i].add(&q.query.aggs[i], r, weight)
		}
		return true
	})
	if len(order) == 0 && len(q.query.by) == 0 {
		order = []*groupState{{aggs: make([]aggState, len(q.query.aggs))}}
	}
	out := make([][]resultField, len(order))
	for i, g := range order {
		out[i] = g.fields(q.query)
	}
	return q.finish(out)
}

// appendKey appends an unambiguous form of the value.
func (v value) appendKey(b []byte) []byte {
	b = append(b, byte(v.kind))
	if v.kind == number {
		return strconv.AppendUint(append(b, 0), math.Float64bits(v.n), 36)
	}
	return append(append(b, v.s...), 0)
}

func (s *aggState) add(a *aggregation, r *logRow, weight float64) {
	if a.arg == nil {
		s.count += weight
		return
	}
	v := a.arg(r)
	if v.kind == null {
		return
	}
	if s.count == 0 || v.n < s.min {
		s.min = v.n
	}
	if s.count == 0 || v.n > s.max {
		s.max = v.n
	}
	s.count += weight
	s.sum += v.n * weight
	if a.kind == "pct" {
		s.all = append(s.all, v.n)
	}
}

func (g *groupState) fields(q *insightsQuery) []resultField {
	var out []resultField
	for i, c := range q.by {
		if g.by[i].kind != null {
			out = append(out, resultField{c.name, g.by[i].text()})
		}
	}
	for i := range q.aggs {
		if n, ok := g.aggs[i].value(&q.aggs[i]); ok {
			out = append(out, resultField{q.aggs[i].name, plainNumber(n)})
		}
	}
	return out
}

// value is the aggregate; over no values only count has one.
func (s *aggState) value(a *aggregation) (float64, bool) {
	if a.kind == "count" {
		return s.count, true
	}
	if s.count == 0 {
		return 0, false
	}
	switch a.kind {
	case "sum":
		return s.sum, true
	case "avg":
		return s.sum / s.count, true
	case "min":
		return s.min, true
	case "max":
		return s.max, true
	}
	slices.Sort(s.all)
	rank := int(math.Ceil(a.rank / 100 * float64(len(s.all))))
	return s.all[max(1, rank)-1], true
}

// finish sorts and limits the rows.
func (q *queryRun) finish(rows [][]resultField) [][]resultField {
	if keys := q.query.sort; len(keys) > 0 {
		slices.SortStableFunc(rows, func(a, b []resultField) int {
			for _, k := range keys {
				c := compareCells(cell(a, k.column), cell(b, k.column))
				if k.desc {
					c = -c
				}
				if c != 0 {
					return c
				}
			}
			return 0
		})
	}
	limit := q.limit
	if q.query.limit > 0 {
		limit = min(q.query.limit, maxQueryRows)
	}
	return rows[:min(limit, len(rows))]
}

func cell(row []resultField, name string) string {
	for _, f := range row {
		if f.Field == name {
			return f.Value
		}
	}
	return ""
}

func compareCells(a, b string) int {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 == nil && err2 == nil {
		return compare(num(x), num(y))
	}
	return strings.Compare(a, b)
}
