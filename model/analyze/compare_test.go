package analyze

import (
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// A function's week is followed only where the window holds a whole one, the
// account's hours only where a day of them is known; gaps are left out and
// told of, not taken as idle.
func TestProfiles(t *testing.T) {
	var l model.Load
	l.HourOfWeek[100] = 3
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for days, want := range map[int]int{6: 0, 7: 168, 30: 168} {
		if p := weekProfile(l, model.Window{From: from, To: from.AddDate(0, 0, days)}); len(p.Hours) != want || want > 0 && p.Hours[100] != 3 {
			t.Errorf("%d days: %v", days, p.Hours)
		}
	}
	hours := make([]model.HourPoint, 30)
	for i := range hours {
		hours[i] = model.HourPoint{DurationMs: float64(i), Missing: i < 2}
	}
	p := hourProfile(hours)
	if len(p.Hours) != 28 || p.Hours[0] != 2 || !strings.Contains(p.Name, "28 hours (2 more are not known") {
		t.Errorf("%q: %v", p.Name, p.Hours)
	}
	if p := hourProfile(hours[:25]); p.Hours != nil {
		t.Errorf("23 known hours: %v", p.Hours)
	}
	if p := hourProfile(hours[2:]); strings.Contains(p.Name, "not known") {
		t.Errorf("whole: %q", p.Name)
	}
}
