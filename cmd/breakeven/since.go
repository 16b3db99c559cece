package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// sinceHelp says in a flag's help what parseSince reads.
const sinceHelp = "how far back: 90m, 24h, 30d, 2w, mtd (this calendar month, UTC), a date or an RFC 3339 time"

// longestSince is CloudWatch's retention: nothing older can be asked for.
const longestSince = 455 * 24 * time.Hour

// parseSince reads how far back a window reaches from now: a number with the
// unit m, h, d or w; "mtd" for the UTC calendar month to date; a date
// (2006-01-02, UTC midnight) or an RFC 3339 instant. The window ends at now;
// a length is rounded down to the full hour at its start, because the hour is
// what prices and reports are kept by. An error is a usage error (exit 2).
func parseSince(s string, now time.Time) (model.Window, error) {
	now = now.UTC()
	from, ok := sinceStart(strings.TrimSpace(s), now)
	switch {
	case !ok:
		return model.Window{}, usageErrorf("%q is not a period: want %s", s, sinceHelp)
	case !from.Before(now):
		return model.Window{}, usageErrorf("%q starts in the future", s)
	case now.Sub(from) > longestSince+time.Hour:
		return model.Window{}, usageErrorf("%q is further back than the 455 days CloudWatch keeps", s)
	}
	return model.Window{From: from, To: now}, nil
}

// sinceStart returns the first instant that s names.
func sinceStart(s string, now time.Time) (time.Time, bool) {
	if s == "mtd" {
		from := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		if from.Equal(now) { // the first instant of a month has no past
			from = from.Add(-time.Hour)
		}
		return from, true
	}
	if d, ok := sinceLength(s); ok {
		return now.Add(-d).Truncate(time.Hour), true
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// sinceLength reads a number and a unit, such as "30d" or "1.5h".
func sinceLength(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	u, ok := units[s[len(s)-1]]
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(s[:len(s)-1], 64)
	if err != nil || n <= 0 || n > 1e6 {
		return 0, false
	}
	return time.Duration(n * float64(u)), true
}
