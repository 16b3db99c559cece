package awstest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Limits of GetMetricData (API reference and service quotas).
const (
	maxQueries    = 500
	maxDatapoints = 100_800
)

type metricDataInput struct {
	StartTime         *time.Time        `cbor:"StartTime"`
	EndTime           *time.Time        `cbor:"EndTime"`
	MaxDatapoints     *int64            `cbor:"MaxDatapoints"`
	NextToken         string            `cbor:"NextToken"`
	ScanBy            string            `cbor:"ScanBy"`
	MetricDataQueries []metricDataQuery `cbor:"MetricDataQueries"`
}

type metricDataQuery struct {
	ID         string `cbor:"Id"`
	Label      string `cbor:"Label"`
	Expression string `cbor:"Expression"`
	ReturnData *bool  `cbor:"ReturnData"`
	MetricStat *struct {
		Metric struct {
			Namespace  string      `cbor:"Namespace"`
			MetricName string      `cbor:"MetricName"`
			Dimensions []dimension `cbor:"Dimensions"`
		} `cbor:"Metric"`
		Period int64  `cbor:"Period"`
		Stat   string `cbor:"Stat"`
		Unit   string `cbor:"Unit"`
	} `cbor:"MetricStat"`
}

// key names the metric of a query, for billing and for reuse of its data.
func (q *metricDataQuery) key() string {
	m := &q.MetricStat.Metric
	var b strings.Builder
	b.WriteString(m.Namespace)
	b.WriteByte(0)
	b.WriteString(m.MetricName)
	for _, d := range m.Dimensions {
		b.WriteByte(0)
		b.WriteString(d.Name)
		b.WriteByte(1)
		b.WriteString(d.Value)
	}
	return b.String()
}

func validation(format string, args ...any) *apiError {
	return &apiError{400, "ValidationError", fmt.Sprintf(format, args...)}
}

var idPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// check refuses what AWS refuses.
func (in *metricDataInput) check() *apiError {
	switch {
	case in.StartTime == nil || in.EndTime == nil:
		return validation("The parameters StartTime and EndTime are required.")
	case !in.StartTime.Before(*in.EndTime):
		return validation("The parameter StartTime must be less than the parameter EndTime.")
	case len(in.MetricDataQueries) == 0:
		return validation("The parameter MetricDataQueries is required.")
	case len(in.MetricDataQueries) > maxQueries:
		return validation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	case in.MaxDatapoints != nil && (*in.MaxDatapoints < 1 || *in.MaxDatapoints > maxDatapoints):
		return validation("The parameter MaxDatapoints must be between 1 and %d.", maxDatapoints)
	case in.ScanBy != "" && in.ScanBy != "TimestampAscending" && in.ScanBy != "TimestampDescending":
		return validation("The value %s for parameter ScanBy is invalid.", in.ScanBy)
	}
	seen := make(map[string]bool, len(in.MetricDataQueries))
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		if seen[q.ID] {
			return validation("The values for parameter id in MetricDataQueries are not unique.")
		}
		seen[q.ID] = true
		if err := q.check(i + 1); err != nil {
			return err
		}
	}
	return nil
}

func (q *metricDataQuery) check(member int) *apiError {
	if !idPattern.MatchString(q.ID) {
		return validation("The value %s for parameter MetricDataQueries.member.%d.Id is not matching the expected pattern %s", q.ID, member, idPattern)
	}
	if q.MetricStat == nil {
		return validation("Error in expression '%s': metric math is not simulated", q.ID)
	}
	switch p := q.MetricStat.Period; {
	case p == 1 || p == 5 || p == 10 || p == 20 || p == 30:
	case p <= 0 || p%60 != 0:
		return validation("The value %d for parameter MetricDataQueries.member.%d.MetricStat.Period is invalid: period must be 1, 5, 10, 20, 30 or a multiple of 60", p, member)
	}
	if _, ok := parseStatistic(q.MetricStat.Stat); !ok {
		return validation("The value %s for parameter MetricDataQueries.member.%d.MetricStat.Stat is not a valid statistic", q.MetricStat.Stat, member)
	}
	return nil
}

