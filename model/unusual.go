package model

import "time"

// Unusual is a stretch of hours in which the account's Lambda functions did
// what their own past had made unlikely.
type Unusual struct {
	From time.Time `json:"from"` // whole hours, UTC
	To   time.Time `json:"to"`
	// Metric is "invocations", "errors" or "duration_seconds".
	Metric string `json:"metric"`
	// Actual and Expected are sums over the hours; up to Low or High nothing
	// would have been said. None is below zero.
	Actual   float64 `json:"actual"`
	Expected float64 `json:"expected"`
	Low      float64 `json:"expected_low"`
	High     float64 `json:"expected_high"`
	// Cause is the function that explains at least half of it; nil without one.
	Cause *UnusualCause `json:"cause"`
}

// UnusualCause is a function that was out of the ordinary with its account.
type UnusualCause struct {
	Resource ResourceKey `json:"resource"`
	// Actual is the metric's sum over the UTC days that the stretch touches,
	// Usual what the median of the window's same weekdays would have given.
	Actual float64 `json:"actual"`
	Usual  float64 `json:"usual"`
	// ConfiguredAt is when the function was last changed, if that was in the
	// stretch or the day before; zero otherwise.
	ConfiguredAt time.Time `json:"configured_at,omitzero"`
}
