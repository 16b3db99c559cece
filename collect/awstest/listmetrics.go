package awstest

import (
	"strconv"

	"github.com/fxamacker/cbor/v2"
)

// metricsPerPage is the page size of ListMetrics.
const metricsPerPage = 500

type listMetricsInput struct {
	Namespace      string      `cbor:"Namespace"`
	MetricName     string      `cbor:"MetricName"`
	Dimensions     []dimension `cbor:"Dimensions"`
	RecentlyActive string      `cbor:"RecentlyActive"`
	NextToken      string      `cbor:"NextToken"`
}

// metricName is one entry of ListMetrics.
type metricName struct {
	namespace, name string
	dims            []dimension
}

// matches applies the filters: each dimension named must be there, with any
// value if none is given.
func (in *listMetricsInput) matches(m metricName) bool {
	if in.Namespace != "" && in.Namespace != m.namespace || in.MetricName != "" && in.MetricName != m.name {
		return false
	}
	for _, want := range in.Dimensions {
		found := false
		for _, d := range m.dims {
			found = found || d.Name == want.Name && (want.Value == "" || want.Value == d.Value)
		}
		if !found {
			return false
		}
	}
	return true
}

func (s *Server) listMetrics(c *call) (reply, *apiError) {
	var in listMetricsInput
	if err := cbor.Unmarshal(c.body, &in); err != nil {
		return reply{}, &apiError{400, "SerializationException", err.Error()}
	}
	since := c.now.Unix() - 14*daySeconds
	switch in.RecentlyActive {
	case "":
	case "PT3H":
		since = c.now.Unix() - 3*3600
	default:
		return reply{}, validation("The value %s for parameter RecentlyActive is invalid: the only valid value is PT3H", in.RecentlyActive)
	}
	list := s.knownMetrics(c, &in, since)
	page, next, err := pageOf(len(list), in.NextToken, metricsPerPage)
	if err != nil {
		return reply{}, &apiError{400, "InvalidParameterValue", "Invalid NextToken"}
	}
	b := append(appendText([]byte{0xbf}, "Metrics"), 0x9f)
	for _, m := range list[page[0]:page[1]] {
		b = appendMap(b, 3)
		b = appendText(appendText(b, "Namespace"), m.namespace)
		b = appendText(appendText(b, "MetricName"), m.name)
		b = appendArray(appendText(b, "Dimensions"), len(m.dims))
		for _, d := range m.dims {
			b = appendMap(b, 2)
			b = appendText(appendText(b, "Name"), d.Name)
			b = appendText(appendText(b, "Value"), d.Value)
		}
	}
	b = append(b, 0xff)
	if next != "" {
		b = appendText(appendText(b, "NextToken"), next)
	}
	if in.NextToken != "" {
		s.count.update(func(c *Counters) { c.Pages++ })
	}
	return reply{body: append(b, 0xff)}, nil
}

// knownMetrics lists the metrics with a datum since the instant.
func (s *Server) knownMetrics(c *call, in *listMetricsInput, since int64) []metricName {
	if s.acct.large != nil {
		return s.acct.large.metricNames(c, in, since)
	}
	r := s.acct.region(c.region)
	v := view{c.now, c.late}
	var out []metricName
	for i := range metricDefs {
		def := &metricDefs[i]
		if in.Namespace != "" && in.Namespace != def.namespace || in.MetricName != "" && in.MetricName != def.name {
			continue
		}
		if all := r.accountSeries(def); in.matches(metricName{namespace: def.namespace, name: def.name}) && all.active(v, since, c.now.Unix()) {
			out = append(out, metricName{namespace: def.namespace, name: def.name})
		}
		for _, f := range r.functions {
			if !def.has(f) || !(series{def: def, members: []*function{f}}).active(v, since, c.now.Unix()) {
				continue
			}
			for _, set := range def.dimensionSets(f) {
				if m := (metricName{def.namespace, def.name, set}); in.matches(m) {
					out = append(out, m)
				}
			}
		}
	}
	return append(out, r.knownThings(v, in, since)...)
}

// knownThings lists the metrics of other services with a datum since the
// instant.
func (r *region) knownThings(v view, in *listMetricsInput, since int64) []metricName {
	var out []metricName
	for _, t := range r.things {
		for i := range t.metrics {
			m := &t.metrics[i]
			name := metricName{m.namespace, m.name, m.dims}
			if in.matches(name) && (series{thing: m}).active(v, since, v.now.Unix()) {
				out = append(out, name)
			}
		}
	}
	return out
}

var largeMetrics = []string{"ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"}

func (a *largeAccount) metricNames(c *call, in *listMetricsInput, since int64) []metricName {
	var out []metricName
	if c.region != largeRegion {
		return nil
	}
	for _, name := range largeMetrics {
		if m := (metricName{nsLambda, name, nil}); in.matches(m) {
			out = append(out, m)
		}
		for i := range a.functions {
			m := metricName{nsLambda, name, []dimension{{"FunctionName", a.functions[i].name}}}
			if in.matches(m) && a.functions[i].activeSince(since, c.now.Unix()) {
				out = append(out, m)
			}
		}
	}
	return out
}

func (f *largeFunction) activeSince(since, now int64) bool {
	for slot := since / 300; slot < now/300; slot++ {
		if f.activeMinutes(slot) != 0 {
			return true
		}
	}
	return false
}

// pageOf gives the half-open range of a page and the token of the next, for
// lists whose tokens are positions.
func pageOf(total int, token string, size int) (page [2]int, next string, err error) {
	from := 0
	if token != "" {
		if from, err = strconv.Atoi(token); err != nil || from < 0 || from > total {
			return page, "", strconv.ErrRange
		}
	}
	to := min(from+size, total)
	if to < total {
		next = strconv.Itoa(to)
	}
	return [2]int{from, to}, next, nil
}