// span rounds the window as AWS does: the start down to the minute, to five
// minutes beyond 15 days, to the hour beyond 63 days; the end up to the minute.
func (in *metricDataInput) span(now time.Time, period int64) span {
	start, end := in.StartTime.Unix(), in.EndTime.Unix()
	if in.EndTime.Nanosecond() > 0 {
		end++
	}
	step := int64(60)
	switch age := now.Unix() - start; {
	case age > 63*daySeconds:
		step = 3600
	case age > 15*daySeconds:
		step = 300
	}
	start -= start % step
	end += (60 - end%60) % 60
	return span{start: start, end: end, period: period}
}

// cursor is a place in an answer: a query and the last instant delivered of
// it, 0 for none.
type cursor struct {
	query int
	last  int64
}

// hash pins a token to the request it came from.
func (in *metricDataInput) hash(region string) uint64 {
	h := hashString(uint64(in.StartTime.UnixNano())^uint64(in.EndTime.UnixNano())<<1, region+in.ScanBy)
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		h = mix(h ^ hashString(uint64(q.MetricStat.Period), q.ID+q.key()+q.MetricStat.Stat))
	}
	return h
}

func (c cursor) token(hash uint64) string {
	return fmt.Sprintf("AWSTEST.%x.%d.%d", hash, c.query, c.last)
}

func parseCursor(token string, hash uint64, queries int) (cursor, *apiError) {
	bad := &apiError{400, "InvalidNextToken", "The next token specified is invalid."}
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[1] != strconv.FormatUint(hash, 16) {
		return cursor{}, bad
	}
	q, err1 := strconv.Atoi(parts[2])
	last, err2 := strconv.ParseInt(parts[3], 10, 64)
	if err1 != nil || err2 != nil || q < 0 || q >= queries {
		return cursor{}, bad
	}
	return cursor{q, last}, nil
}

