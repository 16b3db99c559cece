package reportlog

import (
	"testing"
	"time"
)

// TestDays holds the count of days against package time over 500 years.
func TestDays(t *testing.T) {
	for at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2470; at = at.AddDate(0, 0, 1) {
		year, month, day := at.Date()
		if got, want := daysSince1970(year, int(month), day), int(at.Unix()/86400); got != want {
			t.Fatalf("%s is day %d, want %d", at.Format(time.DateOnly), got, want)
		}
		if last := at.AddDate(0, 0, 1).Day() == 1; last != (daysIn(year, int(month)) == day) {
			t.Fatalf("%s: the month has %d days", at.Format(time.DateOnly), daysIn(year, int(month)))
		}
	}
}