func (s *Server) getMetricData(c *call) (reply, *apiError) {
	var in metricDataInput
	if err := cbor.Unmarshal(c.body, &in); err != nil {
		return reply{}, &apiError{400, "SerializationException", err.Error()}
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	var from cursor
	hash := in.hash(c.region)
	if in.NextToken != "" {
		var err *apiError
		if from, err = parseCursor(in.NextToken, hash, len(in.MetricDataQueries)); err != nil {
			return reply{}, err
		}
	}
	w := newPageWriter(&in)
	next, more := s.fillPage(w, c, &in, from)
	w.b = append(w.b, 0xff)
	if more {
		w.b = appendText(appendText(w.b, "NextToken"), next.token(hash))
	}
	w.b = append(w.b, 0xff)
	s.countMetricData(&in, w.points)
	return reply{body: w.b, release: w.free}, nil
}

// countMetricData counts a page as AWS bills it: within a call each metric
// costs one for every five statistics begun.
func (s *Server) countMetricData(in *metricDataInput, points int) {
	stats := map[string]int64{}
	for i := range in.MetricDataQueries {
		stats[in.MetricDataQueries[i].key()]++
	}
	var billed int64
	for _, n := range stats {
		billed += (n + 4) / 5
	}
	s.count.update(func(c *Counters) {
		c.PointsServed += int64(points)
		if in.NextToken == "" {
			c.MetricsBilled += billed
			return
		}
		c.MetricsBilledOnPages += billed
		c.Pages++
	})
}

// fillPage appends results from the cursor on until the page is full.
func (s *Server) fillPage(w *pageWriter, c *call, in *metricDataInput, from cursor) (next cursor, more bool) {
	src := s.source(c)
	for i := from.query; i < len(in.MetricDataQueries); i++ {
		q := &in.MetricDataQueries[i]
		last := int64(0)
		if i == from.query {
			last = from.last
		}
		w.ts, w.values = w.ts[:0], w.values[:0]
		src.points(w, q, in.span(c.now, q.MetricStat.Period), last)
		room := w.limit - w.points
		cut := len(w.ts) > room
		if cut {
			w.ts, w.values = w.ts[:room], w.values[:room]
		}
		w.result(q, cut)
		switch {
		case cut && len(w.ts) == 0:
			return cursor{i, last}, true
		case cut:
			return cursor{i, w.ts[len(w.ts)-1]}, true
		case w.points == w.limit && i+1 < len(in.MetricDataQueries):
			return cursor{i + 1, 0}, true
		}
	}
	return cursor{}, false
}

// pointSource fills a page writer with a query's points after the instant
// last, in the order of the scan.
type pointSource interface {
	points(w *pageWriter, q *metricDataQuery, sp span, last int64)
}

func (s *Server) source(c *call) pointSource {
	if s.acct.large != nil && c.region == largeRegion {
		return &largeSource{account: s.acct.large, now: c.now.Unix()}
	}
	return &requestSource{region: s.acct.region(c.region), view: view{c.now, c.late}}
}

// requestSource serves the generated requests and keeps the last series it
// aggregated, since a metric's statistics usually stand side by side.
type requestSource struct {
	region *region
	view   view
	key    string
	series series
	agg    *aggregated
}

func (src *requestSource) points(w *pageWriter, q *metricDataQuery, sp span, last int64) {
	if sp.period < 60 {
		return // Lambda's metrics have no high resolution
	}
	if key := q.key(); src.agg == nil || key != src.key || src.agg.span != sp {
		m := &q.MetricStat.Metric
		src.key, src.series = key, src.region.lookup(m.Namespace, m.MetricName, m.Dimensions)
		src.agg = aggregate(src.series, src.view, sp)
	}
	st, _ := parseStatistic(q.MetricStat.Stat)
	if st.percentile > 0 {
		src.agg.addValues(src.series, src.view)
	}
	for i := range src.agg.buckets {
		n := i
		if w.descending {
			n = len(src.agg.buckets) - 1 - i
		}
		ts := sp.start + int64(n)*sp.period
		if src.agg.buckets[n].count == 0 || w.before(ts, last) {
			continue
		}
		w.ts = append(w.ts, ts)
		w.values = append(w.values, src.agg.value(st, n))
	}
}

// pageWriter builds one answer of GetMetricData.
type pageWriter struct {
	b          []byte
	ts         []int64
	values     []float64
	points     int
	limit      int
	descending bool
}

var pagePool = sync.Pool{New: func() any { return new(pageWriter) }}

func newPageWriter(in *metricDataInput) *pageWriter {
	w := pagePool.Get().(*pageWriter)
	w.points, w.limit = 0, maxDatapoints
	if in.MaxDatapoints != nil {
		w.limit = int(*in.MaxDatapoints)
	}
	w.descending = in.ScanBy != "TimestampAscending"
	w.b = append(w.b[:0], 0xbf)
	w.b = append(appendText(w.b, "MetricDataResults"), 0x9f)
	return w
}

func (w *pageWriter) free() { pagePool.Put(w) }

// before tells whether a page before this one delivered the instant.
func (w *pageWriter) before(ts, last int64) bool {
	switch {
	case last == 0:
		return false
	case w.descending:
		return ts >= last
	}
	return ts <= last
}

// result appends the collected points as a query's result.
func (w *pageWriter) result(q *metricDataQuery, cut bool) {
	status := "Complete"
	if cut {
		status = "PartialData"
	}
	label := q.Label
	if label == "" {
		label = q.MetricStat.Metric.MetricName
	}
	w.points += len(w.ts)
	w.b = slices.Grow(w.b, 15*len(w.ts)+128)
	b := appendMap(w.b, 5)
	b = appendText(appendText(b, "Id"), q.ID)
	b = appendText(appendText(b, "Label"), label)
	b = appendText(appendText(b, "StatusCode"), status)
	b = appendArray(appendText(b, "Timestamps"), len(w.ts))
	for _, t := range w.ts {
		b = appendTime(b, t)
	}
	b = appendArray(appendText(b, "Values"), len(w.values))
	for _, v := range w.values {
		b = appendFloat(b, v)
	}
	w.b = b
}
